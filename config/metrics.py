"""What a monitoring system reads: some twenty gauges counted from the database, as Prometheus text, by token."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django_q.models import OrmQ

from config.freshness import beat_age, freshness
from exceptions_queue.models import AuditEntry, CaseCount, ExceptionCase, Hold
from exceptions_queue.states import CaseState
from orders.models import Order
from orders.states import BEFORE_RELEASE, OrderState
from partners.models import Circuit, InboxMessage, Intent, JobRun, RejectedRecord, SyncRun


@dataclass(frozen=True)
class Gauge:
    name: str
    help: str
    values: list[tuple[Mapping[str, object], float]] = field(default_factory=list)

    def __str__(self) -> str:
        rows = [f"lockstep_{self.name}{_labels(labels)} {value:g}" for labels, value in self.values]
        return "\n".join([f"# HELP lockstep_{self.name} {self.help}", f"# TYPE lockstep_{self.name} gauge", *rows])


def text(*, at: datetime) -> str:
    """All gauges in Prometheus' text format, ending with a line feed. No names, numbers or addresses of people."""
    return "\n".join(str(gauge) for gauge in gauges(at)) + "\n"


def gauges(at: datetime) -> Iterator[Gauge]:
    yield from _machine(at)
    yield from _desk(at)
    yield from _orders()
    yield from _partners(at)


def _machine(at: datetime) -> Iterator[Gauge]:
    ripe = OrmQ.objects.filter(lock__lte=at).aggregate(tasks=Count("id"), oldest=Min("lock"))
    unsealed = AuditEntry.objects.filter(seal__isnull=True, at__gt=at - timedelta(days=1)).aggregate(rows=Count("id"), oldest=Min("at"))
    failed = JobRun.objects.filter(state=JobRun.State.FAILED, started_at__gt=at - timedelta(days=1))
    yield _one("worker_beat_age_seconds", "Since a beat last passed through a worker; -1 when none ever has", _age(beat_age(at)))
    yield _one("queue_ripe_tasks", "Tasks that wait for a worker", ripe["tasks"])
    yield _one("queue_oldest_ripe_seconds", "Age of the oldest task that waits for a worker", _since(ripe["oldest"], at))
    yield _one("audit_unsealed_rows", "Audit rows without their place in the chain", unsealed["rows"])
    yield _one("audit_oldest_unsealed_seconds", "Age of the oldest unsealed audit row", _since(unsealed["oldest"], at))
    yield _grouped("jobs_failed_last_day", "Failed runs of a job in 24 hours", failed.values_list("job").annotate(n=Count("id")), ("job",))


def _desk(at: datetime) -> Iterator[Gauge]:
    open_cases = ExceptionCase.objects.filter(state=CaseState.OPEN)
    counts = CaseCount.objects.filter(open_count__gt=0).values_list("owner", "code", "open_count")
    yield _grouped("cases_open", "Open cases by owner and code", counts, ("owner", "code"))
    yield _one("cases_overdue", "Open cases past their due time", open_cases.filter(due_at__lt=at).count())
    yield _one("holds_live", "Holds that stand", Hold.objects.filter(cleared_at__isnull=True).count())


def _orders() -> Iterator[Gauge]:
    before = Order.objects.filter(state__in=BEFORE_RELEASE, excluded_why="").values_list("state").annotate(n=Count("id"))
    yield _grouped("orders_before_release", "Orders not yet sent to ACS, by state", before, ("state",))
    yield _one("orders_at_acs", "Orders sent to ACS and not closed", Order.objects.filter(state=OrderState.RELEASED).count())


def _partners(at: datetime) -> Iterator[Gauge]:
    feeds = list(freshness(at))
    live = Intent.objects.exclude(state__in=Intent.ENDED)
    circuits = list(Circuit.objects.values_list("partner", "opened_at", "denied_at"))
    inbox = InboxMessage.objects.filter(state=InboxMessage.State.NEW)
    rejected = RejectedRecord.objects.filter(solved_at__isnull=True).values_list("feed__name").annotate(n=Count("id"))
    held = SyncRun.objects.filter(outcome=SyncRun.Outcome.HELD, accepted_by__isnull=True, started_at__gt=at - timedelta(days=7))
    due = live.aggregate(oldest=Min("next_at"))["oldest"]
    yield Gauge("feed_age_seconds", "Since a feed last ended well; -1 when it never has", [({"feed": f.feed}, _age(f.age)) for f in feeds])
    yield Gauge("feed_late", "1 when a feed is later than its limit", [({"feed": f.feed}, float(f.late)) for f in feeds])
    yield _grouped(
        "intents",
        "Effects wanted at partners and not settled",
        live.values_list("kind", "state").annotate(n=Count("id")),
        ("kind", "state"),
    )
    yield _one("intents_oldest_due_seconds", "How long the oldest unsettled effect is overdue", max(0.0, _since(due, at)))
    yield _one("inbox_new", "Partner messages stored and not yet processed", inbox.count())
    yield Gauge(
        "circuit_open", "1 while calls to a partner are stopped", [({"partner": p}, float(opened is not None)) for p, opened, _ in circuits]
    )
    yield Gauge(
        "credential_denied", "1 while a partner refuses our credential", [({"partner": p}, float(no is not None)) for p, _, no in circuits]
    )
    yield _grouped("rejected_records", "Partner records that could not be read", rejected, ("feed",))
    yield _one("feeds_held", "Runs held for a person in the last seven days", held.count())


def _one(name: str, meaning: str, value: float) -> Gauge:
    return Gauge(name, meaning, [({}, value)])


def _grouped(name: str, meaning: str, rows: object, labels: tuple[str, ...]) -> Gauge:
    """`rows` end with their count; what stands before it are the labels' values."""
    return Gauge(name, meaning, [(dict(zip(labels, row[:-1], strict=True)), row[-1]) for row in rows])  # type: ignore[attr-defined]


def _labels(labels: Mapping[str, object]) -> str:
    return "{" + ",".join(f'{name}="{_escaped(str(value))}"' for name, value in labels.items()) + "}" if labels else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _age(age: timedelta | None) -> float:
    return -1.0 if age is None else age.total_seconds()


def _since(instant: datetime | None, at: datetime) -> float:
    return 0.0 if instant is None else (at - instant).total_seconds()
