"""Judge stored decisions again, by the rules as they stand and by one changed setting. Reads in chunks, writes nothing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from orders.models import GateDecision
from orders.problems.checks import judge, version_of
from orders.problems.facts import Batch, Facts, Line, Method, Place
from orders.rules.replaying import Effect, effect
from orders.rules.settings import RuleSettings
from partners.mappings import fold

CHUNK = 2_000
COLUMNS = ("decided_at", "id", "order_id", "passed", "findings", "inputs", "rules_version")
_DAYS = frozenset({"dispatch_on", "deliver_on", "event_on", "return_on"})
_of_order = itemgetter(*(name for name in Facts._fields if name not in _DAYS))
_PLAIN = tuple(name for name in Facts._fields if name not in _DAYS)
_of_line, _of_place = itemgetter(*Line._fields), itemgetter(*Place._fields)


class Unreplayable(Exception):
    """The inputs are not whole: erased, or stored before everything was kept that a replay needs."""


@dataclass
class Tally:
    """What a replay found. The first four count decisions; `orders` has, by id, each order on whose last decision the two differ.

    `drifted` are decisions of this very version that the rules would no longer reach: there must be none.
    """

    looked_at: int = 0
    erased: int = 0
    older: int = 0
    drifted: int = 0
    orders: dict[int, tuple[str, Effect]] = field(default_factory=dict)

    def numbers(self, which: Effect) -> list[str]:
        """The orders of one kind, the latest decided first."""
        return [number for number, kind in reversed(self.orders.values()) if kind is which]


def decisions(*, since: datetime, until: datetime) -> QuerySet[GateDecision]:
    """What the release gate said in that time."""
    return GateDecision.objects.filter(gate=GateDecision.Gate.RELEASE, decided_at__gte=since, decided_at__lte=until)


def replay(found: QuerySet[GateDecision], *, now: RuleSettings, then: RuleSettings, go_on: Callable[[int], bool] = bool) -> Tally:
    """Judge each of `found` by both settings, the earliest first; `go_on` hears after each chunk how many that makes, and may say no.

    One statement per 2,000 decisions. In memory are one chunk, and the numbers of the orders that differ.
    """
    tally = Tally()
    for rows in _chunks(found):
        for row in rows:
            _look(row, now, then, tally)
        tally.looked_at += len(rows)
        if not go_on(tally.looked_at):
            break
    return tally


def _chunks(found: QuerySet[GateDecision]) -> Iterator[list[tuple[Any, ...]]]:
    rows = found.order_by("decided_at", "id").values_list(*COLUMNS)
    some = list(rows[:CHUNK])
    while some:
        yield some
        at, pk = some[-1][:2]
        some = list(rows.filter(decided_at__gte=at).filter(Q(decided_at__gt=at) | Q(id__gt=pk))[:CHUNK]) if len(some) == CHUNK else []


def _look(row: tuple[Any, ...], now: RuleSettings, then: RuleSettings, tally: Tally) -> None:
    """The other setting first: where it says what is stored, the rules as they stand need not be asked."""
    at, _, order_id, passed, findings, inputs, version = row
    try:
        order, batch = whole(inputs, at=at, on=then)
    except Unreplayable:
        erased = not inputs or "erased" in inputs
        tally.erased += erased
        tally.older += not erased
        return
    tried = judge(order, batch)[0]
    is_ours = version == version_of(now)
    if is_ours and tried == findings:
        tally.orders.pop(order_id, None)
        return
    stands = judge(order, replace(batch, settings=now))[0]
    tally.drifted += is_ours and stands != findings
    kind = effect(passed=_passes(passed, findings, stands), now=stands, then=tried)
    tally.orders.pop(order_id, None)
    if kind:
        tally.orders[order_id] = (order.number, kind)


def _passes(passed: bool, findings: Mapping[str, Any], stands: Mapping[str, Any]) -> bool:
    """As it was decided; where the rules as they stand find other things than then, as they would decide."""
    return passed if findings.keys() == stands.keys() else not stands


def whole(inputs: Mapping[str, Any], *, at: datetime, on: RuleSettings) -> tuple[Facts, Batch]:
    """The order and the batch that a decision was reached on, from its stored inputs. Raises Unreplayable."""
    if "erased" in inputs:
        raise Unreplayable
    try:
        order = _order(inputs)
        lines = [Line._make(_of_line(line)) for line in inputs["lines"]]
        place = Place._make(_of_place(inputs["locker"])) if inputs["locker"] else None
        method = Method(**inputs["method"]) if inputs["method"] else None
        exists = bool(inputs["acs_list_exists"])
    except (KeyError, TypeError, ValueError) as error:
        raise Unreplayable from error
    return order, Batch(
        orders=[],
        lines={order.id: lines},
        places={order.locker_id: place} if place else {},
        methods={fold(order.delivery_method): method} if method else {},
        acs_list_exists=exists,
        mirror_loaded=True,
        today=timezone.localdate(at),
        settings=on,
    )


def _order(inputs: Mapping[str, Any]) -> Facts:
    known: dict[str, Any] = dict(zip(_PLAIN, _of_order(inputs), strict=True))
    days: dict[str, Any] = {name: date.fromisoformat(inputs[name]) if inputs[name] else None for name in _DAYS}
    return Facts(**known, **days)
