"""A person looks at the parcels that wait for their customers, and at those that never arrive there."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from orders.queries import collections
from orders.views import Signed


@require_GET
@permission_required("lockers.view_parcel", raise_exception=True)
def page(request: Signed) -> HttpResponse:
    """The parcels of one tab, the one with the least time first."""
    at, show = timezone.now(), request.GET.get("show", "")
    show = show if show in collections.SHOWS else ""
    counts = collections.counts(at=at)
    found = list(collections.parcels(show, at=at).values(*collections.COLUMNS)[: collections.SHOWN])
    context = {
        "rows": collections.rows(found, at=at),
        "show": show,
        "count": counts[show],
        "waiting": counts[""],
        "expiring": counts["expiring"],
        "more": max(0, counts[show] - len(found)),
        "export": f"{reverse('orders:collections-export')}?{urlencode({'show': show})}",
        "tabs": [{"key": key, "label": label, "count": counts[key]} for key, label in collections.SHOWS.items()],
    }
    return render(request, "orders/collections.html", context)


@require_GET
@permission_required("lockers.view_parcel", raise_exception=True)
def export(request: Signed) -> StreamingHttpResponse:
    """The same as CSV, row by row. Times are local; no personal data."""
    at, show = timezone.now(), request.GET.get("show", "")
    lines = collections.lines(show if show in collections.SHOWS else "", at=at)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="collections-{timezone.localtime(at):%Y-%m-%d-%H%M}.csv"'
    return answer
