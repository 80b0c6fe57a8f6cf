"""A person asks what must not wait, and what was said to whom."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from exceptions_queue.queries import alerts
from exceptions_queue.views import Signed


@require_GET
@permission_required("exceptions_queue.view_alert", raise_exception=True)
def page(request: Signed) -> HttpResponse:
    now = timezone.now()
    return render(request, "exceptions_queue/alerts.html", {"standing": alerts.standing(now), "said": alerts.said(now)})
