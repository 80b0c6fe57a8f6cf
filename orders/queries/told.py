"""One order as a program is told of it."""

from typing import Any

from django.contrib.contenttypes.models import ContentType

from exceptions_queue.catalogue import CATALOGUE, sentence
from exceptions_queue.models import AuditEntry, ExceptionCase, Hold
from exceptions_queue.states import CaseState
from lockers.models import TrackingEvent
from lockers.rules.words import in_words
from orders.models import Order
from orders.queries import detail, nearby
from orders.queries.parcels import Journey, journey_of, place_of
from orders.queries.stages import stage_of_row
from orders.queries.timeline import RECENT
from orders.rules.masking import mask_name
from orders.states import Destination

FACTS = (
    *("id", "number", "state", "acs_status", "release_claimed_at", "excluded_why", "channel", "placed_at", "first_name", "last_name"),
    *("destination", "locker_id", "delivery_method", "total_pence", "currency", "version"),
)
LISTED = (*FACTS, "parcel_state", "parcel_carriage")


def row(order: dict[str, Any]) -> dict[str, Any]:
    """A mapping of `LISTED`, read through `with_parcel`, with its stage, and the customer masked."""
    return {**order, "stage": stage_of_row(order)._asdict(), "customer": mask_name(order["first_name"], order["last_name"])}


def whole(order: Order, *, unmasked: bool) -> dict[str, Any]:
    """All of one order. A fixed number of statements, whatever it holds."""
    cases, holds = detail.cases_of(order), detail.holds_of(order)
    journey = journey_of(order)
    facts = {name: getattr(order, name) for name in (*FACTS, "paid_at", "released_at")}
    return {
        **facts,
        "customer": mask_name(order.first_name, order.last_name),
        "stage": detail.stage_of(order, cases, holds, journey.live)._asdict(),
        "contact": _contact(order, unmasked),
        "locker": _locker(order),
        "parcel": _parcel(order, journey),
        "acs": {
            "status": order.acs_status,
            "status_raw": order.acs_status_raw,
            "since": order.acs_status_since,
            "seen_at": order.acs_seen_at,
        },
        "dates": {name: getattr(order, name) for name in ("dispatch_on", "deliver_on", "event_on", "return_on")},
        "lines": list(order.lines.order_by("id")),
        "holds": [_hold(hold) for hold in holds if hold.cleared_at is None],
        "problems": [_problem(case) for case in cases if case.state == CaseState.OPEN],
        "possible": [
            {name: getattr(entry, name) for name in ("act", "allowed", "why")} for entry in detail.possible_with(order, journey.live)
        ],
        "timeline": _timeline(order, journey),
    }


def _contact(order: Order, unmasked: bool) -> dict[str, Any]:
    values = [fact.value for fact in detail.contact(order, unmasked=unmasked)]
    return {"masked": not unmasked, **dict(zip(detail.CONTACT, values, strict=True))}


def _locker(order: Order) -> dict[str, Any] | None:
    if order.destination != Destination.LOCKER or not order.locker_id:
        return None
    point = detail.locker_of(order)
    return {"id": order.locker_id} | {name: getattr(point, name, None) for name in ("name", "postcode", "status", "may_receive")}


def _parcel(order: Order, journey: Journey) -> dict[str, Any]:
    found = journey.live
    told = {name: getattr(found, name, None) for name in ("handed_over_at", "in_locker_at", "collect_by", "collected_at")}
    return told | {
        "size": (found.size if found else "") or nearby.needed_size(order),
        "tracking": order.acs_tracking,
        "number": found.tracking_number if found else "",
        "state": found.state if found else "",
        "carriage": found.carriage if found else "",
        "point": (found.now_at_point or found.point_id) if found else "",
        "manifest": found.manifest.pk if found and found.manifest else None,
        "events": [_said(event) for event in journey.events if found and event.tracking_number == found.tracking_number],
    }


def _said(event: TrackingEvent) -> dict[str, Any]:
    return {"code": event.code, "words": in_words(event.code), "at": event.happened_at, "place": place_of(event)}


def _hold(hold: Hold) -> dict[str, Any]:
    told = {name: getattr(hold, name) for name in ("id", "reason", "exit", "owner", "placed_at", "until")}
    return {**told, "placed_by": hold.placed_by and hold.placed_by.get_username()}


def _problem(case: ExceptionCase) -> dict[str, Any]:
    kind = CATALOGUE.get(case.code)
    return {
        **{name: getattr(case, name) for name in ("id", "code", "owner", "due_at", "version")},
        "sentence": sentence(case.code, case.evidence),
        "what_to_do": kind.what_to_do if kind else "",
        "assignee": case.assignee and case.assignee.get_username(),
        "blocks_release": "R" in case.blocks,
    }


def _timeline(order: Order, journey: Journey) -> list[dict[str, Any]]:
    """What we did, and what InPost said, newest first."""
    about = {"subject_type": ContentType.objects.get_for_model(Order), "subject_id": order.pk}
    told = [_event(entry) for entry in AuditEntry.objects.filter(**about).order_by("-id")[:RECENT]]
    told += [{"at": event.happened_at, "who": "InPost", "what": in_words(event.code), "detail": event.code} for event in journey.events]
    return sorted(told, key=lambda one: one["at"], reverse=True)[:RECENT]


def _event(entry: AuditEntry) -> dict[str, Any]:
    who = "Lockstep" if entry.actor_label.startswith("system:") else entry.actor_label
    changed = ", ".join(sorted(entry.after)).replace("_", " ") if entry.verb == "order corrected" else ""
    return {"at": entry.at, "who": who, "what": entry.verb, "detail": " ".join(filter(None, (changed, entry.reason)))}
