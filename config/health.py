"""Is it alive, is it ready? For load balancers and for people who look from outside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseTrouble
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.cluster import BEAT
from config.invariants import BEAT_LIMIT
from config.timetable import FEED_LATE_AFTER
from partners.models import Feed, Heartbeat


@dataclass(frozen=True)
class Freshness:
    """How long ago a feed last ended well; `age` is None when it never has."""

    feed: str
    age: timedelta | None
    late: bool


@login_not_required
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Alive: this process answers. Looks at nothing else, so that a database in trouble does not get the web restarted."""
    return JsonResponse({"alive": True})


@login_not_required
@never_cache
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """Ready: the database answers and a beat passed through a worker in the last 90 s; 503 when not.

    Late feeds are told but do not make us unready: a partner's outage must not take the desk out of service.
    """
    at = timezone.now()
    try:
        beat, feeds = beat_age(at), list(freshness(at))
    except DatabaseTrouble as error:
        connection.close()
        return JsonResponse({"ready": False, "database": {"ok": False, "error": type(error).__name__}}, status=503)
    beats = beat is not None and beat < BEAT_LIMIT
    facts = {
        "ready": beats,
        "database": {"ok": True},
        "worker": {"ok": beats, "beat_age_seconds": _seconds(beat)},
        "feeds": {feed.feed: {"late": feed.late, "age_seconds": _seconds(feed.age)} for feed in feeds},
    }
    return JsonResponse(facts, status=200 if beats else 503)


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


def _seconds(age: timedelta | None) -> int | None:
    return None if age is None else int(age.total_seconds())
