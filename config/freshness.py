"""How long ago a beat came through a worker, and each feed ended well."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.cluster import BEAT
from partners.models import Feed, Heartbeat
from partners.states import FEEDS


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
    """The age of the last good run of every feed that is read by the clock."""
    good = dict(Feed.objects.values_list("name", "last_good_at"))
    for feed, kind in FEEDS.items():
        if kind.late_after is not None:
            last = good.get(feed)
            yield Freshness(feed, None if last is None else at - last, last is None or at - last > kind.late_after)
