"""A person asks where a parcel can wait."""

from datetime import datetime

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from exceptions_queue.queries import alphabet, words
from lockers import queries
from lockers.filters import PointFilter
from lockers.models import Point
from lockers.rules.hours import DAYS, spans_in_words
from partners.inpost.compartments import LIMITS
from partners.models import Feed

PAGE = 50


@require_GET
@permission_required("lockers.view_point", raise_exception=True)
def locker_list(request: HttpRequest) -> HttpResponse:
    """The mirror, by id. Everything it shows is in its address."""
    asked = PointFilter(request.GET, queryset=queries.rows())
    cursors = {name: request.GET.get(name, "") for name in ("after", "before")}
    kept = request.GET.copy()
    for name in cursors:
        kept.pop(name, None)
    context = {
        "form": asked.form,
        "page": alphabet.page(asked.qs, key="point_id", size=PAGE, **cursors),
        "query": kept.urlencode(),
        "kpis": _kpis(queries.counts()),
        "read": _read(queries.feed()),
    }
    return render(request, "lockers/list.html", context, status=200 if asked.form.is_valid() else 400)


@require_GET
@permission_required("lockers.view_point", raise_exception=True)
def locker_detail(request: HttpRequest, point_id: str) -> HttpResponse:
    """One locker: its facts, its history, its compartments, and where a parcel could go instead."""
    point = get_object_or_404(Point, point_id=point_id)
    now, size = timezone.now(), request.GET.get("size", "")
    sizes = [compartment.size for compartment in LIMITS.smallest_first]
    size = size if size in sizes else ""
    context = {
        "point": point,
        "size": size,
        "sizes": sizes,
        "compartments": [(compartment, " × ".join(map(str, compartment.sides))) for compartment in LIMITS.smallest_first],
        "hours": _hours(point),
        "history": [_change(change.was, change.became, change.seen_at, now) for change in queries.history(point)],
        "near": _alternatives(point, size),
        "changed": words.full(point.changed_at),
        "gone": words.full(point.gone_at) if point.gone_at else "",
        "read": _read(queries.feed()),
    }
    return render(request, "lockers/detail.html", context)


def _kpis(counts: queries.Counts) -> list[dict[str, str]]:
    told = (
        ("receiving", counts.receiving, "may receive parcels", "ok"),
        ("full", counts.full, "full for now", "warn" if counts.full else ""),
        ("closed", counts.closed, "closed or not open yet", ""),
        ("gone", counts.gone, "gone from the network", ""),
    )
    return [{"status": status, "count": f"{count:,}", "label": label, "tone": tone} for status, count, label, tone in told]


def _read(feed: Feed | None) -> str:
    """When the whole feed was last read and applied, or "" if never."""
    return words.moment(feed.last_good_at, timezone.now()) if feed and feed.last_good_at else ""


def _alternatives(point: Point, size: str) -> list[queries.Near]:
    if point.latitude or point.longitude:
        return queries.nearest(point.latitude, point.longitude, size, but_not=point.point_id)
    return queries.nearest_to_postcode(point.postcode, size)


def _change(was: str, became: str, seen_at: datetime, now: datetime) -> dict[str, str]:
    return {"was": was, "became": became, "when": words.moment(seen_at, now), "full": words.full(seen_at), "iso": seen_at.isoformat()}


def _hours(point: Point) -> list[tuple[str, str]]:
    """Opening hours per weekday, in words; empty where the feed gives none by day."""
    if not point.hours:
        return []
    return [(day.capitalize(), spans_in_words(point.hours[day])) for day in DAYS if day in point.hours]
