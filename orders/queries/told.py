"""One order as a program is told of it."""

from typing import Any

from django.contrib.contenttypes.models import ContentType

from exceptions_queue.catalogue import CATALOGUE, sentence
from exceptions_queue.models import AuditEntry, ExceptionCase, Hold
from exceptions_queue.states import CaseState
from orders.models import Order
from orders.queries import detail, nearby
from orders.queries.timeline import RECENT
from orders.rules.masking import mask_name
from orders.rules.stage import stage
from orders.states import Destination

LISTED = (
    *("id", "number", "state", "acs_status", "release_claimed_at", "excluded_why", "channel", "placed_at", "first_name", "last_name"),
    *("destination", "locker_id", "delivery_method", "total_pence", "currency", "version"),
)


def row(order: dict[str, Any]) -> dict[str, Any]:
    """A mapping of `LISTED` with its stage, and the customer masked."""
    found = stage(order["state"], order["acs_status"], claimed=bool(order["release_claimed_at"]), excluded=bool(order["excluded_why"]))
    return {**order, "stage": found._asdict(), "customer": mask_name(order["first_name"], order["last_name"])}


def whole(order: Order, *, unmasked: bool) -> dict[str, Any]:
    """All of one order. A fixed number of statements, whatever it holds."""
    cases, holds = detail.cases_of(order), detail.holds_of(order)
    facts = {name: getattr(order, name) for name in (*LISTED, "paid_at", "released_at")}
    return {
        **row(facts),
        "stage": detail.stage_of(order, cases, holds)._asdict(),
        "contact": _contact(order, unmasked),
        "locker": _locker(order),
        "parcel": {"size": nearby.needed_size(order), "tracking": order.acs_tracking},
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
        "possible": [{name: getattr(entry, name) for name in ("act", "allowed", "why")} for entry in detail.possible_with(order)],
        "timeline": _timeline(order),
    }


def _contact(order: Order, unmasked: bool) -> dict[str, Any]:
    values = [fact.value for fact in detail.contact(order, unmasked=unmasked)]
    return {"masked": not unmasked, **dict(zip(detail.CONTACT, values, strict=True))}


def _locker(order: Order) -> dict[str, Any] | None:
    if order.destination != Destination.LOCKER or not order.locker_id:
        return None
    point = detail.locker_of(order)
    return {"id": order.locker_id} | {name: getattr(point, name, None) for name in ("name", "postcode", "status", "may_receive")}


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


def _timeline(order: Order) -> list[dict[str, Any]]:
    about = {"subject_type": ContentType.objects.get_for_model(Order), "subject_id": order.pk}
    return [_event(entry) for entry in AuditEntry.objects.filter(**about).order_by("-id")[:RECENT]]


def _event(entry: AuditEntry) -> dict[str, Any]:
    who = "Lockstep" if entry.actor_label.startswith("system:") else entry.actor_label
    changed = ", ".join(sorted(entry.after)).replace("_", " ") if entry.verb == "order corrected" else ""
    return {"at": entry.at, "who": who, "what": entry.verb, "detail": " ".join(filter(None, (changed, entry.reason)))}
