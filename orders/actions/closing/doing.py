"""Close the manifests that were asked for. A worker that dies before the last transaction leaves every parcel labelled, and the next
ring after the lease begins again; one that dies after it leaves everything closed."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from exceptions_queue import actions as desk
from exceptions_queue.audit import Actor
from exceptions_queue.moves import IllegalMove
from lockers.actions import manifests
from lockers.models import Manifest
from lockers.queries.manifests import GATE, going
from lockers.sync.fresh import Looked, look_up
from orders.actions.closing.gate import (
    LIVE_LABEL,
    Ground,
    Look,
    facts_against,
    ground,
    in_batches,
    look,
    make_cases,
    note_decisions,
    orders_of,
    with_blocks,
)
from orders.models import Order
from orders.rules.manifests import ORDER_UNKNOWN
from partners.failpoints import failpoint

Clock = Callable[[], datetime]


def close_asked(*, clock: Clock) -> dict[str, int]:
    """Close every manifest that waits for it; return how many were closed or lost to somebody else, and how many parcels went or were
    pulled. Safe in several processes at once. Lockers are looked up outside any transaction."""
    counts: Counter[str] = Counter()
    for manifest in manifests.asked(at=clock()):
        if manifests.claim(manifest, at=clock()):
            failpoint("closing.claimed")
            counts.update(_close(manifest, clock))
    return dict(counts)


def _close(manifest: Manifest, clock: Clock) -> Counter[str]:
    parcels = going(manifest)
    lockers = {parcel.point_id for parcel in parcels}
    looked = look_up(lockers, clock=clock)
    failpoint("closing.looked")
    on = ground(at=clock())
    manifests.forget_pulls(manifest)
    passed: list[Look] = []
    for some in in_batches(parcels):
        looks = judge(manifest, some, on, looked, at=clock())
        if looks is None:
            return Counter(lost=1)
        passed += [one for one in looks if one.passes]
        failpoint("closing.gated")
    try:
        went = finish(manifest, passed, on, looked, lockers=len(lockers), at=clock())
    except IllegalMove:  # the lease ran out and somebody else has it: nothing of ours stands
        return Counter(lost=1)
    failpoint("closing.closed")
    return Counter(closed=1, went=went, pulled=len(parcels) - went)


def judge(manifest: Manifest, parcels: Sequence[object], on: Ground, looked: Looked, *, at: datetime) -> list[Look] | None:
    """The gate on up to 500 parcels, with its decisions, cases and pulls, in one transaction. None when the manifest is not ours."""
    with transaction.atomic():
        if not manifests.renew(manifest, at=at):
            return None
        looks, batch = look(parcels, orders_of(parcels, lock=True), on)  # type: ignore[arg-type]
        make_cases(looks, on)
        looks = with_blocks(looks)
        note_decisions(looks, batch, on, manifest_id=manifest.pk, asked=looked.asked)
        _pull(manifest, [one for one in looks if not one.passes], looked, at)
    return looks


def finish(manifest: Manifest, passed: Sequence[Look], on: Ground, looked: Looked, *, lockers: int, at: datetime) -> int:
    """The last transaction: lock the orders, ask once more what blocks them, put what is still free on the manifest and close it.
    Returns how many parcels went. Raises IllegalMove when the manifest is no longer ours."""
    ordered = sorted(passed, key=lambda one: one.order.pk if one.order else 0)
    with transaction.atomic():
        free: list[int] = []
        for some in in_batches(ordered):
            stopped = _stopped_since(some)
            _pull(manifest, stopped, looked, at)
            gone = {one.parcel.id for one in stopped}
            free += [one.parcel.id for one in some if one.parcel.id not in gone]
        failpoint("closing.locked")
        asked = len(looked.asked)
        went = manifests.seal(
            manifest, free, passed_at=on.at, points_asked=asked, points_from_mirror=lockers - asked, actor=_closer(manifest), at=at
        )
        failpoint("closing.before_commit")
    return len(went)


def _stopped_since(looks: Sequence[Look]) -> list[Look]:
    """Those that something stops by now: a hold or a case that opened, an order that changed. Locks the orders. Two statements."""
    orders = orders_of([one.parcel for one in looks], lock=True)
    stopping = desk.blocking_codes_many(Order, [order.pk for order in orders.values()], blocks="M")
    return [Look(one.parcel, one.order, codes=codes) for one in looks if (codes := _codes_now(one, orders, stopping))]


def _codes_now(one: Look, orders: Mapping[str, Order], stopping: Mapping[int, set[str]]) -> tuple[str, ...]:
    order = orders.get(one.parcel.order_number)
    if order is None:
        return (ORDER_UNKNOWN,)
    return (*facts_against(order, one.parcel), *sorted(stopping[order.pk] - LIVE_LABEL))


def _pull(manifest: Manifest, looks: Sequence[Look], looked: Looked, at: datetime) -> None:
    pulled = [(one.parcel.id, one.parcel.tracking_number, one.codes, one.parcel.point_id in looked.asked) for one in looks]
    manifests.note_pulls(manifest, pulled, at=at)


def _closer(manifest: Manifest) -> Actor:
    """Who asked for it."""
    return User.objects.filter(username=manifest.closing_by).first() or GATE
