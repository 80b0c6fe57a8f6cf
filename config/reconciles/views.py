"""A person looks at all reconciles at once, and has one run now."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django_q.tasks import async_task

from config.reconciles.gathered import RUN_JOBS, lines
from config.reconciles.registry import BY_KEY
from config.timetable import RUNNER


class Signed(HttpRequest):
    user: User


@require_GET
@permission_required("partners.view_syncrun", raise_exception=True)
def page(request: Signed) -> HttpResponse:
    """Each reconcile on one line."""
    found = lines(user=request.user, at=timezone.now())
    differing = sum(line.counted.differ > 0 for line in found)
    return render(request, "home/reconciles.html", {"lines": found, "differing": differing})


@require_POST
@permission_required(RUN_JOBS, raise_exception=True)
def run_now(request: Signed, key: str) -> HttpResponse:
    """Have a worker run the task of one reconcile, as the clock would; one that runs already is not run beside itself."""
    reconcile = BY_KEY.get(key)
    if reconcile is None or reconcile.code is None:
        raise Http404("There is no such reconcile, or it has an address of its own.")
    if why := reconcile.missing():
        messages.error(request, f"{reconcile.title}: it cannot run. {why}")
        return redirect("home:reconciles")
    async_task(RUNNER, reconcile.job)
    messages.success(request, f"{reconcile.title}: a worker compares them now. Reload in a moment to see what it found.")
    return redirect("home:reconciles")
