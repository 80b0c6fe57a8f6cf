"""Feeds that come late, are held or paused, or bring less than they used to; records of theirs that nobody has solved."""

from datetime import timedelta

from django.db.models import Avg, Q, Sum
from django.urls import reverse

from config.system_audit.gaps import Cost, Found, Row, listed, plural
from config.system_audit.look import Look
from inventory.queries import FEED as STOCK
from inventory.queries import is_stale
from partners.models import RejectedRecord, SyncRun
from partners.queries.banners import Latest, is_late
from partners.queries.words import clock_time
from partners.states import feed_kind

WEEK, WEEKS_BEFORE = timedelta(days=7), 3
LEAST_BEFORE = 20  # records a week: of fewer, half is nothing
SHRUNK, SHRUNK_WHOLE = 0.5, 0.8  # of what a feed by time, and a whole one, used to bring
A_DAY = timedelta(days=1)


def late(look: Look) -> Found:
    """Feeds that a person or a partner keeps us from reading in time. No statement of its own."""
    found = [(latest, why) for latest in look.feeds if (why := _why(latest, look))]
    if not found:
        return Found()
    broken = sum(look.broken_runs.get(latest.feed.name, 0) for latest, _ in found)
    return Found(
        count=len(found),
        sentence=f"{plural(len(found), 'feed')} {'is' if len(found) == 1 else 'are'} late, held or paused: the desk works with old facts.",
        costs=(Cost(broken, "run that did not end well", "runs that did not end well"),),
        rows=listed([_row(latest.feed.name, why) for latest, why in found]),
        url=reverse("partners:sync"),
    )


def _why(latest: Latest, look: Look) -> str:
    feed = latest.feed
    read = f"last read {clock_time(feed.last_good_at, look.at)}" if feed.last_good_at else "never read yet"
    if latest.is_held:
        return f"held for a person, {read}"
    if feed.paused:
        return f"paused, {read}"
    old = feed.name == STOCK and is_stale(feed.last_content_at, at=look.at)
    return f"late, {read}" if old or is_late(latest, look.at) else ""


def _row(name: str, said: str) -> Row:
    return Row(feed_kind(name).title, f"{reverse('partners:sync')}?feed={name}", said)


def shrinking(look: Look) -> Found:
    """Feeds whose last week brought much less than the three weeks before it. One statement."""
    week, before = look.at - WEEK, look.at - (1 + WEEKS_BEFORE) * WEEK
    runs = SyncRun.objects.filter(started_at__gte=before, outcome=SyncRun.Outcome.OK, out_of_turn=False).order_by()
    told = runs.values("feed__name", "full").annotate(
        now=Sum("seen", filter=Q(started_at__gte=week)),
        was=Sum("seen", filter=Q(started_at__lt=week)),
        now_each=Avg("seen", filter=Q(started_at__gte=week)),
        was_each=Avg("seen", filter=Q(started_at__lt=week)),
    )
    rows = [row for each in told.order_by("feed__name") if (row := _shrunk(**each))]
    if not rows:
        return Found()
    broken = sum(look.broken_runs.get(name, 0) for name, _ in rows)
    return Found(
        count=len(rows),
        sentence=f"{plural(len(rows), 'feed')} brought much less last week than in the three weeks before: something may be missing.",
        costs=(Cost(broken, "run that did not end well", "runs that did not end well"),),
        rows=listed([_row(name, said) for name, said in rows]),
        url=reverse("partners:sync"),
    )


def _shrunk(
    *, feed__name: str, full: bool, now: int | None, was: int | None, now_each: float | None, was_each: float | None
) -> tuple[str, str] | None:
    """A whole feed is judged by what a run brings, one that goes by time by what a week does; without a run in it, it is late instead."""
    here, there = (now_each, was_each) if full else (now, (was or 0) / WEEKS_BEFORE)
    if here is None or not there or there < LEAST_BEFORE or here >= there * (SHRUNK_WHOLE if full else SHRUNK):
        return None
    return feed__name, f"{here:,.0f} records a {'run' if full else 'week'}, {there:,.0f} before"


def refused(look: Look) -> Found:
    """Records that could not be read and that nobody has solved for a day. Two statements."""
    records = RejectedRecord.objects.filter(solved_at__isnull=True, first_at__lt=look.at - A_DAY)
    told = records.aggregate(many=Sum("times"))
    count = records.count() if told["many"] else 0
    if not count:
        return Found()
    return Found(
        count=count,
        sentence=f"{plural(count, 'record')} that partners sent could not be read, and nobody has seen to that for a day.",
        costs=(Cost(told["many"], "record refused", "records refused"),),
        rows=lambda start, stop: [_record(record) for record in records.select_related("feed").order_by("first_at", "pk")[start:stop]],
        url=reverse("partners:sync"),
    )


def _record(record: RejectedRecord) -> Row:
    return Row(
        f"{feed_kind(record.feed.name).title}: {record.key or record.pk}", reverse("partners:record", args=[record.pk]), record.reason
    )
