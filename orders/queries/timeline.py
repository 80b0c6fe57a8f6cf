"""What happened to one order, from everybody: the shop, people, the gate, ACS, the desk. Newest first."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType

from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.models import AuditEntry, ExceptionCase
from exceptions_queue.queries import words
from exceptions_queue.states import CaseState
from orders.models import CustomerMessage, Order
from orders.rules import edits

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
}


class Event(NamedTuple):
    """One line. `who` did `what`; `detail` names fields or the reason, never a value."""

    at: datetime
    who: str
    what: str
    detail: str
    when: str
    full: str


def timeline_of(order: Order, cases: Iterable[ExceptionCase], now: datetime) -> list[Event]:
    """One statement beside the cases given."""
    told = [*_of_people(order), *_of_cases(cases), *_of_acs(order), *_of_shop(order)]  # of one instant, what follows comes first
    told.sort(key=lambda event: event[0], reverse=True)
    return [Event(at, who, what, detail, words.moment(at, now), words.full(at)) for at, who, what, detail in told[:RECENT]]


Told = tuple[datetime, str, str, str]


def _of_people(order: Order) -> Iterator[Told]:
    about = {"subject_type": ContentType.objects.get_for_model(Order), "subject_id": order.pk}
    for entry in AuditEntry.objects.filter(**about).order_by("-id")[:RECENT]:
        who = "Lockstep" if entry.actor_label.startswith("system:") else entry.actor_label
        yield entry.at, who, _DID.get(entry.verb, entry.verb), " ".join(filter(None, (_changed(entry), entry.reason)))


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


def _of_shop(order: Order) -> Iterator[Told]:
    if order.store_cancelled_at:
        yield order.store_cancelled_at, "The shop", "cancelled the order", ""
    if order.shop_held_at:
        yield order.shop_held_at, "The shop", "shows our hold", ""
    if order.paid_at:
        yield order.paid_at, "The shop", "took the payment", ""
    yield order.placed_at, "The customer", "placed the order", ""


def _of_acs(order: Order) -> Iterator[Told]:
    """Only where it stands now: ACS's history is not kept."""
    if order.acs_status and order.acs_status_since:
        yield order.acs_status_since, "ACS", f"says “{order.acs_status_raw}”", ""


def _of_cases(cases: Iterable[ExceptionCase]) -> Iterator[Told]:
    for case in cases:
        title = CATALOGUE[case.code].title if case.code in CATALOGUE else case.code
        if case.closed_at:
            yield case.closed_at, "Lockstep" if case.state == CaseState.CURED else "A colleague", _ENDED[CaseState(case.state)], title
        yield case.opened_at, "Lockstep", "opened a case", title


_ENDED = {
    CaseState.CURED: "closed a case, put right",
    CaseState.WAIVED: "waived a case",
    CaseState.CLOSED: "closed a case by hand",
}
