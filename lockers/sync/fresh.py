"""Look lockers up at InPost just before a manifest closes, and make the mirror agree. Bounded; never inside a transaction."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from lockers.models import Point
from lockers.sync.absence import note_unknown
from lockers.sync.points import apply_points
from partners import connect
from partners.errors import ABOUT_THE_LINE, PartnerError
from partners.http import over_in
from partners.pages import Page
from partners.ports import PointsSource

ONE_BY_ONE = 60  # with more lockers than this the whole feed is quicker
DEADLINE = timedelta(seconds=30)
MOST_MISSING = 0.1  # of the mirror: a feed that lacks more is not whole, and proves nobody's absence


@dataclass(frozen=True)
class Looked:
    """`asked` are the lockers that InPost answered for; `unknown` those among them that it no longer knows."""

    asked: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()


def look_up(point_ids: Collection[str], *, clock: Callable[[], datetime]) -> Looked:
    """Ask InPost about these lockers, at most half a minute long; what it says goes into the mirror, and what it no longer knows is
    gone there. What it does not say, because it is down or the time is over, the mirror decides: those are in neither set. Raises
    nothing of the partner's."""
    wanted, until = sorted(set(filter(None, point_ids))), clock() + DEADLINE
    if not wanted:
        return Looked()
    try:
        feed = connect.points_feed()
    except PartnerError:
        return Looked()
    with over_in(DEADLINE.total_seconds()):
        ask = _one_by_one if len(wanted) <= ONE_BY_ONE else _in_the_whole_feed
        looked = ask(feed, wanted, until, clock)
    with transaction.atomic():
        note_unknown(looked.unknown, clock())
    return looked


def _one_by_one(feed: PointsSource, wanted: list[str], until: datetime, clock: Callable[[], datetime]) -> Looked:
    raw, unknown = [], set()
    for point_id in wanted:
        if clock() >= until:
            break
        try:
            said = feed.point(point_id)
        except ABOUT_THE_LINE:
            break
        except PartnerError:
            continue
        if said is None:
            unknown.add(point_id)
        else:
            raw.append(said)
    read = _apply(Page(records=raw, cursor=None, source="GET /v1/points/GB/{id}", body=b""), clock()) if raw else set()
    return Looked(asked=frozenset((read & set(wanted)) | unknown), unknown=frozenset(unknown))


def _in_the_whole_feed(feed: PointsSource, wanted: list[str], until: datetime, clock: Callable[[], datetime]) -> Looked:
    read: set[str] = set()
    declared, records, whole = 0, 0, False
    pages = feed.pages()
    while clock() < until:
        try:
            page = next(pages, None)
        except PartnerError:
            break
        if page is None:
            whole = records >= declared
            break
        declared, records = page.declared or 0, records + len(page.records)
        read |= _apply(page, clock())
    unknown = set(wanted) - read if whole and _is_plausible(records) else set()
    return Looked(asked=frozenset((read & set(wanted)) | unknown), unknown=frozenset(unknown))


def _is_plausible(records: int) -> bool:
    """A whole feed, and not one that lost a part of the network on the way."""
    return records >= Point.objects.filter(gone_at__isnull=True).count() * (1 - MOST_MISSING)


def _apply(page: Page, at: datetime) -> set[str]:
    """The ids that could be read."""
    with transaction.atomic():
        return set(apply_points(page, at).read)
