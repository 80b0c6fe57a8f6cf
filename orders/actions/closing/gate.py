"""The gate before a manifest closes: each labelled parcel with its order, its locker and what stands open about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from exceptions_queue import actions as desk
from exceptions_queue import calendars
from exceptions_queue.catalogue import Code
from lockers.models import Point
from lockers.queries import full_after
from lockers.queries.manifests import Waiting, waiting
from orders.actions.labelling import LABEL_SCOPE, PICKED_SCOPE, wrong
from orders.actions.review import decision_of
from orders.actions.sending import card_of
from orders.models import GateDecision, Order
from orders.problems import Batch, Method, Verdict, find_many, places, read_methods
from orders.problems.places import OF_THE_LOCKER
from orders.rules.manifests import NO_MIRROR, ORDER_UNKNOWN, OrderFacts, against

BATCH = 500
MANIFEST_SCOPE = PICKED_SCOPE | {Code.LOC_FULL}
LIVE_LABEL = LABEL_SCOPE  # a case about a label that failed says nothing against one that exists

Found = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Ground:
    """What holds for all parcels of one look."""

    at: datetime
    methods: dict[str, Method]
    full_after: datetime | None
    due: calendars.Due


@dataclass(frozen=True)
class Look:
    """What the gate sees of one parcel. `found` are codes that become cases, `codes` everything that stops it."""

    parcel: Waiting
    order: Order | None = None
    verdict: Verdict | None = None
    found: Found = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    low_since: str = ""

    @property
    def passes(self) -> bool:
        return not self.codes


def ground(*, at: datetime) -> Ground:
    """Three statements."""
    return Ground(at, read_methods(), full_after(), calendars.default_clock(at=at).packed_due(at=at))


def in_batches(rows: Sequence[Any], size: int = BATCH) -> Iterable[Sequence[Any]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def orders_of(parcels: Iterable[Waiting], *, lock: bool = False) -> dict[str, Order]:
    """The orders of these parcels by number, locked in the order everybody locks them."""
    rows = Order.objects.filter(number__in=[parcel.order_number for parcel in parcels]).order_by("pk")
    return {order.number: order for order in (rows.select_for_update() if lock else rows)}


def look(parcels: Sequence[Waiting], orders: Mapping[str, Order], on: Ground) -> tuple[list[Look], Batch]:
    """What is wrong with each, by facts and rules; what blocks it besides comes in `with_blocks`. Six statements, nothing written."""
    verdicts, batch = find_many([order.pk for order in orders.values()], at=on.at, methods=on.methods)
    by_order = {verdict.order.id: verdict for verdict in verdicts}
    levels = _levels({order.locker_id for order in orders.values()})
    return [_look(parcel, orders.get(parcel.order_number), by_order, batch, levels, on) for parcel in parcels], batch


def _levels(point_ids: set[str]) -> dict[str, tuple[str, dict[str, str]]]:
    rows = Point.objects.filter(point_id__in=point_ids).values_list("point_id", "status", "low_since")
    return {point_id: (status, low_since) for point_id, status, low_since in rows}


def _look(
    parcel: Waiting,
    order: Order | None,
    verdicts: Mapping[int, Verdict],
    batch: Batch,
    levels: Mapping[str, tuple[str, dict[str, str]]],
    on: Ground,
) -> Look:
    if order is None:
        return Look(parcel, codes=(ORDER_UNKNOWN,))
    verdict = verdicts.get(order.pk)
    if verdict is None:
        return Look(parcel, order, codes=(*facts_against(order, parcel), NO_MIRROR))
    status, lows = levels.get(order.locker_id, ("", {}))
    size = parcel.size or verdict.size
    found = {code: evidence for code, evidence in wrong(verdict, order.acs_packed, batch).items() if code not in OF_THE_LOCKER}
    found |= places.wrong_with_locker(order.locker_id, size, batch.places.get(order.locker_id)) or places.full(
        order.locker_id, size, status, lows, on.full_after
    )
    return Look(parcel, order, verdict, found, (*facts_against(order, parcel), *sorted(found)), lows.get(size, ""))


def facts_against(order: Order, parcel: Waiting) -> list[str]:
    facts = OrderFacts(order.state, order.destination, order.acs_status, order.store_cancelled_at, order.locker_id)
    return against(facts, parcel.point_id)


def with_blocks(looks: Sequence[Look]) -> list[Look]:
    """Add what else blocks the manifest: other cases, and holds. What the gate itself decides it has just decided. One statement."""
    stopping = desk.blocking_codes_many(Order, [one.order.pk for one in looks if one.order], blocks="M")
    others = {pk: codes - MANIFEST_SCOPE - LIVE_LABEL for pk, codes in stopping.items()}
    return [replace(one, codes=(*one.codes, *sorted(others[one.order.pk]))) if one.order else one for one in looks]


def make_cases(looks: Iterable[Look], on: Ground) -> None:
    """Make the cases of these orders, whose rows the caller has locked, equal what was found."""
    findings = [desk.Finding(one.order.pk, one.found, _card(one.order, on)) for one in looks if one.order and one.verdict]
    desk.reconcile_many(Order, findings, scope=MANIFEST_SCOPE, at=on.at)


def _card(order: Order, on: Ground) -> desk.Card:
    return replace(card_of(order), due_at=on.due.due_at, cutoff_at=on.due.cutoff_at)


def note_decisions(looks: Iterable[Look], batch: Batch, on: Ground, *, manifest_id: int, asked: frozenset[str]) -> None:
    """Store what the gate said of each order with everything it saw. One statement."""
    told = [_decision(one, one.order, one.verdict, batch, on, manifest_id, asked) for one in looks if one.order and one.verdict]
    GateDecision.objects.bulk_create(told, batch_size=BATCH)


def _decision(one: Look, order: Order, verdict: Verdict, batch: Batch, on: Ground, manifest_id: int, asked: frozenset[str]) -> GateDecision:
    decision = decision_of(verdict, batch, passed=one.passes, at=on.at, gate=GateDecision.Gate.MANIFEST)
    decision.findings = one.found
    decision.inputs |= {
        "acs_status": order.acs_status,
        "acs_packed": order.acs_packed,
        "parcel": one.parcel._asdict(),
        "manifest": manifest_id,
        "low_since": one.low_since,
        "full_after": on.full_after.isoformat() if on.full_after else None,
        "locker_looked_up": one.parcel.point_id in asked,
        "stopped_by": list(one.codes),
    }
    return decision


def recheck(*, at: datetime) -> int:
    """Look again at every labelled parcel whose order has a case that this gate opens, so that what is right again closes by itself.
    Returns how many orders were looked at; a fixed number of statements per 500."""
    cases = desk.subjects_with_open_case(Order, only=MANIFEST_SCOPE)
    numbers = Order.objects.filter(pk__in=cases).values("number")
    rows = waiting().filter(order_number__in=numbers).order_by("pk").values_list(*Waiting._fields)
    parcels = [Waiting._make(row) for row in rows]
    on = ground(at=at) if parcels else None
    for some in in_batches(parcels):
        with transaction.atomic():
            looks, _ = look(some, orders_of(some, lock=True), on)  # type: ignore[arg-type]
            make_cases(looks, on)  # type: ignore[arg-type]
    return len(parcels)
