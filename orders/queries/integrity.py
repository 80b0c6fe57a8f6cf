"""The integrity runs: the list with its trend, one run with its findings, and the run of the day that nobody has signed."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from exceptions_queue.catalogue import CATALOGUE, sentence
from exceptions_queue.queries import words
from lockers.queries import of_ids
from orders.models import IntegrityFinding, IntegrityRun

RUNS_SHOWN, FINDINGS_SHOWN = 60, 200
TREND_DAYS = 30
NEW, ENDED = "new", "ended"
HEAD = ("Order", "Code", "What is wrong", "Evidence", "Order's locker", "ACS's locker", "Label's locker", "Found by run", "Found at")
_SAID = (("shop", "shop"), ("acs", "ACS"), ("label", "label"))


class Row(NamedTuple):
    """One finding, ready to be shown. `lockers` are those it names, each once, with whether the mirror has it."""

    number: str
    code: str
    title: str
    sentence: str
    evidence: str
    lockers: tuple[tuple[str, bool], ...]
    since: str
    since_full: str
    ended: bool


class Day(NamedTuple):
    """One day of the trend: the failures of its last run."""

    on: str
    tone: str
    height: float
    title: str
    url: str


def runs() -> list[IntegrityRun]:
    """The latest runs, newest first. One statement."""
    return list(IntegrityRun.objects.select_related("signed_off_by").order_by("-started_at", "-pk")[:RUNS_SHOWN])


def live_at(run: IntegrityRun) -> QuerySet[IntegrityFinding]:
    """The findings as they stood after this run."""
    standing = Q(ended_run__isnull=True) | Q(ended_run__gt=run.pk)
    return IntegrityFinding.objects.filter(standing, first_run__lte=run.pk)


def findings(run: IntegrityRun, show: str = "") -> QuerySet[IntegrityFinding]:
    """The findings of a run: all, those of one code, those it was the first to see (`NEW`), or those it missed (`ENDED`)."""
    if show == ENDED:
        found = IntegrityFinding.objects.filter(ended_run=run)
    elif show == NEW:
        found = IntegrityFinding.objects.filter(first_run=run)
    else:
        found = live_at(run).filter(code=show) if show else live_at(run)
    return found.select_related("order", "first_run").order_by("code", "order_id", "pk")


def rows(found: Iterable[IntegrityFinding], run: IntegrityRun, *, at: datetime) -> list[Row]:
    """Findings in words. One statement besides their own."""
    shown = list(found)
    known = set(of_ids({locker for finding in shown for locker in _named(finding)}))
    return [_row(finding, run, known, at) for finding in shown]


def _named(finding: IntegrityFinding) -> list[str]:
    named = (str(finding.evidence.get(name) or "") for name in ("locker", "shop", "acs", "label"))
    return list(dict.fromkeys(filter(None, named)))


def _row(finding: IntegrityFinding, run: IntegrityRun, known: Collection[str], at: datetime) -> Row:
    evidence, kind = finding.evidence, CATALOGUE.get(finding.code)
    return Row(
        number=finding.order.number,
        code=finding.code,
        title=kind.title if kind else finding.code,
        sentence=sentence(finding.code, evidence),
        evidence=in_words(evidence),
        lockers=tuple((locker, locker in known) for locker in _named(finding)),
        since=words.moment(finding.first_run.started_at, at),
        since_full=words.full(finding.first_run.started_at),
        ended=finding.ended_run_id == run.pk,
    )


def in_words(evidence: dict[str, Any]) -> str:
    """ "shop UK1, ACS UK1, label UK2", where the three are compared; else what the locker lacks."""
    three = ", ".join(f"{who} {evidence[name] or 'none'}" for name, who in _SAID if name in evidence)
    if three:
        return three
    parts = [f"locker {evidence['locker']}" if evidence.get("locker") else "no locker", str(evidence.get("fault", "")).replace("_", " ")]
    return ", ".join(filter(None, [*parts, f"size {evidence['size']}" if evidence.get("size") else ""]))


def for_file(found: QuerySet[IntegrityFinding]) -> Iterator[Sequence[Any]]:
    """The findings as rows of a sheet under `HEAD`, read a few at a time."""
    for finding in found.iterator(chunk_size=2000):
        said = finding.evidence
        own = said.get("shop", said.get("locker", ""))
        told = (sentence(finding.code, said), in_words(said), own, said.get("acs", ""), said.get("label", ""))
        yield (finding.order.number, finding.code, *told, finding.first_run_id, finding.first_run.started_at)


def trend(*, at: datetime) -> list[Day]:
    """The last thirty days, oldest first, each by its last run. One statement."""
    today = timezone.localdate(at)
    since = words.midnight(at) - timedelta(days=TREND_DAYS)
    last: dict[Any, tuple[int, int, int]] = {}
    for pk, started, failed, looked_at in _finished().filter(started_at__gte=since).values_list("pk", "started_at", "failed", "orders"):
        last[timezone.localdate(started)] = (pk, failed, looked_at)
    days = [today - timedelta(days=back) for back in range(TREND_DAYS - 1, -1, -1)]
    most = max((last[day][1] for day in days if day in last), default=0) or 1
    return [_day(day, last.get(day), most) for day in days]


def _finished() -> QuerySet[IntegrityRun]:
    return IntegrityRun.objects.filter(finished_at__isnull=False).order_by("started_at", "pk")


def _day(day: Any, run: tuple[int, int, int] | None, most: int) -> Day:
    on = f"{day.day} {day:%B}"
    if run is None:
        return Day(on, "quiet", 0, "no run", "")
    pk, failed, looked_at = run
    said = f"{failed:,} of {looked_at:,} orders failed"
    return Day(on, "bad" if failed else "ok", failed / most * 100, said, reverse("orders:integrity-run", args=[pk]))


def unsigned() -> IntegrityRun | None:
    """The latest run, while nobody answers for what it found: neither it nor a run of its day since which nothing changed is signed.

    Two statements at most.
    """
    latest = IntegrityRun.objects.filter(finished_at__isnull=False).order_by("-started_at", "-pk").first()
    if latest is None or latest.signed_off_at is not None:
        return None
    day = words.midnight(latest.started_at)
    of_the_day = IntegrityRun.objects.filter(started_at__gte=day, pk__lt=latest.pk).order_by("-pk")
    changed = bool(latest.opened or latest.ended)
    for signed_off_at, opened, ended in of_the_day.values_list("signed_off_at", "opened", "ended"):
        if changed:
            return latest
        if signed_off_at:
            return None
        changed = bool(opened or ended)
    return latest


def name_of(user: User | None) -> str:
    return words.name_of(user) if user else ""
