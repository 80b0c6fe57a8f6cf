"""The mirrored points: the base of every list, one point with its history, and how many there are of each kind."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet

from lockers.models import Point, PointChange
from partners.models import Feed, SyncRun

FEED = "inpost.points"
HISTORY = 20

COLUMNS = (
    "point_id",
    "name",
    "street",
    "city",
    "postcode",
    "status",
    "is_locker",
    "open_24_7",
    "sizes",
    "may_receive",
    "gone_at",
    "changed_at",
)


class Counts(NamedTuple):
    """How many lockers there are, by what a desk asks first."""

    receiving: int
    full: int
    closed: int
    gone: int


def rows() -> QuerySet[Point, dict[str, Any]]:
    """Points as the list draws them: mappings of `COLUMNS`."""
    found: QuerySet[Point, dict[str, Any]] = Point.objects.values(*COLUMNS)
    return found


def counts() -> Counts:
    """One statement over the lockers of the mirror."""
    gone, here = Q(gone_at__isnull=False), Q(gone_at__isnull=True)
    found = Point.objects.filter(is_locker=True).aggregate(
        receiving=Count("pk", filter=Q(may_receive=True)),
        full=Count("pk", filter=here & Q(status="Overloaded")),
        closed=Count("pk", filter=here & ~Q(may_receive=True) & ~Q(status="Overloaded")),
        gone=Count("pk", filter=gone),
    )
    return Counts(**found)


def of_ids(point_ids: Collection[str]) -> dict[str, Point]:
    """The mirrored points of these ids, in one statement; ids that no crawl named are left out."""
    return {point.point_id: point for point in Point.objects.filter(point_id__in=point_ids)}


def history(point: Point) -> list[PointChange]:
    """Its latest status changes, newest first."""
    return list(point.changes.order_by("-seen_at", "-pk")[:HISTORY])


def feed() -> Feed | None:
    """The points feed, for how fresh the mirror is."""
    return Feed.objects.filter(name=FEED).first()


def crawled_at(*, before: datetime | None = None) -> datetime | None:
    """When the latest complete crawl of the feed ended, now or as it was at an instant. One statement."""
    crawls = SyncRun.objects.filter(feed__name=FEED, outcome=SyncRun.Outcome.OK)
    crawls = crawls.filter(finished_at__lte=before) if before else crawls
    latest: datetime | None = crawls.aggregate(at=Max("finished_at"))["at"]
    return latest


def full_after() -> datetime | None:
    """When the crawl ended that began the row after which a size that stayed nearly full is full: the third latest complete one, or
    as LOCKER_FULL_AFTER_CRAWLS says. None before there were so many. Crawls out of turn do not count: three within a minute say
    nothing of a locker that stays full. One statement."""
    crawls = SyncRun.objects.filter(feed__name=FEED, outcome=SyncRun.Outcome.OK, out_of_turn=False).order_by("-finished_at")
    nth = settings.LOCKER_FULL_AFTER_CRAWLS - 1
    return crawls.values_list("finished_at", flat=True)[nth : nth + 1].first()
