"""What customers were told and what is drafted for them, as people of the desk see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from exceptions_queue.queries import words
from orders.models import CustomerMessage, Order
from orders.rules.masking import mask_email

State = CustomerMessage.State
TONES = {State.DRAFT: "info", State.QUEUED: "info", State.SENT: "ok", State.FAILED: "bad", State.UNKNOWN: "warn", State.DROPPED: "quiet"}
SHOWN = 10
_TOLD = {
    "locker_changed": "about another locker",
    "expiring": "that the time is nearly over",
    "another_garment": "about another garment",
    "put_right": "with a link of their own",
}


@dataclass(frozen=True)
class Line:
    """One message in a list. `to` is masked: an address is read on the order's page."""

    pk: int
    number: str
    about: str
    locker: str
    state: str
    tone: str
    when: str
    full: str
    why: str
    to: str
    is_draft: bool


def line(row: CustomerMessage, at: datetime, *, why: str = "") -> Line:
    when = row.ended_at or row.created_at
    return Line(
        pk=row.pk,
        number=row.order.number,
        about=row.get_occasion_display(),
        locker=str(row.facts.get("locker_id", "")),
        state=_state(row),
        tone=TONES[State(row.state)],
        when=words.moment(when, at),
        full=words.full(when),
        why=why or row.why,
        to=mask_email(row.order.email),
        is_draft=row.state == State.DRAFT,
    )


def _state(row: CustomerMessage) -> str:
    """ "Sent by e-mail"."""
    way = row.get_way_display()
    return f"Sent {way[0].lower()}{way[1:]}" if row.state == State.SENT and way else State(row.state).label


def of_order(order: Order, at: datetime) -> list[Line]:
    """The latest messages of one order. One statement."""
    rows = CustomerMessage.objects.filter(order=order).select_related("order").order_by("-pk")[:SHOWN]
    return [line(row, at) for row in rows]


def latest_draft(order: Order) -> CustomerMessage | None:
    return CustomerMessage.objects.filter(order=order, state=State.DRAFT).order_by("-pk").first()


def told(order_ids: Iterable[int], at: datetime) -> dict[int, str]:
    """The last that each customer was told from here: "we wrote about another locker 10:14". One statement."""
    sent = CustomerMessage.objects.filter(order__in=list(order_ids), state=State.SENT).order_by("ended_at", "pk")
    return {
        order_id: f"we wrote {_TOLD.get(occasion, 'to them')} {words.moment(ended_at, at)}"
        for order_id, occasion, ended_at in sent.values_list("order_id", "occasion", "ended_at")
        if ended_at
    }
