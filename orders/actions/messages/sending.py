"""Send what a person made of a draft: by e-mail through an intent, once; or they tell the customer themselves.

Mail has no look-up: where the line breaks after the text was handed over, nobody can find out. Then the message says so, and a
person decides; it is never sent again by itself.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from exceptions_queue.audit import Actor, person, record, record_many
from orders.actions.messages.drafting import COLLEAGUE
from orders.actions.messages.judging import World, read_world, why_no_link, why_not_email, why_not_true
from orders.actions.outcomes import Refused
from orders.models import CustomerLink, CustomerMessage, Order
from orders.queries.customer_links import PLACE, address_of
from partners import connect, outbox
from partners.errors import PartnerError, Rejected
from partners.models import Intent
from partners.ports import Letter

KIND = "customer_message"
RING = "orders.tasks.send_messages"
SYSTEM = "system:mail"
State, Way = CustomerMessage.State, CustomerMessage.Way
NOBODY_KNOWS = "The line broke while the mail server took it: nobody knows whether it was sent. Ask before it is sent again."
FIRST = "An earlier message about the same is on its way. Wait until that has ended."


def send_email(message: CustomerMessage, *, actor: Actor, at: datetime, version: int) -> None:
    """Hand one message to the mail server, if what it says is still so. Raises Refused with a sentence otherwise."""
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=message.order_id)
        row = CustomerMessage.objects.select_for_update().get(pk=message.pk)
        if row.state != State.DRAFT or row.version != version:
            raise Refused(COLLEAGUE)
        world = read_world([order], at=at)
        if why := why_not_send(row, order, world) or (FIRST if on_their_way([row]) else ""):
            raise Refused(why)
        put([row], {order.pk: order}, actor=actor, at=at)
    message.refresh_from_db()


def why_not_send(message: CustomerMessage, order: Order, world: World) -> str:
    return why_not_true(message, order, world) or why_not_email(order) or why_no_link(message)


def on_their_way(messages: Sequence[CustomerMessage]) -> set[int]:
    """Those of which an earlier one is still on its way."""
    live = Intent.objects.filter(kind=KIND, business_id__in=[business_id_of(row) for row in messages]).exclude(state__in=Intent.ENDED)
    busy = set(live.values_list("business_id", flat=True))
    return {row.pk for row in messages if business_id_of(row) in busy}


def put(messages: Sequence[CustomerMessage], orders: dict[int, Order], *, actor: Actor, at: datetime) -> None:
    """Queue locked drafts that may be sent. Four statements for any number."""
    wanted = [(business_id_of(row), row.revision, {"message": row.pk}) for row in messages]
    outbox.put_many(kind=KIND, wanted=wanted, actor=actor, at=at, ring=RING)
    rows = CustomerMessage.objects.filter(pk__in=[row.pk for row in messages], state=State.DRAFT)
    rows.update(state=State.QUEUED, way=Way.EMAIL, why="", sent_by=person(actor), version=F("version") + 1)
    subjects = [(Order, row.order_id, orders[row.order_id].number) for row in messages]
    record_many("message to the customer asked for", subjects, actor=actor, at=at)


def business_id_of(message: CustomerMessage) -> str:
    """The same for every message on one occasion of one order, so that only one of them is ever on its way."""
    return f"{message.order_id}/{message.occasion}"


def told_by_text(message: CustomerMessage, *, actor: Actor, at: datetime, version: int) -> None:
    """A person has sent the text message themselves. Raises Refused where what it says is not so, or a colleague was first."""
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=message.order_id)
        row = CustomerMessage.objects.select_for_update().get(pk=message.pk)
        if row.state != State.DRAFT or row.version != version:
            raise Refused(COLLEAGUE)
        if why := why_not_true(row, order, read_world([order], at=at)):
            raise Refused(why)
        _end(row, State.SENT, at=at, way=Way.TEXT, sent_by=person(actor))
        record("customer told", order, actor=actor, at=at, after={"occasion": row.occasion, "way": Way.TEXT.value})


# --- the steps of `outbox.drain` ---------------------------------------------------------------------------------------------


def lock(intent: Intent) -> bool:
    """Lock the order before its intent, as everybody does; False when a colleague is at it just now, or the order is erased."""
    rows = Order.objects.filter(messages=intent.payload["message"])
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    return rows.values_list("pk", flat=True).first() is not None


def may_send(intent: Intent, at: datetime) -> bool:
    """Look once more, under the order's lock: what is not so any more is not said."""
    row = _row(intent)
    if row is None or row.state != State.QUEUED:
        return False
    if why := why_not_send(row, row.order, read_world([row.order], at=at)):
        _end(row, State.FAILED, at=at, why=why)
        return False
    return True


def send(intent: Intent) -> outbox.Receipt:
    """Hand it to the mail server. Raises every PartnerError of the client."""
    row = CustomerMessage.objects.select_related("order").get(pk=intent.payload["message"])
    letter = Letter(key=intent.op_key, to=row.order.email, subject=row.subject, text=_text(row))
    return outbox.Receipt(remote_id=connect.mailbox().post(letter))


def _text(row: CustomerMessage) -> str:
    """What is sent. Only here does the address of a customer's link stand in it: what is kept opens nothing."""
    if row.occasion != CustomerMessage.Occasion.PUT_RIGHT:
        return row.body
    link = CustomerLink.objects.get(pk=row.facts["link"])
    return row.body.replace(PLACE, address_of(link))


def look_up(intent: Intent) -> outbox.Receipt | None:
    """Nobody can be asked whether a mail was taken. Raises Rejected, so that a person decides."""
    raise Rejected("email", NOBODY_KNOWS)


def settled(intent: Intent, _receipt: outbox.Receipt, at: datetime) -> None:
    if row := _row(intent):
        _end(row, State.SENT, at=at)
        record("customer told", row.order, actor=row.sent_by or SYSTEM, at=at, after={"occasion": row.occasion, "way": row.way})


def failed(intent: Intent, error: PartnerError, at: datetime) -> None:
    if row := _row(intent):
        _end(row, State.UNKNOWN if error.sentence == NOBODY_KNOWS else State.FAILED, at=at, why=error.sentence)


def deferred(intent: Intent, error: PartnerError, _at: datetime) -> None:
    """Not yet; it goes on by itself. Until then the order's page says why."""
    CustomerMessage.objects.filter(pk=intent.payload["message"]).update(why=error.sentence[:300])


def _row(intent: Intent) -> CustomerMessage | None:
    return (
        CustomerMessage.objects.select_for_update(of=("self",))
        .select_related("order", "sent_by")
        .filter(pk=intent.payload["message"])
        .first()
    )


def _end(row: CustomerMessage, state: str, *, at: datetime, why: str = "", **also: object) -> None:
    for name, value in ({"state": state, "ended_at": at, "why": why[:300], "version": row.version + 1} | also).items():
        setattr(row, name, value)
    row.save(update_fields=["state", "ended_at", "why", "version", *also])
