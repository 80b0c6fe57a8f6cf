"""A person looks at the parcels that wait for their customers, and at those that never arrive there."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
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
        "tabs": [{"key": key, "label": label, "count": counts[key]} for key, label in collections.SHOWS.items()],
    }
    return render(request, "orders/collections.html", context)
