"""A part-ready order that does not wait: only what is there goes, with the customer's written consent, or it goes to the door."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from exceptions_queue import actions as desk
from exceptions_queue.audit import Actor, digest, record
from orders.actions.allocating import allocate_for
from orders.actions.consolidating import decide, lock_wait, look_waiting
from orders.actions.corrections import convert_to_home
from orders.actions.outcomes import Refused
from orders.actions.review import recheck
from orders.actions.sending import take, take_back
from orders.models import Consolidation, Order
from orders.problems import Method, read_methods
from orders.problems.waits import garments, is_nothing
from orders.rules.picking import missing_garments
from orders.states import Destination
from partners.acs.records import AcsOrder
from partners.mappings import fold

SHORTEST_CONSENT = 10  # characters: "yes" says neither how nor when
SYSTEM = "system:acs"


def split(wait: Consolidation, *, consent: str, actor: Actor, at: datetime, version: int) -> Consolidation:
    """Let what is there go alone, because the customer agreed in writing to do without the rest in this parcel.

    One order stays one parcel: the rest is a new order in the shop, or a refund. Before the release the missing garments leave
    the order here; at ACS it goes as picked. Raises Refused without a consent or without knowing what lacks, Decided when
    somebody was first, TooLate when the order has just been sent.
    """
    consent = consent.strip()
    if len(consent) < SHORTEST_CONSENT:
        raise Refused("Say how and when the customer agreed, such as: e-mail of 9 June, 14:20.", "consent")
    with transaction.atomic():
        locked = lock_wait(wait, version)
        if not locked.missing:
            raise Refused("ACS has not said which garment is missing, so nobody can have agreed to do without it.")
        if is_nothing(locked, garments([locked.order_id])):
            raise Refused("Nothing of the order is there, so there is no part to send. Let it wait, or have ACS stop it.")
        decide(locked, Consolidation.Choice.SPLIT, actor=actor, at=at, consent=consent, ended_at=at)
        told = {"garments": missing_garments(locked.missing), "consent": digest(consent)}
        record("split agreed", locked.order, actor=actor, at=at, after=told)
        if locked.before_release:
            _leave_out(locked, at=at)
            _free(locked, "The customer agreed to have the rest apart", actor=actor, at=at)
        look_waiting([locked.order_id], at=at)
    return locked


def _leave_out(wait: Consolidation, *, at: datetime) -> None:
    """Take the missing garments off the lines that ACS will be told."""
    take_back(wait.order, at=at)
    lacks = {line["line_id"]: line["wanted"] - line["picked"] for line in wait.missing}
    for line in wait.order.lines.filter(line_id__in=lacks):
        line.quantity = max(0, line.quantity - lacks[line.line_id])
        line.save(update_fields=["quantity"])
    wait.order.version += 1
    wait.order.save(update_fields=["version"])
    allocate_for([wait.order.pk], at=at)


def _free(wait: Consolidation, reason: str, *, actor: Actor, at: datetime) -> None:
    if wait.hold is not None and wait.hold.cleared_at is None:
        desk.clear_hold(wait.hold, actor=actor, at=at, reason=reason)
    recheck(wait.order, actor=actor, at=at)


def to_home(wait: Consolidation, *, delivery_method: str, actor: Actor, at: datetime, version: int) -> Consolidation:
    """Send it to the door, where parts may come one by one.

    Before the release the order is changed here and goes. ACS takes no change once it picks, so there a person rings ACS; the
    wait stands until ACS shows the order with a home service. Raises Refused, Decided, TooLate.
    """
    method = read_methods().get(fold(delivery_method))
    if method is None or method.destination != Destination.HOME:
        raise Refused("Choose one of the home delivery methods.", "delivery_method")
    with transaction.atomic():
        locked = lock_wait(wait, version)
        ended = at if locked.before_release else None
        decide(locked, Consolidation.Choice.HOME, actor=actor, at=at, delivery_method=delivery_method, ended_at=ended)
        record("home delivery instead of waiting", locked.order, actor=actor, at=at, after={"delivery_method": delivery_method})
        if locked.before_release:
            order = locked.order
            convert_to_home(order, delivery_method=delivery_method, actor=actor, at=at, version=order.version)
            locked.order.refresh_from_db()
            _free(locked, "It goes to the door", actor=actor, at=at)
        look_waiting([locked.order_id], at=at)
    return locked


def adopt_home(read: Iterable[tuple[Order, AcsOrder]], *, at: datetime) -> None:
    """ACS shows an order with the home service that a person asked it for: then it goes to the door here too. One statement
    where nobody asked."""
    shown = {order.pk: there for order, there in read}
    asked = Consolidation.objects.filter(order_id__in=shown, ended_at__isnull=True, choice=Consolidation.Choice.HOME)
    waiting = list(asked.select_related("order"))
    methods = read_methods() if waiting else {}
    for wait in waiting:
        if _shows(shown[wait.order_id], wait.delivery_method, methods):
            order = Order.objects.select_for_update().get(pk=wait.order_id)
            take(order, {"delivery_method": wait.delivery_method})
            record("home delivery read back from ACS", order, actor=SYSTEM, at=at)


def _shows(there: AcsOrder, delivery_method: str, methods: Mapping[str, Method]) -> bool:
    method = methods.get(fold(delivery_method))
    said = (there.content.service, there.content.agent)
    return method is not None and not there.content.locker_id and said == (method.service, method.agent)
