"""What must be true of orders at any moment, checked by `manage.py verify`."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import reduce
from itertools import islice
from operator import or_

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase, Hold
from exceptions_queue.states import CaseState
from inventory.models import Allocation
from lockers.models import Parcel
from lockers.states import ParcelState
from orders.actions import integrity, reconciling
from orders.models import Consolidation, GateDecision, IntegrityRun, Order, OrderLine, ReconcileRun
from orders.rules import edits
from orders.rules.erasing import PERSONAL
from orders.states import BEFORE_RELEASE, AcsStatus, Destination, OrderState
from partners import connect
from partners.models import Intent

SHOWN = 20
LOOKED_AT = 2_000
SEALS_CHECKED = 10
NOTICED_WITHIN = timedelta(minutes=10)


def released_means_read_back(at: datetime) -> list[str]:
    """I01: an order is released exactly when an intent for it was settled by a read-back, at once or after it first differed."""
    sent = Intent.objects.filter(kind="acs_release", business_id=OuterRef("number"))
    done = sent.filter(state=Intent.State.DONE)
    later = sent.filter(state=Intent.State.DEAD, error_class="DiffersAtAcs")
    without = Order.objects.filter(state=OrderState.RELEASED).exclude(Exists(done)).exclude(Exists(later))
    unmoved = Order.objects.filter(state__in=BEFORE_RELEASE, release_claimed_at__isnull=True).filter(Exists(done))
    return _say(without, "is released without a read-back") + _say(unmoved, "was read back at ACS and is not released")


def every_order_is_somewhere(at: datetime) -> list[str]:
    """I02: a paid order is held, on its way, sent, excluded or in a case 15 minutes later."""
    if connect.mode("acs") != "live":
        return []
    waiting = Order.objects.filter(state=OrderState.RECEIVED, excluded_why="", paid_at__lt=at - timedelta(minutes=15))
    recent = Q(fetched_at__gte=at - timedelta(minutes=5))
    lost = waiting.exclude(recent).exclude(pk__in=desk.subjects_with_open_case(Order))
    return _say(lost, "is paid, not held, not sent and in no case")


def held_means_blocked(at: datetime) -> list[str]:
    """I03: what is held has a reason, and what is on its way had none when it left."""
    of_orders = {"subject_type": ContentType.objects.get_for_model(Order), "subject_id": OuterRef("pk")}
    case = ExceptionCase.objects.filter(state=CaseState.OPEN, blocks__contains="R", **of_orders)
    hold = Hold.objects.filter(cleared_at__isnull=True, **of_orders)
    pointless = Order.objects.filter(state=OrderState.HELD).exclude(Exists(case)).exclude(Exists(hold))
    return _say(pointless, "is held and nothing blocks it") + _say(_left_while_blocked(), "was sent while a case blocked it")


def _left_while_blocked() -> Iterable[Order]:
    """Sent although a blocking case was open at the instant of the claim."""
    then = ExceptionCase.objects.filter(
        subject_type=ContentType.objects.get_for_model(Order),
        subject_id=OuterRef("pk"),
        blocks__contains="R",
        opened_at__lt=OuterRef("release_claimed_at"),
    ).filter(Q(closed_at__isnull=True) | Q(closed_at__gt=OuterRef("release_claimed_at")))
    return Order.objects.filter(release_claimed_at__isnull=False, state=OrderState.RELEASED).filter(Exists(then))


def one_release_per_order(at: datetime) -> list[str]:
    """I05: an order leaves once; further sendings are amendments asked for by a person."""
    firsts = Intent.objects.filter(kind="acs_release", state=Intent.State.DONE, payload__amend=False, receipt__already=False)
    twice = firsts.values("business_id").annotate(times=Count("id")).filter(times__gt=1)
    return [f"order {row['business_id']} was released {row['times']} times" for row in twice[:SHOWN]]


def released_locker_orders_have_a_locker(at: datetime) -> list[str]:
    """I05: a locker order that was sent names its locker."""
    bare = Order.objects.filter(state=OrderState.RELEASED, destination=Destination.LOCKER, locker_id="")
    return _say(bare, "was released to a locker without a locker ID")


def cancelled_orders_have_no_open_case(at: datetime) -> list[str]:
    """I04: nothing is wrong with an order that will not be sent."""
    ended = Order.objects.filter(state=OrderState.CANCELLED, pk__in=desk.subjects_with_open_case(Order))
    return _say(ended, "is cancelled and still has an open case")


def corrected_orders_count_versions(at: datetime) -> list[str]:
    """Each saved correction raised the version that the check on save compares."""
    return _say(Order.objects.filter(version__lt=1), "has no version") + _say(
        Order.objects.filter(released_at__lt=F("release_claimed_at")), "was released before it was claimed"
    )


def what_the_shop_changed_is_known(at: datetime) -> list[str]:
    """I22: where the shop says otherwise than ACS was told, a case says so, or a person has closed it. The newest changes."""
    told = ExceptionCase.objects.filter(
        code=Code.VAL_EDITED, subject_type=ContentType.objects.get_for_model(Order), subject_id=OuterRef("pk")
    )
    there = Order.objects.filter(state=OrderState.RELEASED, fetched_at__lt=at - NOTICED_WITHIN).exclude(acs_status=AcsStatus.DESPATCHED)
    untold = there.exclude(Exists(told)).order_by("-fetched_at").only("number", "shop", "shop_when_sent", "store_cancelled_at")
    differing = (order.number for order in untold[:LOOKED_AT] if _differs(order))
    return [f"order {number} is otherwise in the shop than at ACS and no case says so" for number in islice(differing, SHOWN)]


def every_wait_is_in_a_case(at: datetime) -> list[str]:
    """I02: an order that waits for a missing part has a case that says so, or a person has closed it; one that ended waits no more."""
    told = ExceptionCase.objects.filter(
        code__in=(Code.HLD_CONSOL, Code.HLD_CONSOL_OVERDUE),
        subject_type=ContentType.objects.get_for_model(Order),
        subject_id=OuterRef("pk"),
    )
    since = at - NOTICED_WITHIN
    live = Consolidation.objects.filter(ended_at__isnull=True, opened_at__lt=since).values("order_id")
    return _say(Order.objects.filter(pk__in=live).exclude(Exists(told)), "waits for a missing part and no case says so")


def what_went_had_passed_the_gate(at: datetime) -> list[str]:
    """No parcel is on a manifest without a verdict of the gate that let it pass. The last 30 days."""
    passed = GateDecision.objects.filter(
        order__number=OuterRef("order_number"), gate=GateDecision.Gate.MANIFEST, passed=True, decided_at=OuterRef("gate_passed_at")
    )
    went = Parcel.objects.filter(state=ParcelState.MANIFESTED, manifested_at__gt=at - timedelta(days=30))
    bare = went.exclude(Exists(passed)).order_by("pk").values_list("tracking_number", flat=True)
    return [f"parcel {number} went without having passed the gate" for number in bare[:SHOWN]]


def runs_are_as_they_were_sealed(at: datetime) -> list[str]:
    """I24: the newest integrity runs, and comparisons of shop and ACS, still are what their seals say, counts and findings."""
    newest = IntegrityRun.objects.filter(finished_at__isnull=False).order_by("-pk")[:SEALS_CHECKED]
    broken = [f"integrity run {run.pk} was changed after it was sealed" for run in newest if not integrity.holds(run)]
    compared = ReconcileRun.objects.filter(finished_at__isnull=False).order_by("-pk")[:SEALS_CHECKED]
    return broken + [f"reconcile run {run.pk} was changed after it was sealed" for run in compared if not reconciling.holds(run)]


def the_erased_stay_erased(at: datetime) -> list[str]:
    """I24: of an order whose customer was erased nothing personal is kept, whatever the shop sent since."""
    named = reduce(or_, (~Q(**{name: ""}) for name in PERSONAL)) | ~Q(note="") | ~Q(customer_key="")
    return _say(Order.objects.filter(named, erased_at__isnull=False), "was erased and names somebody again")


def _differs(order: Order) -> bool:
    if order.store_cancelled_at and not order.shop_when_sent.get(edits.LET_GO):
        return True
    return bool(edits.edited(order.number, order.shop, order.shop_when_sent))


def _say(orders: Iterable[Order], what: str) -> list[str]:
    return [f"order {number} {what}" for number in orders.values_list("number", flat=True)[:SHOWN]]  # type: ignore[attr-defined]


def what_is_sold_is_taken_from_stock(at: datetime) -> list[str]:
    """I07: allocations are exactly the lines of the orders that have neither left nor ended."""
    with connection.cursor() as cursor:
        cursor.execute(_UNTAKEN)
        untaken = [f"order {number} sold {count} × {sku} and stock does not say so" for number, sku, count in cursor.fetchall()]
        cursor.execute(_UNSOLD)
        unsold = [f"stock gave {count} × {sku} to order {number}, which does not sell them" for number, sku, count in cursor.fetchall()]
    return untaken + unsold


_SOLD = f"""
SELECT o.number, l.sku, sum(l.quantity) FROM {Order._meta.db_table} o JOIN {OrderLine._meta.db_table} l ON l.order_id = o.id
WHERE o.acs_status <> 'despatched' AND (o.state = 'released' OR (
o.state IN ('received', 'held', 'ready') AND o.shop_fulfilled NOT IN ('all', 'back')
AND NOT (o.excluded_why <> '' AND o.store_cancelled_at IS NOT NULL)))
AND l.sku <> '' AND l.quantity > 0 GROUP BY o.number, l.sku
"""  # noqa: S608 - the names of our own tables
_TAKEN = f"SELECT order_number, sku, quantity FROM {Allocation._meta.db_table} WHERE left_at IS NULL"  # noqa: S608
_UNTAKEN = f"{_SOLD} EXCEPT {_TAKEN} ORDER BY 1, 2 LIMIT {SHOWN}"
_UNSOLD = f"{_TAKEN} EXCEPT {_SOLD} ORDER BY 1, 2 LIMIT {SHOWN}"


INVARIANTS: list[tuple[str, Callable[[datetime], list[str]]]] = [
    ("I01 released means read back", released_means_read_back),
    ("I02 every paid order is somewhere", every_order_is_somewhere),
    ("I03 held means blocked, sent means free", held_means_blocked),
    ("I04 cancelled orders are at peace", cancelled_orders_have_no_open_case),
    ("I07 what is sold is taken from stock", what_is_sold_is_taken_from_stock),
    ("I05 released once", one_release_per_order),
    ("I05 locker orders name their locker", released_locker_orders_have_a_locker),
    ("I05 what went had passed the gate", what_went_had_passed_the_gate),
    ("I02 every wait is in a case", every_wait_is_in_a_case),
    ("I22 what the shop changed is known", what_the_shop_changed_is_known),
    ("I24 integrity runs are as they were sealed", runs_are_as_they_were_sealed),
    ("I24 the erased stay erased", the_erased_stay_erased),
    ("I02 versions and instants are in order", corrected_orders_count_versions),
]
