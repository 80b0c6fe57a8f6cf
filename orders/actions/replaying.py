"""Try another setting on stored decisions: at once where they are few, by a worker where they are many."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django_q.tasks import async_task

from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from orders.actions.outcomes import Refused
from orders.models import GateDecision, RuleReplay
from orders.problems.replaying import Tally, decisions, replay
from orders.queries.rulebook import as_of, in_force
from orders.rules.replaying import Effect
from orders.rules.settings import Setting, Value

RING = "orders.tasks.replay_rules"
DAYS = (30, 90)
AT_ONCE = 5_000  # decisions: a second or two, which a person waits for
MOST = 300_000  # decisions: of more, the latest
BUDGET = timedelta(seconds=80)  # the cluster ends a task after 120 s; what was seen by then is the answer, and says so
LEASE = timedelta(minutes=3)
TRIES = 3
SHOWN = 20
TOLD_EVERY = 10_000

# What "it really failed later" means: the label was refused, or the parcel did not get to its customer.
FAILED_LATER = (
    Code.ORD_REJECTED,
    Code.LBL_FAILED,
    Code.TRK_OVERSIZE,
    Code.TRK_FULL,
    Code.TRK_REDIRECTED,
    Code.TRK_EXPIRED,
    Code.TRK_RETURNING,
    Code.TRK_LOST,
)
_State = RuleReplay.State


def ask(setting: Setting, value: Value, *, days: int, actor: User, clock: Callable[[], datetime]) -> RuleReplay:
    """Try `value` on the release decisions of the last `days`. Raises Refused where it is in force already.

    Up to 5,000 decisions are looked at before this returns; of more, the worker is rung and the row says how far it is.
    """
    at, stands = clock(), in_force()
    if stands.value(setting.key) == value:
        raise Refused(f"{setting.label} is {setting.words(value)} already. Give another value to try.", "value")
    with transaction.atomic():
        asked = RuleReplay(key=setting.key, value=value, base_version=stands.version, days=days, asked_at=at, asked_by=actor)
        asked.total = min(_window(asked).count(), MOST)
        if asked.total <= AT_ONCE:
            asked.state, asked.started_at = _State.RUNNING, at  # ours: no worker takes it up meanwhile
        asked.save()
        if asked.state == _State.QUEUED:
            async_task(RING)
    return asked if asked.state == _State.QUEUED else _finish(asked, clock=clock)


def work_off(*, clock: Callable[[], datetime]) -> dict[str, int]:
    """Do what is waiting, the oldest first, and what a worker left lying. One at a time: two workers never do the same."""
    done = 0
    while (claimed := _claim(at=clock())) is not None:
        _finish(claimed, clock=clock)
        done += 1
    return {"replayed": done}


def _claim(*, at: datetime) -> RuleReplay | None:
    """The next one, ours from now on. One that three workers could not finish is given up, so that it stops nobody's way."""
    free = Q(state=_State.QUEUED) | Q(state=_State.RUNNING, started_at__lt=at - LEASE)
    RuleReplay.objects.filter(free, attempts__gte=TRIES).update(state=_State.FAILED, finished_at=at)
    for pk in RuleReplay.objects.filter(free).order_by("pk").values_list("pk", flat=True):
        if RuleReplay.objects.filter(free, pk=pk).update(state=_State.RUNNING, started_at=at, attempts=F("attempts") + 1):
            return RuleReplay.objects.get(pk=pk)
    return None


def _finish(asked: RuleReplay, *, clock: Callable[[], datetime]) -> RuleReplay:
    now, ends = as_of(asked.base_version), clock() + BUDGET

    def go_on(count: int) -> bool:
        _tell(asked, count)
        return clock() < ends

    tally = replay(_latest(asked), now=now, then=now.but(asked.key, asked.value), go_on=go_on)
    asked.result, asked.looked_at = _result(tally, since=asked.asked_at - timedelta(days=asked.days)), tally.looked_at
    asked.state, asked.finished_at = _State.DONE, clock()
    asked.save(update_fields=["result", "looked_at", "state", "finished_at"])
    return asked


def _tell(asked: RuleReplay, count: int) -> None:
    if count % TOLD_EVERY == 0:
        RuleReplay.objects.filter(pk=asked.pk).update(looked_at=count)


def _window(asked: RuleReplay) -> QuerySet[GateDecision]:
    return decisions(since=asked.asked_at - timedelta(days=asked.days), until=asked.asked_at)


def _latest(asked: RuleReplay) -> QuerySet[GateDecision]:
    """All of the window, or its latest 300,000."""
    window = _window(asked)
    if asked.total < MOST:
        return window
    first = window.order_by("-decided_at", "-id").values_list("decided_at", flat=True)[MOST - 1]
    return window.filter(decided_at__gte=first)


def _result(tally: Tally, *, since: datetime) -> dict[str, object]:
    held, freed = tally.numbers(Effect.HELD), tally.numbers(Effect.FREED)
    failed = failed_later([*held, *freed], since=since)
    return {
        "erased": tally.erased,
        "older": tally.older,
        "drifted": tally.drifted,
        "held": len(held),
        "held_failed": sum(number in failed for number in held),
        "freed": len(freed),
        "freed_failed": sum(number in failed for number in freed),
        "other": len(tally.numbers(Effect.OTHER)),
        "first_held": [[number, number in failed] for number in held[:SHOWN]],
        "first_freed": [[number, number in failed] for number in freed[:SHOWN]],
    }


def failed_later(numbers: list[str], *, since: datetime) -> set[str]:
    """Which of these orders had a label refused, a parcel that did not arrive, or were refused by ACS. One statement per 1,000."""
    failed: set[str] = set()
    for start in range(0, len(numbers), 1_000):
        of_them = ExceptionCase.objects.filter(order_number__in=numbers[start : start + 1_000], code__in=FAILED_LATER, opened_at__gte=since)
        failed.update(of_them.values_list("order_number", flat=True))
    return failed
