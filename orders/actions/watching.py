"""Orders that should have moved and did not: never sent, not confirmed, stuck at ACS."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from exceptions_queue import actions as desk
from exceptions_queue import calendars
from exceptions_queue.catalogue import Code
from exceptions_queue.models import Site
from orders.actions.sending import KIND, card_of
from orders.models import Consolidation, Order
from orders.rules.reconciling import SENT_WITHIN_WORKING_DAYS
from orders.states import BEFORE_RELEASE, AcsStatus, OrderState
from partners import connect
from partners.models import Intent

SENT_WITHIN = timedelta(minutes=15)
LOOKED_AT_WITHIN = timedelta(minutes=5)  # what the shop has just changed is checked within a minute or two
CONFIRMED_WITHIN = timedelta(minutes=10)
MOVING = (AcsStatus.ACKNOWLEDGED, AcsStatus.PICKING, AcsStatus.PART_PICKED, AcsStatus.PICK_CONFIRMED, AcsStatus.PACKED)

Found = dict[str, dict[str, Any]]

NEVER_SENT = frozenset({Code.ORD_NEVER_SENT})
UNCONFIRMED = frozenset({Code.ORD_UNCONFIRMED})
STUCK = frozenset({Code.ORD_STUCK})


def find_never_sent(*, at: datetime) -> int:
    """Every order paid 15 minutes ago is held, released, excluded by rule or in a case; open ORD-NEVER-SENT for what is not.

    Returns how many orders have that case after this look. In observe mode nothing is sent, so nothing is missing.
    """
    if connect.mode("acs") != "live":
        return 0
    found: Found = {Code.ORD_NEVER_SENT: {"field": "order", "fault": "not_on_its_way"}}
    return make_equal(never_sent(at=at), NEVER_SENT, lambda order: found, at=at)


def never_sent(*, at: datetime) -> QuerySet[Order]:
    """Orders paid 15 minutes ago that are neither held, released, excluded, in a case, nor on their way to ACS.

    What is tried again and again for more than a working day is not on its way any more. None in observe mode.
    """
    if connect.mode("acs") != "live":
        return Order.objects.none()
    waiting = Order.objects.filter(state__in=(OrderState.RECEIVED, OrderState.READY), excluded_why="", paid_at__lt=at - SENT_WITHIN)
    waiting = waiting.filter(fetched_at__lt=at - LOOKED_AT_WITHIN)
    return waiting.exclude(Exists(_trying(at))).exclude(pk__in=desk.subjects_with_open_case(Order, exclude=NEVER_SENT))


def find_unconfirmed(*, at: datetime) -> int:
    """Orders whose last word from ACS is missing for ten minutes. Closed by the read-back, never by time."""
    silent = Intent.objects.filter(kind=KIND, state=Intent.State.UNKNOWN, created_at__lt=at - CONFIRMED_WITHIN)
    numbers = list(silent.values_list("business_id", flat=True))
    found: Found = {Code.ORD_UNCONFIRMED: {"field": "order", "fault": "no_read_back"}}
    orders = list(Order.objects.filter(number__in=numbers))
    findings = [desk.Finding(subject_id=order.pk, found=found, card=card_of(order)) for order in orders]
    if findings:
        desk.reconcile_many(Order, findings, scope=UNCONFIRMED, at=at)
    return len(findings)


def find_stuck(*, at: datetime) -> int:
    """Orders at ACS whose status has not moved through two collections since it was last seen to change.

    What waits there for a missing part stands still on purpose, and has its own case and deadline.
    """
    site = calendars.default_site()
    moving = Order.objects.filter(state=OrderState.RELEASED, acs_status__in=MOVING, acs_status_since__isnull=False)
    moving = moving.exclude(pk__in=Consolidation.objects.filter(ended_at__isnull=True).values("order_id"))
    old = list(moving.filter(acs_status_since__lt=at - timedelta(hours=24)).values_list("pk", "acs_status_since"))
    stuck = [pk for pk, since in old if since and _two_collections_after(site, since) < at]
    return make_equal(Order.objects.filter(pk__in=stuck), STUCK, _stuck, at=at)


def _stuck(order: Order) -> Found:
    """The status is part of it: whoever accepted "stuck in picking" has not accepted "stuck in packed"."""
    return {Code.ORD_STUCK: {"field": "acs_status", "fault": "no_movement", "status": order.acs_status}}


def _two_collections_after(site: Site, since: datetime) -> datetime:
    first = calendars.release_due(site, at=since).cutoff_at
    return calendars.release_due(site, at=first).cutoff_at


def _trying(at: datetime) -> QuerySet[Intent]:
    too_long = calendars.default_clock(at=at).working_days_before(SENT_WITHIN_WORKING_DAYS, at=at)
    live = Intent.objects.filter(kind=KIND, business_id=OuterRef("number"), created_at__gte=too_long).exclude(state__in=Intent.ENDED)
    return live.filter(Q(next_at__gte=at - SENT_WITHIN) | Q(state__in=(Intent.State.SENDING, Intent.State.UNKNOWN)))


def make_equal(wrong: QuerySet[Order], scope: frozenset[str], found: Callable[[Order], Found], *, at: datetime) -> int:
    """Open the case on every order of `wrong` and close it on every other order that has it."""
    with transaction.atomic():
        orders = list(wrong.order_by("pk").select_for_update())
        cured = Order.objects.filter(pk__in=desk.subjects_with_open_case(Order, only=scope)).exclude(pk__in=[order.pk for order in orders])
        findings = [desk.Finding(subject_id=order.pk, found=found(order), card=card_of(order)) for order in orders]
        findings += [desk.Finding(subject_id=order.pk, found={}, card=card_of(order)) for order in cured]
        if findings:
            desk.reconcile_many(Order, findings, scope=scope, at=at)
    return len(orders)


def ids_before_release(*, states: Sequence[str] = BEFORE_RELEASE) -> list[int]:
    """The orders the gate has still to decide, oldest first."""
    ours = Order.objects.filter(state__in=states, excluded_why="", release_claimed_at__isnull=True, paid_at__isnull=False)
    return list(ours.order_by("pk").values_list("pk", flat=True))
