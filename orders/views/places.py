"""A person looks at a locker and asks which orders go there: a fragment of the locker's page."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from orders.queries.places import bound_for


@require_GET
@permission_required("orders.view_order", raise_exception=True)
def at_locker(request: HttpRequest, point_id: str) -> HttpResponse:
    return render(request, "orders/parts/_at_locker.html", {"bound": bound_for(point_id, at=timezone.now()), "point_id": point_id})
