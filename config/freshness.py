"""How long ago a beat came through a worker, and each feed ended well."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.cluster import BEAT
from config.timetable import FEED_LATE_AFTER
from partners.models import Feed, Heartbeat


@dataclass(frozen=True)
class Freshness:
    """The age of a feed's last good run; None when it never had one."""

    feed: str
    age: timedelta | None
    late: bool


def beat_age(at: datetime) -> timedelta | None:
    """How long ago a beat last passed through a worker; None when none ever has."""
    beat = Heartbeat.objects.filter(name=BEAT).values_list("beat_at", flat=True).first()
    return None if beat is None else max(at - beat, timedelta())


def freshness(at: datetime) -> Iterator[Freshness]:
    """The age of every timetabled feed's last good run."""
    good = dict(Feed.objects.values_list("name", "last_good_at"))
    for feed, limit in FEED_LATE_AFTER.items():
        last = good.get(feed)
        yield Freshness(feed, None if last is None else at - last, last is None or at - last > limit)
