"""What everybody should know on every page: which line is down, which feed is held or late, and what that means meanwhile."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from partners.models import Circuit, Feed, SyncRun
from partners.queries.words import clock_time
from partners.states import feed_kind, partner_title

POINTS = "inpost.points"
A_HICCUP = timedelta(minutes=3)  # one failed poll between two good ones is nobody's business
BROKEN = (SyncRun.Outcome.FAILED, SyncRun.Outcome.PARTIAL)


class Banner(NamedTuple):
    """One sentence above the page. `kind` is bad or warn; `url` is where more is said."""

    kind: str
    sentence: str
    url: str


def trouble(at: datetime) -> list[Banner]:
    """At most one banner per partner, the worst first: credentials refused, no answer, a feed held, paused, failing or late.

    Two statements.
    """
    feeds = list(feeds_with_latest())
    told = {line.partner: _of_line(line, feeds, at) for line in Circuit.objects.filter(_IS_CLOSED).order_by("partner")}
    for feed in feeds:
        if banner := _of_feed(feed, at):
            told.setdefault(feed_kind(feed.name).partner or feed.name, banner)
    return sorted(told.values(), key=lambda banner: banner.kind != "bad")


_IS_CLOSED = Q(opened_at__isnull=False) | Q(denied_at__isnull=False)


def feeds_with_latest() -> QuerySet[Feed]:
    """Feeds with their latest ended run: `run`, `outcome`, `why`, `ended` and whether it was `accepted`."""
    ended = SyncRun.objects.filter(feed=OuterRef("pk")).exclude(outcome=SyncRun.Outcome.RUNNING).order_by("-started_at", "-id")
    named = {"run": "pk", "outcome": "outcome", "why": "why", "ended": "finished_at", "accepted": "accepted_by"}
    return Feed.objects.annotate(**{name: Subquery(ended.values(column)[:1]) for name, column in named.items()}).order_by("name")


def _of_line(line: Circuit, feeds: list[Feed], at: datetime) -> Banner:
    name, url = partner_title(line.partner), reverse("partners:connections")
    if line.denied_at:
        since = clock_time(line.denied_at, at)
        return Banner("bad", f"{name} has refused our credentials since {since}: everything for it waits until they are renewed.", url)
    silent = f"{name} has not answered since {clock_time(line.opened_at or at, at)}"
    read = next((feed.last_good_at for feed in feeds if feed.name == POINTS), None)
    if line.partner == feed_kind(POINTS).partner and read:
        return Banner("bad", f"{silent}: orders are checked against the locker list of {clock_time(read, at)}.", url)
    return Banner("bad", f"{silent}. What is meant for it waits and goes by itself afterwards.", url)


def _of_feed(feed: Feed, at: datetime) -> Banner | None:
    kind, url = feed_kind(feed.name), reverse("partners:sync")
    read = f"last read {clock_time(feed.last_good_at, at)}" if feed.last_good_at else "never read yet"
    if feed.outcome == SyncRun.Outcome.HELD and feed.accepted is None:
        held = f"{kind.title}: what came at {clock_time(feed.ended, at)} looks wrong and is held until somebody decides."
        return Banner("bad", held, reverse("partners:run", kwargs={"pk": feed.run}))
    if feed.paused:
        return Banner("warn", f"{kind.title}: paused, {read}. {_meanwhile(kind.meanwhile)}".strip(), url)
    if not is_late(feed, at):
        return None
    why = f" {feed.why}" if feed.outcome in BROKEN else ""
    return Banner("warn", f"{kind.title}: {read}, expected {kind.every}.{why} {_meanwhile(kind.meanwhile)}".strip(), url)


def is_late(feed: Feed, at: datetime) -> bool:
    """Has the feed not ended well for longer than it may, or failed for longer than a hiccup? `feed` as from `feeds_with_latest`."""
    limit = feed_kind(feed.name).late_after
    if limit is None or feed.outcome is None:
        return False
    patience = A_HICCUP if feed.outcome in BROKEN else limit
    return feed.last_good_at is None or feed.last_good_at < at - patience


def _meanwhile(text: str) -> str:
    return f"Meanwhile {text}." if text else ""
