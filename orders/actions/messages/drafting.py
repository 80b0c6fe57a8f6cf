"""Draft what a customer is to be told. A person reads it, changes it, and sends it or not."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from exceptions_queue.audit import Actor, actor_text, record
from lockers.models import Point
from orders.actions.messages.judging import Said, World, read_world, said_now
from orders.actions.outcomes import Refused
from orders.models import CustomerMessage, Order

Occasion, State = CustomerMessage.Occasion, CustomerMessage.State
LONGEST = 5_000
COLLEAGUE = "A colleague changed or sent this message meanwhile. Look at it again."


def draft_locker_changed(orders: Sequence[Order], *, actor: Actor, at: datetime, going: Mapping[int, Point] | None = None) -> int:
    """Draft for locked orders that their parcel goes to another locker: to `going`, where ACS is only being asked for it.

    A draft that stands is written anew; what the customer was told already is not drafted again. Seven statements.
    """
    asked = {order.number: going[order.pk].point_id for order in orders if order.pk in going} if going else {}
    world = read_world(orders, at=at, going=asked)
    said = {order.pk: said_now(order, Occasion.LOCKER_CHANGED, world) for order in orders}
    return _keep({pk: what for pk, what in said.items() if isinstance(what, Said)}, Occasion.LOCKER_CHANGED, actor=actor, at=at)


def draft(order: Order, *, occasion: str, actor: Actor, at: datetime) -> CustomerMessage:
    """Draft one message anew from how things stand now. Raises Refused where there is nothing to say."""
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        world: World = read_world([locked], at=at)
        said = said_now(locked, occasion, world)
        if isinstance(said, str):
            raise Refused(said)
        _keep({locked.pk: said}, occasion, actor=actor, at=at, again=True)
        return CustomerMessage.objects.get(order=locked, occasion=occasion, state=State.DRAFT)


def _keep(said: Mapping[int, Said], occasion: str, *, actor: Actor, at: datetime, again: bool = False) -> int:
    """Write the drafts of some orders: one each. `again` also where the customer was told the same."""
    before = list(CustomerMessage.objects.filter(order__in=said, occasion=occasion).order_by("revision"))
    latest = {row.order_id: row for row in before}
    drafts = {row.order_id: row for row in before if row.state == State.DRAFT}
    fresh = []
    for pk, what in said.items():
        last = latest.get(pk)
        if pk in drafts:
            _rewrite(drafts[pk], what)
        elif again or last is None or last.state != State.SENT or last.facts != what.facts:
            fresh.append(_message(pk, occasion, what, (last.revision if last else 0) + 1, actor, at))
    CustomerMessage.objects.bulk_update(
        [drafts[pk] for pk in said if pk in drafts], ["facts", "subject", "body", "version"], batch_size=500
    )
    CustomerMessage.objects.bulk_create(fresh, batch_size=500)
    return len(fresh) + len(drafts)


def _rewrite(row: CustomerMessage, said: Said) -> None:
    """What a person wrote stays as long as it says what is so."""
    if row.facts != said.facts:
        row.facts, row.subject, row.body = said.facts, said.letter.subject, said.letter.body
        row.version += 1


def _message(order_id: int, occasion: str, said: Said, revision: int, actor: Actor, at: datetime) -> CustomerMessage:
    return CustomerMessage(
        order_id=order_id,
        occasion=occasion,
        revision=revision,
        facts=said.facts,
        subject=said.letter.subject,
        body=said.letter.body,
        created_by=actor_text(actor)[1],
        created_at=at,
    )


def edit(message: CustomerMessage, *, subject: str, body: str, version: int) -> CustomerMessage:
    """Save what a person wrote. Raises Refused for an empty or endless text, and where a colleague was first."""
    subject, body = " ".join(subject.split()), body.strip().replace("\r\n", "\n")
    if not subject or not body:
        raise Refused("Write a subject and a text, or do not send it.", "body")
    if len(body) > LONGEST:
        raise Refused(f"The text is too long: {LONGEST:,} characters at the most.", "body")
    saved = CustomerMessage.objects.filter(pk=message.pk, state=State.DRAFT, version=version)
    if not saved.update(subject=subject[:150], body=body + "\n", version=F("version") + 1):
        raise Refused(COLLEAGUE)
    message.refresh_from_db()
    return message


def drop(message: CustomerMessage, *, actor: Actor, at: datetime, version: int) -> None:
    """The customer need not be told, or knows. Raises Refused where a colleague was first."""
    with transaction.atomic():
        open_still = CustomerMessage.objects.filter(pk=message.pk, state=State.DRAFT, version=version)
        if not open_still.update(state=State.DROPPED, ended_at=at, version=F("version") + 1):
            raise Refused(COLLEAGUE)
        record("message not needed", message.order, actor=actor, at=at, after={"occasion": message.occasion})
