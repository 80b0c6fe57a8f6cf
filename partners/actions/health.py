"""Lines and feeds looked after: tried again, and told as one case each, never one per order."""

from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django_q.tasks import async_task

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code, Evidence
from partners import outbox
from partners.actions.feeds import ACCEPT, RUN
from partners.models import Circuit, Feed, SyncRun
from partners.states import FEEDS, partner_title
from partners.sync import why_not_acceptable

LINES = frozenset({Code.INT_DOWN, Code.INT_AUTH})
STALE = frozenset({Code.LOC_STALE})
POINTS, POINTS_STALE_AFTER = "inpost.points", timedelta(hours=13)
TRY_AGAIN_AFTER = timedelta(minutes=4)  # a feed that failed is caught up within five minutes of its partner's return
TRY_INCOMPLETE_AFTER = timedelta(hours=1)  # a whole feed is large, and the partner answers: it is not worth asking all the time


def look_after(*, at: datetime) -> dict[str, int]:
    """Once a minute: make the cases true, let go what waited for a line that works again, ring for what was left lying."""
    cases = reconcile_health(at=at)
    woken = outbox.wake(at=at) if cases.closed else 0
    rung = {"retried": retry_failed_feeds(at=at), "accepted": ring_accepted()}
    return {"opened": cases.opened, "closed": cases.closed, "woken": woken, **rung}


def reconcile_health(*, at: datetime) -> desk.Reconciled:
    """INT-DOWN and INT-AUTH on the line, LOC-STALE on the locker feed: open exactly while true. Four reads when nothing changed."""
    lines = desk.reconcile_many(Circuit, [_of_line(line) for line in Circuit.objects.order_by("pk")], scope=LINES, at=at)
    stale = desk.reconcile_many(Feed, [_of_points(feed, at) for feed in Feed.objects.filter(name=POINTS)], scope=STALE, at=at)
    return desk.Reconciled(lines.opened + stale.opened, lines.closed + stale.closed, lines.kept + stale.kept)


def _of_line(line: Circuit) -> desk.Finding:
    found: dict[str, Evidence] = {}
    if line.denied_at:
        found[Code.INT_AUTH] = {"partner": line.partner, "fault": "denied"}
    elif line.opened_at:
        found[Code.INT_DOWN] = {"partner": line.partner, "fault": "down"}
    return desk.Finding(line.pk, found, desk.Card(label=partner_title(line.partner), url=reverse("partners:connections")))


def _of_points(feed: Feed, at: datetime) -> desk.Finding:
    is_stale = feed.last_good_at is not None and feed.last_good_at < at - POINTS_STALE_AFTER
    found: dict[str, Evidence] = {Code.LOC_STALE: {"feed": feed.name, "fault": "stale"}} if is_stale else {}
    return desk.Finding(feed.pk, found, desk.Card(label=feed.name, url=reverse("partners:sync")))


def retry_failed_feeds(*, at: datetime) -> int:
    """Ring for every timetabled feed whose last run did not end well a while ago; return how many."""
    due = [name for name, kind in FEEDS.items() if kind.late_after]
    latest = SyncRun.objects.filter(feed=OuterRef("pk")).order_by("-started_at", "-id")
    columns = {"outcome": "outcome", "ended": "finished_at", "full": "full"}
    feeds = Feed.objects.filter(name__in=due, paused=False).annotate(
        **{name: Subquery(latest.values(column)[:1]) for name, column in columns.items()}
    )
    incomplete = Q(outcome=SyncRun.Outcome.PARTIAL, full=True)
    broken = Q(outcome__in=[SyncRun.Outcome.FAILED, SyncRun.Outcome.PARTIAL]) & ~incomplete
    again = Q(broken, ended__lte=at - TRY_AGAIN_AFTER) | Q(incomplete, ended__lte=at - TRY_INCOMPLETE_AFTER)
    names = list(feeds.filter(again).values_list("name", flat=True))
    for name in names:
        async_task(RUN, name)
    return len(names)


def ring_accepted() -> int:
    """Ring again for accepted feeds that nobody has applied: the bell may be lost, the decision is a row. Returns how many."""
    waiting = SyncRun.objects.filter(outcome=SyncRun.Outcome.HELD, accepted_by__isnull=False).select_related("feed")
    runs = [run for run in waiting if not why_not_acceptable(run, run.accepted_why)]
    for run in runs:
        async_task(ACCEPT, run.pk, run.accepted_by_id, run.accepted_why)
    return len(runs)
