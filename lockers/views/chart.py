"""A person asks where the lockers are: a map drawn on the server, and the same as a list."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from exceptions_queue.queries import words
from lockers import queries
from lockers.filters import PointFilter
from lockers.queries.chart import Mark, bounds, sight
from lockers.rules import chart

LISTED = 25


@require_GET
@permission_required("lockers.view_point", raise_exception=True)
def page(request: HttpRequest) -> HttpResponse:
    """The lockers that the filters leave, in the part of the islands that `box` or a place names."""
    asked = PointFilter(request.GET, queryset=queries.rows())
    box, unread = _box(asked, request.GET.get("box", ""), request.GET.get("place", ""))
    seen = sight(asked.qs, box)
    kept = {name: str(value) for name, value in request.GET.items() if name in asked.form.fields and value and name != "place"}
    context = {
        "form": asked.form,
        "box": box,
        "coasts": [chart.coast(box, shore) for shore in chart.COASTS],
        "sight": seen,
        "marks": [_mark(mark, kept) for mark in seen.marks],
        "listed": LISTED,
        "links": _links(box, kept),
        "unread": unread,
        "read": _read(),
    }
    return render(request, "lockers/map.html", context, status=200 if asked.form.is_valid() else 400)


def _box(asked: PointFilter, text: str, place: str) -> tuple[chart.Box, bool]:
    """The part to draw, and whether an address was given that names none. A town or postcode is drawn as large as it fits."""
    box = chart.read_box(text) if text else None
    if box is None:
        held = bounds(asked.qs)
        box = held if held and place else chart.islands(held.north) if held else chart.ISLANDS
        return box, bool(text)
    return box, False


def _mark(mark: Mark, kept: dict[str, str]) -> dict[str, Any]:
    to = reverse("lockers:detail", args=[mark.point_id]) if mark.point_id else f"?{urlencode(kept | {'box': mark.box})}"
    drawn = {"x": f"{mark.x:.1f}", "y": f"{mark.y:.1f}", "r": f"{mark.r:.1f}"}
    return {"to": to, "tone": mark.tone, "label": mark.label, **drawn}


def _read() -> str:
    feed = queries.feed()
    return words.moment(feed.last_good_at, timezone.now()) if feed and feed.last_good_at else ""


def _links(box: chart.Box, kept: dict[str, str]) -> dict[str, str]:
    away = chart.wider(box)
    return {
        "wider": f"?{urlencode(kept | {'box': away.text()})}" if away else "",
        "whole": f"?{urlencode(kept)}" if box.east != chart.ISLANDS.east else "",
        "list": f"{reverse('lockers:list')}?{urlencode(kept)}",
    }
