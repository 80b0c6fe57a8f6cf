"""The parcel of one order: what it is, how far it is, and who was told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import NoReverseMatch, reverse

from exceptions_queue.queries import words
from lockers.models import LabelAttempt, Parcel, TrackingEvent
from lockers.queries.handing import handed_of
from lockers.rules.tracking import EXPIRING_BEFORE, is_known
from lockers.states import LIVE, AttemptState
from orders.models import Order
from orders.rules.carriage import WAITING
from orders.rules.milestones import KIND as MILESTONE
from orders.rules.milestones import WORDS, key_of
from orders.rules.stage import stage
from partners.models import Intent
from partners.shop import Milestone

FULFILMENT = "shop_fulfilment"
MOST_EVENTS, MOST_ATTEMPTS = 500, 20


@dataclass(frozen=True)
class Journey:
    """Everything kept about an order's parcels, newest first; `live` is the one that counts."""

    parcels: Sequence[Parcel] = ()
    events: Sequence[TrackingEvent] = ()
    attempts: Sequence[LabelAttempt] = ()
    told: Sequence[Intent] = field(default=())

    @property
    def live(self) -> Parcel | None:
        return next((parcel for parcel in self.parcels if parcel.state in LIVE), None)

    @property
    def replaced(self) -> list[Parcel]:
        return [parcel for parcel in self.parcels if parcel.state not in LIVE]


def journey_of(order: Order) -> Journey:
    """Four statements where the order has a parcel, one where it has none."""
    parcels = list(Parcel.objects.filter(order_number=order.number).select_related("manifest").order_by("-revision"))
    if not parcels:
        return Journey()
    numbers = [parcel.tracking_number for parcel in parcels if parcel.tracking_number]
    events = TrackingEvent.objects.filter(tracking_number__in=numbers).order_by("-happened_at", "-pk")[:MOST_EVENTS]
    attempts = LabelAttempt.objects.filter(parcel__in=parcels).order_by("-parcel__revision", "-number")[:MOST_ATTEMPTS]
    steps = [key_of(order.number, step) for step in Milestone]
    asked = Q(kind=FULFILMENT, business_id=order.number) | Q(kind=MILESTONE, business_id__in=steps)
    return Journey(parcels, list(events), list(attempts), list(Intent.objects.filter(asked).order_by("pk")))


def panel_of(journey: Journey, order: Order, *, at: datetime) -> dict[str, Any]:
    """What the page of the order says of its live parcel; {} where it has none."""
    parcel = journey.live
    if parcel is None:
        return {}
    moved = parcel.now_at_point not in ("", parcel.point_id)
    return {
        "parcel": parcel,
        "stage": stage("released", parcel=parcel.state, carriage=parcel.carriage),
        "unknown": parcel.last_code if parcel.last_code and not is_known(parcel.last_code) else "",
        "size": size_of(parcel),
        "locker": parcel.now_at_point or parcel.point_id,
        "chosen": parcel.point_id if moved else "",
        "clock": clock_of(parcel, at),
        "label": _label(parcel, journey.attempts),
        "handed": handed_of([parcel]).get(parcel.pk),
        "manifest": _manifest(parcel),
        "handed_over": _when(parcel.handed_over_at, at),
        "collected": _when(parcel.collected_at, at),
        "told": told_of(journey, order, at=at),
    }


def size_of(parcel: Parcel) -> str:
    """ "Compartment B; 380 × 300 × 75 mm, 1,240 g": as far as it is known."""
    sides = (parcel.length_mm, parcel.width_mm, parcel.height_mm)
    measures = [f"{' × '.join(map(str, sides))} mm" if all(sides) else "", f"{parcel.weight_g:,} g" if parcel.weight_g else ""]
    return "; ".join(filter(None, [f"compartment {parcel.size}" if parcel.size else "", ", ".join(filter(None, measures))]))


def clock_of(parcel: Parcel, at: datetime) -> dict[str, str]:
    """The 72 hours, while they run: since when it waits, what is left of them and how urgent that is."""
    if parcel.carriage not in WAITING or parcel.in_locker_at is None or parcel.collect_by is None:
        return {}
    left = parcel.collect_by - at
    over = left.total_seconds() <= 0
    return {
        "since": words.moment(parcel.in_locker_at, at),
        "until": words.moment(parcel.collect_by, at),
        "left": "None of the 72 hours left" if over else f"{_hours(left)} of 72 h left",
        "tone": "bad" if over else "warn" if left <= EXPIRING_BEFORE else "ok",
    }


def _hours(left: timedelta) -> str:
    """ "57 h 58 m": in hours also beyond two days, for they are counted against 72."""
    minutes = left // timedelta(minutes=1)
    return f"{minutes // 60} h {minutes % 60} m"


def _label(parcel: Parcel, attempts: Sequence[LabelAttempt]) -> dict[str, Any]:
    """How the label came about, or why there is none yet: in words, each fault with what to do."""
    own = [attempt for attempt in attempts if attempt.parcel_id == parcel.pk]
    last = own[0] if own and not parcel.labelled_at else None
    failed = last is not None and last.state in (AttemptState.REFUSED, AttemptState.UNKNOWN)
    return {
        "made": words.full(parcel.labelled_at) if parcel.labelled_at else "",
        "by": parcel.get_made_by_display(),
        "attempts": len(own),
        "failed": failed,
        "remedy": last.get_remedy_display() if last else "",
        "problems": last.problems if last else [],
        "unknown": last is not None and last.state == AttemptState.UNKNOWN,
    }


def _manifest(parcel: Parcel) -> dict[str, Any]:
    if parcel.manifest is None:
        return {}
    try:
        url = reverse("orders:manifest", args=[parcel.manifest.pk])
    except NoReverseMatch:
        url = ""
    return {"on": parcel.manifest.collection_on, "state": parcel.manifest.get_state_display(), "url": url}


def told_of(journey: Journey, order: Order, *, at: datetime) -> list[dict[str, str]]:
    """What the shop shows its customer on our word, the last first: the number, then each step of the way."""
    said = [_told(intent, at) for intent in journey.told]
    if order.shop_told_at and not said:  # what was asked of it is no longer kept
        said = [_line(_SENT, words.moment(order.shop_told_at, at))]
    return said[::-1]


def told_in_words(intent: Intent) -> str:
    """What one intent tells the shop's customer."""
    if intent.kind == MILESTONE:
        return WORDS[Milestone(intent.business_id.rpartition(":")[2])]
    return f"{_numbered(intent)}: {intent.payload.get('tracking', '')}"


_SENT, _CORRECTED = "sent, with its number", "number corrected"


def _numbered(intent: Intent) -> str:
    return _CORRECTED if intent.payload.get("instead_of") else _SENT


def _told(intent: Intent, at: datetime) -> dict[str, str]:
    tone, when = _TONES.get(Intent.State(intent.state), ("info", "being told"))
    shown = words.moment(intent.ended_at, at) if intent.state == Intent.State.DONE and intent.ended_at else when
    what = told_in_words(intent) if intent.kind == MILESTONE else _numbered(intent)
    return _line(what, shown, tone, intent.error)


def _line(what: str, when: str, tone: str = "ok", error: str = "") -> dict[str, str]:
    return {"what": what, "when": when, "tone": tone, "error": error}


_TONES = {
    Intent.State.DONE: ("ok", ""),
    Intent.State.DEAD: ("bad", "refused by the shop"),
    Intent.State.UNKNOWN: ("warn", "not known whether it arrived"),
    Intent.State.CANCELLED: ("quiet", "not told"),
}


def _when(instant: datetime | None, at: datetime) -> str:
    return words.moment(instant, at) if instant else ""


def place_of(event: TrackingEvent) -> str:
    """Where it happened, as far as that is nobody's home: "UK00000904", "Leeds depot"."""
    kind = event.place.get("type", "")
    if kind == "ADDRESS":  # whose it is, the code says: before the courier's first round it is where the parcel was packed
        return "" if event.code.startswith(_AT_OURS) else "the customer's address"
    return str(event.place.get("name") or event.place.get("id") or "") if kind not in _POINTS else str(event.place.get("id") or "")


_POINTS = ("LOCKER_POINT", "PUDO_POINT")
_AT_OURS = ("CRE.", "FUL.", "FMD.", "HAN.")
