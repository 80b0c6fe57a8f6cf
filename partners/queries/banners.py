"""What everybody should know on every page: which line is down, which feed is held or late, and what that means meanwhile."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse

from partners.models import Circuit, Feed, SyncRun
from partners.queries import doors
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
    """At most one banner per partner, the worst first: credentials refused, no answer, a feed held, paused, failing or late, and
    last a door at which every signature is wrong.

    Three statements.
    """
    feeds = feeds_with_latest()
    told = {line.partner: _of_line(line, feeds, at) for line in Circuit.objects.filter(_IS_CLOSED).order_by("partner")}
    for latest in feeds:
        if banner := _of_feed(latest, at):
            told.setdefault(feed_kind(latest.feed.name).partner or latest.feed.name, banner)
    if "store" not in told and (alarm := doors.alarm(at)):
        told["store"] = Banner(*alarm)
    return sorted(told.values(), key=lambda banner: banner.kind != "bad")


_IS_CLOSED = Q(opened_at__isnull=False) | Q(denied_at__isnull=False)


@dataclass(frozen=True)
class Latest:
    """A feed with its latest ended run: id, outcome, why and when it ended, who accepted it. All None when it never ran."""

    feed: Feed
    run: int | None = None
    outcome: str | None = None
    why: str | None = None
    ended: datetime | None = None
    accepted: int | None = None

    @property
    def is_held(self) -> bool:
        """Does it wait for a person?"""
        return self.outcome == SyncRun.Outcome.HELD and self.accepted is None


_LATEST = ("pk", "outcome", "why", "finished_at", "accepted_by")


def feeds_with_latest() -> list[Latest]:
    """Every feed with its latest ended run, by name. One statement."""
    ended = SyncRun.objects.filter(feed=OuterRef("pk")).exclude(outcome=SyncRun.Outcome.RUNNING).order_by("-started_at", "-id")
    columns = {f"latest_{column}": Subquery(ended.values(column)[:1]) for column in _LATEST}
    return [Latest(feed, *(getattr(feed, name) for name in columns)) for feed in Feed.objects.annotate(**columns).order_by("name")]


def _of_line(line: Circuit, feeds: list[Latest], at: datetime) -> Banner:
    name, url = partner_title(line.partner), reverse("partners:connections")
    if line.denied_at:
        since = clock_time(line.denied_at, at)
        return Banner("bad", f"{name} has refused our credentials since {since}: everything for it waits until they are renewed.", url)
    silent = f"{name} has not answered since {clock_time(line.opened_at or at, at)}"
    read = next((latest.feed.last_good_at for latest in feeds if latest.feed.name == POINTS), None)
    if line.partner == feed_kind(POINTS).partner and read:
        return Banner("bad", f"{silent}: orders are checked against the locker list of {clock_time(read, at)}.", url)
    return Banner("bad", f"{silent}. What is meant for it waits and goes by itself afterwards.", url)


def _of_feed(latest: Latest, at: datetime) -> Banner | None:
    feed, kind, url = latest.feed, feed_kind(latest.feed.name), reverse("partners:sync")
    read = f"last read {clock_time(feed.last_good_at, at)}" if feed.last_good_at else "never read yet"
    if latest.is_held:
        held = f"{kind.title}: what came at {clock_time(latest.ended or at, at)} looks wrong and is held until somebody decides."
        return Banner("bad", held, reverse("partners:run", kwargs={"pk": latest.run}))
    if feed.paused:
        return Banner("warn", f"{kind.title}: paused, {read}. {_meanwhile(kind.meanwhile)}".strip(), url)
    if not is_late(latest, at):
        return None
    why = f" {latest.why}" if latest.outcome in BROKEN else ""
    return Banner("warn", f"{kind.title}: {read}, expected {kind.every}.{why} {_meanwhile(kind.meanwhile)}".strip(), url)


def is_late(latest: Latest, at: datetime) -> bool:
    """Has the feed not ended well for longer than it may, or failed for longer than a hiccup?"""
    limit, good = feed_kind(latest.feed.name).late_after, latest.feed.last_good_at
    if limit is None or latest.outcome is None:
        return False
    patience = A_HICCUP if latest.outcome in BROKEN else limit
    return good is None or good < at - patience


def _meanwhile(text: str) -> str:
    return f"Meanwhile {text}." if text else ""
