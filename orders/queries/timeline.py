"""What happened to one order, from everybody: the shop, people, the gate, ACS, InPost, the desk. Newest first."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType

from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.models import AuditEntry, ExceptionCase
from exceptions_queue.queries import words
from exceptions_queue.states import CaseState
from lockers.models import Parcel
from lockers.rules.words import in_words
from orders.models import CustomerMessage, Order
from orders.queries.parcels import Journey, place_of, told_in_words
from orders.rules import edits
from partners.models import Intent

RECENT = 60

_DID = {
    "order corrected": "corrected",
    "order held": "held the order",
    "order ready": "found nothing in its way",
    "order released": "released it to ACS",
    "order cancelled": "cancelled the order",
    "order sent again": "had it sent to ACS again",
    "order changed at ACS": "saw ACS hold it as the shop has it now",
    "order let go as sent": "let it go as ACS has it",
    "locker change asked of ACS": "asked ACS to send it to another locker",
    "locker changed at ACS": "saw ACS hold it with the new locker",
    "message to the customer asked for": "sent the customer a message",
    "customer told": "told the customer",
    "message not needed": "found that the customer need not be told",
    "change asked of ACS": "asked ACS to change it",
    "recall asked of ACS": "asked ACS to stop it",
    "hold placed": "placed a hold",
    "hold cleared": "ended a hold",
    "contact data revealed": "looked at the contact data",
    "order closed": "closed the order",
}
CHIPS = {"": "Everything", "system": "System", "people": "People", "shop": "Shop", "acs": "ACS", "inpost": "InPost"}


class Told(NamedTuple):
    """Somebody did or said something. `of` is the chip that shows it, `code` a partner's own word for it."""

    at: datetime
    of: str
    who: str
    what: str
    detail: str = ""
    code: str = ""


class Event(NamedTuple):
    """One line. `who` did `what`; `detail` names fields, a place or the reason, never a value."""

    at: datetime
    who: str
    what: str
    detail: str
    code: str
    when: str
    full: str


class Timeline(NamedTuple):
    """The lines of one chip, and every chip that has lines: (key, name, how many of them are shown)."""

    timeline: list[Event]
    chips: list[tuple[str, str, int]]
    show: str


def timeline_of(order: Order, cases: Iterable[ExceptionCase], journey: Journey, now: datetime, *, show: str = "") -> Timeline:
    """The latest 60 of everything, or of one chip. One statement beside the cases and the journey given."""
    told = [*_of_people(order), *_of_cases(cases), *_of_inpost(journey), *_of_parcels(journey), *_of_acs(order), *_of_shop(order, journey)]
    told.sort(key=lambda one: one.at, reverse=True)  # of one instant, what follows comes first
    by_chip = {key: [one for one in told if key in ("", one.of)] for key in CHIPS}
    show = show if by_chip.get(show) else ""
    shown = [Event(one.at, one.who, one.what, one.detail, one.code, words.moment(one.at, now), words.full(one.at)) for one in by_chip[show]]
    chips = [(key, name, min(len(by_chip[key]), RECENT)) for key, name in CHIPS.items() if by_chip[key]]
    return Timeline(shown[:RECENT], chips, show)


def _of_people(order: Order) -> Iterator[Told]:
    about = {"subject_type": ContentType.objects.get_for_model(Order), "subject_id": order.pk}
    for entry in AuditEntry.objects.filter(**about).order_by("-id")[:RECENT]:
        ours = entry.actor_label.startswith("system:")
        did, detail = _DID.get(entry.verb, entry.verb), " ".join(filter(None, (_changed(entry), entry.reason)))
        yield Told(entry.at, "system" if ours else "people", "Lockstep" if ours else entry.actor_label, did, detail)


def _changed(entry: AuditEntry) -> str:
    if entry.verb == "order corrected":
        return ", ".join(edits.names_of(name for name in sorted(entry.after) if name != "job"))
    if entry.verb == "change asked of ACS":
        return ", ".join(edits.names_of(entry.after.get("fields", ())))
    if entry.verb in _PLACES:
        return str(entry.after.get("locker_id", ""))
    if entry.verb in _MESSAGES:
        way = {"email": " by e-mail", "text": " by text message"}.get(str(entry.after.get("way")), "")
        return f"{_OCCASIONS.get(str(entry.after.get('occasion')), '')}{way}"
    return ""


_PLACES = ("locker change asked of ACS", "locker changed at ACS")
_MESSAGES = ("customer told", "message not needed")
_OCCASIONS = {value: str(label)[0].lower() + str(label)[1:] for value, label in CustomerMessage.Occasion.choices}


def _of_shop(order: Order, journey: Journey) -> Iterator[Told]:
    for intent in journey.told:
        if intent.state == Intent.State.DONE and intent.ended_at:
            yield Told(intent.ended_at, "shop", "The shop", f"shows its customer: {told_in_words(intent)}")
    if order.store_cancelled_at:
        yield Told(order.store_cancelled_at, "shop", "The shop", "cancelled the order")
    if order.shop_held_at:
        yield Told(order.shop_held_at, "shop", "The shop", "shows our hold")
    if order.paid_at:
        yield Told(order.paid_at, "shop", "The shop", "took the payment")
    yield Told(order.placed_at, "shop", "The customer", "placed the order")


def _of_acs(order: Order) -> Iterator[Told]:
    """Only where it stands now: ACS's history is not kept."""
    if order.acs_status and order.acs_status_since:
        yield Told(order.acs_status_since, "acs", "ACS", f"says “{order.acs_status_raw}”")


def _of_inpost(journey: Journey) -> Iterator[Told]:
    """InPost's own words by our table, with its code; of a replaced parcel by its number."""
    live = journey.live.tracking_number if journey.live else ""
    for event in journey.events:
        other = f"parcel {event.tracking_number}" if event.tracking_number != live else ""
        detail = ", ".join(filter(None, (place_of(event), f"goes to {event.new_point}" if event.new_point else "", other)))
        yield Told(event.happened_at, "inpost", "InPost", in_words(event.code), detail, event.code)


def _of_parcels(journey: Journey) -> Iterator[Told]:
    for parcel in journey.parcels:
        by_acs = parcel.made_by == Parcel.MadeBy.ACS
        if parcel.labelled_at:
            yield Told(parcel.labelled_at, "acs" if by_acs else "system", "ACS" if by_acs else "Lockstep", "made the label", str(parcel))
        if parcel.manifested_at:
            yield Told(parcel.manifested_at, "system", "Lockstep", "put it on a closed manifest", str(parcel))
        if parcel.void_at:
            yield Told(parcel.void_at, "system", "Lockstep", "took the parcel as void", f"{parcel}: {parcel.void_why}")


def _of_cases(cases: Iterable[ExceptionCase]) -> Iterator[Told]:
    for case in cases:
        title = CATALOGUE[case.code].title if case.code in CATALOGUE else case.code
        if case.closed_at:
            cured = case.state == CaseState.CURED
            who, of = ("Lockstep", "system") if cured else ("A colleague", "people")
            yield Told(case.closed_at, of, who, _ENDED[CaseState(case.state)], title)
        yield Told(case.opened_at, "system", "Lockstep", "opened a case", title)


_ENDED = {
    CaseState.CURED: "closed a case, put right",
    CaseState.WAIVED: "waived a case",
    CaseState.CLOSED: "closed a case by hand",
}
