"""A locker order leaves whole or not at all: the wait for its missing part, its cases, and what people decide about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from exceptions_queue import actions as desk
from exceptions_queue import calendars
from exceptions_queue.audit import Actor, person, record
from exceptions_queue.catalogue import Code
from exceptions_queue.models import Hold
from orders.actions.outcomes import Checked, Refused, Stale
from orders.actions.review import recheck
from orders.actions.sending import card_of, take_back
from orders.actions.shorts import SHORT, Found, Missing, card_after_pick, is_short, lacking, short_of
from orders.models import Consolidation, Order
from orders.problems import Method, read_methods
from orders.problems.waits import latest_safe_at
from orders.rules import waits
from orders.states import BEFORE_RELEASE, AcsStatus, Destination

WAITS = frozenset({Code.HLD_CONSOL, Code.HLD_CONSOL_OVERDUE})
ENDED = (AcsStatus.DESPATCHED, AcsStatus.CANCELLED)
AT_ACS, PRE_RELEASE = Consolidation.Where.AT_ACS, Consolidation.Where.PRE_RELEASE


@dataclass
class _Look:
    """What is known of some orders while their waits are made equal to the facts."""

    clock: calendars.Clock
    methods: dict[str, Method]
    at: datetime
    live: dict[int, Consolidation]
    agreed: dict[int, Missing]
    new: list[Consolidation] = field(default_factory=list)
    changed: list[Consolidation] = field(default_factory=list)


def find_waiting(*, at: datetime) -> int:
    """Look again at every live wait, for time passes, and at every order that has one of the cases. Returns how many orders wait."""
    standing = desk.subjects_with_open_case(Order, only=SHORT | WAITS)
    waiting = Consolidation.objects.filter(ended_at__isnull=True).values("order_id")
    look_waiting(Order.objects.filter(Q(pk__in=standing) | Q(pk__in=waiting)).values_list("pk", flat=True), at=at)
    return Consolidation.objects.filter(ended_at__isnull=True).count()


def look_waiting(ids: Iterable[int], *, at: datetime) -> None:
    """Make the waits and the cases of these orders equal what ACS has picked and what people decided. A fixed number of statements."""
    wanted = sorted(ids)
    if not wanted:
        return
    with transaction.atomic():
        orders = list(Order.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
        look = _read(wanted, at)
        for order in orders:
            _make_equal(order, look)
        Consolidation.objects.bulk_create(look.new, batch_size=500, ignore_conflicts=True)
        Consolidation.objects.bulk_update(look.changed, ["missing", "latest_safe_at", "ended_at", "version"], 200)
        _reconcile(orders, look)


def _read(ids: Sequence[int], at: datetime) -> _Look:
    rows = list(Consolidation.objects.filter(order_id__in=ids).select_related("hold").order_by("pk"))
    return _Look(
        clock=calendars.default_clock(at=at),
        methods=read_methods(),
        at=at,
        live={row.order_id: row for row in rows if row.ended_at is None},
        agreed={row.order_id: row.missing for row in rows if row.choice == Consolidation.Choice.SPLIT and row.ended_at},
    )


def _make_equal(order: Order, look: _Look) -> None:
    wait = look.live.get(order.pk)
    if wait is None:
        if _waits_at_acs(order, look):
            look.live[order.pk] = opened = _opened(order, look)
            look.new.append(opened)
        return
    if not _goes_on(wait, order, look):
        wait.ended_at = look.at
        look.changed.append(look.live.pop(order.pk))
        return
    missing = wait.missing if wait.before_release else order.acs_short
    safe_at = latest_safe_at(order, wait, look.clock, look.methods)
    if missing != wait.missing or safe_at != wait.latest_safe_at:
        wait.version += missing != wait.missing  # who agrees to do without something has to see what
        wait.missing, wait.latest_safe_at = missing, safe_at
        look.changed.append(wait)


def _waits_at_acs(order: Order, look: _Look) -> bool:
    to_locker = order.destination == Destination.LOCKER and order.acs_status not in ENDED
    return to_locker and is_short(order, look.agreed.get(order.pk, []))


def _goes_on(wait: Consolidation, order: Order, look: _Look) -> bool:
    if wait.before_release:
        return order.state in BEFORE_RELEASE and wait.hold is not None and wait.hold.cleared_at is None
    return _waits_at_acs(order, look)


def _opened(order: Order, look: _Look) -> Consolidation:
    wait = Consolidation(order=order, where=AT_ACS, missing=order.acs_short, opened_at=look.at)
    wait.latest_safe_at = latest_safe_at(order, wait, look.clock, look.methods)
    wait.deadline_at = waits.first_deadline(look.clock, look.at, wait.latest_safe_at, before_release=False)
    return wait


def _reconcile(orders: Sequence[Order], look: _Look) -> None:
    due = look.clock.packed_due(at=look.at)
    shorts = [desk.Finding(order.pk, short_of(order, look.agreed.get(order.pk, [])), card_after_pick(order, due)) for order in orders]
    desk.reconcile_many(Order, shorts, scope=SHORT, at=look.at)
    desk.reconcile_many(Order, [_finding(order, look) for order in orders], scope=WAITS, at=look.at)


def _finding(order: Order, look: _Look) -> desk.Finding:
    wait = look.live.get(order.pk)
    if wait is None:
        return desk.Finding(order.pk, {}, card_of(order))
    card = replace(card_of(order), due_at=wait.deadline_at, cutoff_at=wait.latest_safe_at)
    return desk.Finding(order.pk, _found(wait, look.at), card)


def _found(wait: Consolidation, at: datetime) -> Found:
    told: dict[str, Any] = {"field": "lines", "where": wait.where, **lacking(wait.missing)}
    why = waits.overdue(at=at, deadline_at=wait.deadline_at, latest_safe_at=wait.latest_safe_at)
    if why:
        return {Code.HLD_CONSOL_OVERDUE: told | {"fault": why}}
    return {Code.HLD_CONSOL: told | {"fault": "asked_for_home" if wait.choice == Consolidation.Choice.HOME else "waits"}}


# --- what people decide -----------------------------------------------------------------------------------------------------


class Decided(Exception):
    """The wait is not as this person saw it: a colleague decided, ACS picked on, or it is over. `wait` is as it stands."""

    def __init__(self, wait: Consolidation) -> None:
        self.wait = wait
        what = "is over" if wait.ended_at else "has changed since you opened this page"
        self.sentence = f"The wait of order {wait.order.number} {what}. Nothing was saved: look at it again."
        super().__init__(self.sentence)


def wait_until_whole(order: Order, *, line_ids: Sequence[str], ready_at: datetime, actor: Actor, at: datetime, version: int) -> Checked:
    """Hold an order before release because a part of it is not available. Raises Refused, Stale, and TooLate once it is sent."""
    if ready_at <= at:
        raise Refused("Give a day that is still to come.", "ready_on")
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        if locked.version != version:
            raise Stale(locked)
        take_back(locked, at=at)
        missing = _missing(locked, line_ids)
        hold = desk.place_hold(locked, **_why_held(missing), owner="warehouse", actor=actor, at=at, until=ready_at)
        _keep(Consolidation(order=locked, where=PRE_RELEASE, missing=missing, opened_at=at, deadline_at=ready_at, hold=hold), at=at)
        look_waiting([locked.pk], at=at)
        return recheck(locked, actor=actor, at=at)


def _missing(order: Order, line_ids: Sequence[str]) -> list[dict[str, Any]]:
    if order.state not in BEFORE_RELEASE:
        raise Refused(f"Order {order.number} is {order.get_state_display().lower()}: it can no longer wait here.")
    if order.destination != Destination.LOCKER:
        raise Refused("It goes to a door, where parts may come one by one. Only a locker order has to be whole.")
    lines = list(order.lines.filter(quantity__gt=0).order_by("pk"))
    missing = [line for line in lines if line.line_id in set(line_ids)]
    if not missing:
        raise Refused("Tick what is missing.", "line_ids")
    if len(missing) == len(lines):
        raise Refused("Nothing of it is there yet, so there is nothing to wait with. Hold the order instead.", "line_ids")
    return [{"line_id": line.line_id, "sku": line.sku, "wanted": line.quantity, "picked": 0} for line in missing]


def _why_held(missing: Missing) -> dict[str, str]:
    skus = ", ".join(sorted({str(line["sku"]) for line in missing}))
    return {"reason": f"Waits until it is whole: {skus} missing"[:300], "exit": "every garment of the order is available"}


def _keep(wait: Consolidation, *, at: datetime) -> None:
    wait.latest_safe_at = latest_safe_at(wait.order, wait, calendars.default_clock(at=at), read_methods())
    try:
        with transaction.atomic():
            wait.save()
    except IntegrityError as error:
        raise Refused(f"Order {wait.order.number} waits already.") from error


def go_on_waiting(wait: Consolidation, *, ready_at: datetime, actor: Actor, at: datetime, version: int) -> Consolidation:
    """Wait for the rest until `ready_at`. Raises Refused for a time gone by, Decided when somebody was first."""
    if ready_at <= at:
        raise Refused("Give a time that is still to come.", "ready_at")
    with transaction.atomic():
        locked = lock_wait(wait, version)
        before = locked.deadline_at
        decide(locked, Consolidation.Choice.WAIT, actor=actor, at=at, deadline_at=ready_at)
        if locked.hold is not None:
            Hold.objects.filter(pk=locked.hold.pk, cleared_at__isnull=True).update(until=ready_at)
        told = {"until": ready_at.isoformat()}
        record("wait for the rest", locked.order, actor=actor, at=at, before={"until": before.isoformat()}, after=told)
        look_waiting([locked.order_id], at=at)
    return locked


def lock_wait(wait: Consolidation, version: int) -> Consolidation:
    """Lock the order, then its wait, as this person saw it. Raises Decided."""
    Order.objects.select_for_update().get(pk=wait.order.pk)
    locked = Consolidation.objects.select_for_update(of=("self",)).select_related("order", "hold").get(pk=wait.pk)
    if locked.version != version or locked.ended_at:
        raise Decided(locked)
    return locked


def decide(wait: Consolidation, choice: str, *, actor: Actor, at: datetime, **also: Any) -> None:
    """Write what was chosen, by whom and when."""
    values = {"choice": choice, "chosen_at": at, "chosen_by": person(actor), "version": wait.version + 1, **also}
    for name, value in values.items():
        setattr(wait, name, value)
    wait.save(update_fields=list(values))
