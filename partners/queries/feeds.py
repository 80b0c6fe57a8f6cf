"""Every feed on one tile: when it last went well, how its latest run ended, and its last fourteen days."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, Sum, Value, When
from django.utils import timezone

from exceptions_queue.queries import words
from partners.models import Feed, RejectedRecord, SyncRun
from partners.queries.banners import Latest, feeds_with_latest, is_late
from partners.queries.words import clock_time
from partners.states import FEEDS, feed_kind

DAYS = 14
BAR_WIDTH, BAR_GAP, STRIP_HEIGHT = 10, 3, 36
Outcome = SyncRun.Outcome

# How each outcome is shown: tone, icon, word. Never by colour alone.
SHOWN = {
    Outcome.OK: ("ok", "check-circle", "OK"),
    Outcome.PARTIAL: ("warn", "exclamation-triangle", "Partial"),
    Outcome.HELD: ("bad", "hand-raised", "Held for a person"),
    Outcome.FAILED: ("bad", "x-circle", "Failed"),
    Outcome.RUNNING: ("info", "arrow-path", "Running"),
}
PAUSED, LATE, NEVER = ("warn", "pause-circle", "Paused"), ("bad", "clock", "Late"), ("quiet", "minus-circle", "Never run")


@dataclass(frozen=True)
class Bar:
    """One day of a feed: its place and height in the strip, its tone, and the same in words."""

    x: int
    y: int
    height: int
    tone: str
    text: str

    @property
    def marked(self) -> bool:
        """A day that did not go well is marked by shape too."""
        return self.tone in ("bad", "warn")


@dataclass(frozen=True)
class Tile:
    """All that the sync page says of one feed, ready to print."""

    name: str
    title: str
    every: str
    paused: bool
    is_file: bool
    can_be_read_again: bool
    state: tuple[str, str, str]
    lag: str
    last_good: str
    last_good_full: str
    why: str
    counts: str
    adds_up: bool
    run: int | None
    rejected: int
    bars: list[Bar] = field(default_factory=list)


def tiles(at: datetime) -> list[Tile]:
    """One tile per feed, those we know first. Four statements for any number of feeds and runs."""
    feeds = {latest.feed.name: latest for latest in feeds_with_latest()}
    runs = SyncRun.objects.in_bulk([latest.run for latest in feeds.values() if latest.run])
    open_rejections = RejectedRecord.objects.filter(solved_at__isnull=True).values_list("feed").annotate(n=Count("id"))
    rejected, strips = Counter(dict(open_rejections)), _days_of_all(at)
    names = [*FEEDS, *sorted(feeds.keys() - FEEDS.keys())]
    return [_tile(feeds.get(name) or Latest(Feed(name=name)), runs, rejected, strips, at) for name in names]


def _tile(latest: Latest, runs: dict[int, SyncRun], rejected: Counter[int], strips: dict[int, dict[int, Any]], at: datetime) -> Tile:
    feed, run = latest.feed, runs.get(latest.run or 0)
    kind, good = feed_kind(feed.name), feed.last_good_at
    return Tile(
        name=feed.name,
        title=kind.title,
        every=kind.every,
        paused=feed.paused,
        is_file=kind.late_after is None,
        can_be_read_again=bool(kind.again),
        state=_state(latest, at),
        lag=f"{words.span(at - good)} ago" if good else "",
        last_good=clock_time(good, at) if good else "never",
        last_good_full=words.full(good) if good else "",
        why=run.why if run else "",
        counts=counts(run) if run else "",
        adds_up=bool(run and adds_up(run)),
        run=run.pk if run else None,
        rejected=rejected[feed.pk] if feed.pk else 0,
        bars=_bars(strips.get(feed.pk, {}), at),
    )


def _state(latest: Latest, at: datetime) -> tuple[str, str, str]:
    if latest.feed.paused:
        return PAUSED
    if latest.outcome is None:
        return NEVER
    return LATE if latest.outcome == Outcome.OK and is_late(latest, at) else SHOWN[Outcome(latest.outcome)]


def counts(run: SyncRun) -> str:
    """ "500 seen: 3 new, 2 changed, 495 unchanged, 0 refused"; the parts are the whole."""
    parts = f"{run.created:,} new, {run.changed:,} changed, {run.unchanged:,} unchanged, {run.rejected:,} refused"
    return f"{run.seen:,} seen: {parts}" + (f"; {run.gone:,} gone" if run.gone else "")


def adds_up(run: SyncRun) -> bool:
    """A held run counts what it was shown, and nothing of it was used: there is nothing to add up."""
    return run.outcome != Outcome.HELD and run.seen == run.created + run.changed + run.unchanged + run.rejected


# --- the strip ----------------------------------------------------------------------------------------------------------


def _days_of_all(at: datetime) -> dict[int, dict[int, Any]]:
    """{feed: {day: sums}} with today as day 0, added up by the database in one pass."""
    starts = [_start(at, back) for back in range(DAYS)]
    day = Case(*(When(started_at__gte=start, then=Value(back)) for back, start in enumerate(starts)), output_field=IntegerField())
    ended = {outcome.value: Count("id", filter=Q(outcome=outcome)) for outcome in (Outcome.FAILED, Outcome.PARTIAL, Outcome.HELD)}
    rows = SyncRun.objects.filter(started_at__gte=starts[-1]).annotate(day=day).order_by().values("feed_id", "day")
    found: dict[int, dict[int, Any]] = defaultdict(dict)
    for row in rows.annotate(runs=Count("id"), records=Sum("seen"), **ended):
        found[row["feed_id"]][row["day"]] = row
    return found


def _start(at: datetime, days_back: int) -> datetime:
    """The midnight that a day begins with, here, where days can have 23 hours."""
    there = timezone.localtime(at).date() - timedelta(days=days_back)
    return timezone.make_aware(datetime.combine(there, datetime.min.time()))


def _bars(days: dict[int, Any], at: datetime) -> list[Bar]:
    most = max([row["records"] for row in days.values()], default=0) or 1
    today = timezone.localtime(at).date()
    return [_bar(DAYS - 1 - back, days.get(back), most, today - timedelta(days=back)) for back in reversed(range(DAYS))]


def _bar(place: int, row: Any, most: int, day: date) -> Bar:
    x, said = place * (BAR_WIDTH + BAR_GAP), f"{day:%a} {day.day} {day:%B}"
    if row is None:
        return Bar(x, STRIP_HEIGHT - 2, 2, "quiet", f"{said}: no runs")
    height = max(3, round((row["records"] / most) ** 0.5 * (STRIP_HEIGHT - 8)))
    troubles = [f"{row[outcome]} {outcome}" for outcome in ("failed", "partial", "held") if row[outcome]]
    tone = "bad" if row["failed"] or row["held"] else "warn" if row["partial"] else "ok"
    text = ", ".join([f"{said}: {_many(row['runs'], 'run')}", _many(row["records"], "record"), *troubles])
    return Bar(x, STRIP_HEIGHT - height, height, tone, text)


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
