"""One changed setting tried on 100,000 stored decisions, beside judging as many orders from their rows."""

import resource
import tracemalloc
from collections.abc import Sequence
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import QuerySet

from config.bench.harness import BenchEnv, Measure, at_most, count_at_most, interleaved, statements
from config.bench.seed import settle
from config.bench.validate import BATCH, NOON, in_batches, judge, make_orders
from orders.actions import replaying
from orders.actions.review import decision_of
from orders.actions.rulebook import publish
from orders.models import GateDecision, Order
from orders.problems import find_many
from orders.problems.replaying import CHUNK, Tally, decisions, replay
from orders.rules.replaying import Effect
from orders.rules.settings import BY_KEY, DELIVERED

DECISIONS = 100_000
LATER = NOON + timedelta(hours=1)
LIGHTER = DELIVERED.but("parcel_weight_g", 1_500)
# One chunk of decisions with what is made of it, and the numbers of the orders that differ.
MOST_MB = 64


def run(env: BenchEnv) -> list[Measure]:
    count = env.size(DECISIONS, least=2 * BATCH)
    env.say("making orders and their decisions")
    make_orders(count)
    ids = list(Order.objects.order_by("pk").values_list("pk", flat=True))
    in_batches(decide, ids)
    settle(GateDecision)
    env.say("replaying them")
    rounds = interleaved(replay=tried, validate=lambda: in_batches(judge, ids))
    with statements() as asked:
        same = replay(stored(), now=DELIVERED, then=DELIVERED)
    heap = peak_mb()
    wrong, told = foretold_wrongly(ids)
    return [
        at_most("replay ÷ judging as many orders, wall", rounds.ratio("replay", "validate"), 1.5, rounds.detail("replay", "validate")),
        at_most("replay ÷ judging as many orders, CPU", rounds.ratio("replay", "validate", "cpu"), 1.5),
        count_at_most("verdicts that unchanged settings reach differently", same.drifted + len(same.orders), 0, f"of {same.looked_at:,}"),
        count_at_most("statements beyond one per 2,000 decisions", asked.count - -(-count // CHUNK) - 1, 0, f"of {asked.count}"),
        count_at_most("orders of which something else is foretold than the gate then finds", wrong, 0, f"of {told:,} foretold"),
        count_at_most("MB in use at most, whatever their number", heap, MOST_MB, f"process {resident_mb()} MB"),
    ]


def decide(ids: Sequence[int]) -> None:
    """Store what the gate says, as a first look would, without cases and moves."""
    verdicts, batch = find_many(ids, at=NOON)
    GateDecision.objects.bulk_create((decision_of(v, batch, passed=not v.found, at=NOON) for v in verdicts), batch_size=500)


def stored() -> QuerySet[GateDecision]:
    return decisions(since=NOON - timedelta(days=30), until=LATER)


def tried() -> Tally:
    return replay(stored(), now=DELIVERED, then=LIGHTER)


def peak_mb() -> int:
    """What the replay itself has in memory at most."""
    tracemalloc.start()
    tried()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(peak / 1_000_000)


def resident_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def foretold_wrongly(ids: Sequence[int]) -> tuple[int, int]:
    """Publish what was tried, let the gate judge the same orders, and compare order by order."""
    tally = tried()
    actor = User.objects.create_user("bench")
    seen = replaying.ask(BY_KEY["parcel_weight_g"], 1_500, days=30, actor=actor, clock=lambda: LATER)
    replaying.work_off(clock=lambda: LATER)
    seen.refresh_from_db()
    before = found(ids)
    publish(seen, reason="bench", actor=actor, at=LATER)
    after = found(ids)
    differing = {pk for pk, codes in after.items() if codes != before[pk]}
    wrong = len(differing ^ tally.orders.keys()) + (seen.result["held"] != len(tally.numbers(Effect.HELD)))
    return wrong, len(tally.orders)


def found(ids: Sequence[int]) -> dict[int, frozenset[str]]:
    codes: dict[int, frozenset[str]] = {}
    in_batches(lambda some: codes.update((v.order.id, frozenset(v.found)) for v in find_many(some, at=NOON)[0]), ids)
    return codes
