"""The release gate: look at orders, make their cases equal what is wrong now, hold or ready them, and queue what may go."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from exceptions_queue import actions as desk
from exceptions_queue.audit import Actor
from exceptions_queue.catalogue import Code
from exceptions_queue.moves import move_many
from orders.actions.integrity import cases
from orders.actions.outcomes import Checked
from orders.actions.sending import look, queue_releases
from orders.models import GateDecision, Order
from orders.problems import RELEASE_SCOPE, Batch, Verdict, find_many
from orders.problems.checks import version_of
from orders.problems.facts import Method, read_methods
from orders.rules.settings import RuleSettings
from orders.states import BEFORE_RELEASE, MOVES, Destination, OrderState
from partners.mappings import fold

BATCH = 5_000
SYSTEM = "system:gate"


@dataclass
class Reviewed:
    """What a sweep did. `cases_opened` and `cases_closed` count cases, the rest orders."""

    looked_at: int = 0
    held: int = 0
    readied: int = 0
    queued: int = 0
    decided: int = 0
    cases_opened: int = 0
    cases_closed: int = 0
    blocking: dict[int, set[str]] = field(default_factory=dict)

    @property
    def wrote(self) -> bool:
        return bool(self.held or self.readied or self.queued or self.decided)

    def add(self, other: "Reviewed") -> None:
        for name in ("looked_at", "held", "readied", "queued", "decided", "cases_opened", "cases_closed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.blocking.update(other.blocking)


def review_many(ids: Sequence[int], *, at: datetime, actor: Actor = SYSTEM) -> Reviewed:
    """Check the orders `ids`, a batch of 5,000 to a transaction.

    Writes cases, decisions, state moves with their audit rows, and release intents. Leaves alone what is paid for nowhere,
    excluded, already sent or in the air. Each order row is locked first, so that no release can be claimed meanwhile.
    """
    methods, total = read_methods(), Reviewed()
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            total.add(_review(ids[start : start + BATCH], methods=methods, at=at, actor=actor))
    return total


def recheck(order: Order, *, actor: Actor, at: datetime, version: int | None = None) -> Checked:
    """Check one order again now. `version` is ignored: looking changes nothing a colleague saved."""
    with transaction.atomic():
        before = desk.open_codes(order)
        reviewed = _review([order.pk], methods=read_methods(), at=at, actor=actor)
        after_acs = not reviewed.looked_at and bool(look([order.pk], at=at) or Code.VAL_EDITED in before)
        after_acs = bool(_look_at_locker(order, reviewed, before, at=at)) or after_acs
        after = desk.open_codes(order) if reviewed.cases_opened or reviewed.cases_closed or after_acs else before
    if reviewed.wrote or after_acs:
        order.refresh_from_db()
    blocking = reviewed.blocking.get(order.pk, set())
    return Checked(order, frozenset(after - before), frozenset(before - after), frozenset(blocking))


def _look_at_locker(order: Order, reviewed: Reviewed, before: set[str], *, at: datetime) -> int:
    """What the gate does not look at: a locker that filled, or, once ACS has the order, whatever became of it."""
    needed = not reviewed.looked_at or before & cases.ANY_TIME
    return cases.look([order.pk], at=at) if needed else 0


def _review(ids: Sequence[int], *, methods: dict[str, Method], at: datetime, actor: Actor) -> Reviewed:
    locked = _lock(ids)
    if not locked:
        return Reviewed()
    verdicts, batch = find_many(list(locked), at=at, methods=methods)
    verdicts = _leave_out_excluded(verdicts, methods, at=at)
    result = desk.reconcile_many(Order, _findings(verdicts, batch.settings), scope=RELEASE_SCOPE, at=at)
    blocking = desk.blocking_codes_many(Order, [v.order.id for v in verdicts], blocks="R")
    decided = _record_decisions(verdicts, batch, blocking, at=at)
    reviewed = _move(verdicts, blocking, at=at, actor=actor)
    reviewed.decided = decided
    reviewed.cases_opened, reviewed.cases_closed = result.opened, result.closed
    reviewed.queued = queue_releases(_free(verdicts, blocking), batch, at=at, actor=SYSTEM)
    return reviewed


def _lock(ids: Sequence[int]) -> list[int]:
    """Lock the orders that are still ours to decide, in id order so that two sweeps cannot deadlock."""
    ours = Order.objects.filter(pk__in=ids, state__in=BEFORE_RELEASE, release_claimed_at__isnull=True, paid_at__isnull=False)
    ours = ours.filter(erased_at__isnull=True)  # of whom nothing is known, nothing can be wrong
    return list(ours.order_by("pk").select_for_update().values_list("pk", flat=True))


def _leave_out_excluded(verdicts: list[Verdict], methods: dict[str, Method], *, at: datetime) -> list[Verdict]:
    """With RELEASES=locker, home deliveries are mirrored and shown but are not the desk's to send."""
    if settings.RELEASES == "all":
        return verdicts
    home = [v.order.id for v in verdicts if _destination(v, methods) == Destination.HOME]
    if home:
        Order.objects.filter(pk__in=home).update(excluded_why="Home delivery: only locker orders are released from here.")
    return [v for v in verdicts if v.order.id not in set(home)]


def _destination(verdict: Verdict, methods: dict[str, Method]) -> str:
    method = methods.get(fold(verdict.order.delivery_method))
    return method.destination if method else verdict.order.destination


def _findings(verdicts: Sequence[Verdict], on: RuleSettings) -> list[desk.Finding]:
    return [desk.Finding(subject_id=v.order.id, found=v.found, card=_card(v, version_of(on))) for v in verdicts]


def _card(verdict: Verdict, rules_version: str) -> desk.Card:
    """Without a due time: the desk gives its own, ACS's next order cut-off, and looks it up only for a new case."""
    order = verdict.order
    return desk.Card(
        label=f"Order {order.number}",
        url=reverse("orders:detail", kwargs={"number": order.number}) if verdict.found else "",
        order_number=order.number,
        channel=order.channel,
        value_pence=order.total_pence,
        customer_key=order.customer_key,
        locker_id=order.locker_id,
        rules_version=rules_version,
    )


def _record_decisions(verdicts: Sequence[Verdict], batch: Batch, blocking: dict[int, set[str]], *, at: datetime) -> int:
    """Store a verdict with its inputs when an input changed; an order seen again unchanged writes nothing."""
    fresh = [v for v in verdicts if v.inputs_hash != v.order.inputs_hash]
    GateDecision.objects.bulk_create([decision_of(v, batch, passed=not blocking.get(v.order.id), at=at) for v in fresh], batch_size=500)
    changed = [
        Order(pk=v.order.id, inputs_hash=v.inputs_hash, destination=_destination(v, batch.methods), needs_size=v.size) for v in fresh
    ]
    Order.objects.bulk_update(changed, ["inputs_hash", "destination", "needs_size"], batch_size=500)
    return len(fresh)


def decision_of(
    verdict: Verdict, batch: Batch, *, passed: bool, at: datetime, gate: GateDecision.Gate = GateDecision.Gate.RELEASE
) -> GateDecision:
    """What a gate said of one order with everything it saw, not yet stored. `problems.replaying` judges by it again."""
    order = verdict.order
    place, method = batch.places.get(order.locker_id), batch.methods.get(fold(order.delivery_method))
    inputs = order._asdict() | {
        "lines": [line._asdict() for line in batch.lines.get(order.id, [])],
        "locker": place._asdict() if place else None,
        "method": asdict(method) if method else None,
        "acs_list_exists": batch.acs_list_exists,
        "size": verdict.size,
    }
    return GateDecision(
        order_id=order.id,
        gate=gate,
        passed=passed,
        findings=verdict.found,
        inputs={key: _plain(value) for key, value in inputs.items()},
        inputs_hash=verdict.inputs_hash,
        rules_version=version_of(batch.settings),
        decided_at=at,
    )


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else value


def _move(verdicts: Sequence[Verdict], blocking: dict[int, set[str]], *, at: datetime, actor: Actor) -> Reviewed:
    wanted = {v.order.id: OrderState.HELD if blocking.get(v.order.id) else OrderState.READY for v in verdicts}
    moves: Counter[OrderState] = Counter()
    for frm in BEFORE_RELEASE:
        for to in (OrderState.HELD, OrderState.READY):
            ids = [v.order.id for v in verdicts if v.order.state == frm != to == wanted[v.order.id]]
            if ids:
                moves[to] += len(move_many(Order, ids, frm=frm, to=to, allowed=MOVES, actor=actor, at=at, verb=f"order {to.value}"))
    return Reviewed(looked_at=len(verdicts), held=moves[OrderState.HELD], readied=moves[OrderState.READY], blocking=blocking)


def _free(verdicts: Sequence[Verdict], blocking: dict[int, set[str]]) -> list[Verdict]:
    return [v for v in verdicts if not blocking.get(v.order.id)]
