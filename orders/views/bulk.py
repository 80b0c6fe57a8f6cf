"""A person puts many orders right at once: first what it would do to each, then a job with its progress and results."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from exceptions_queue import jobs
from exceptions_queue.actions import Refused
from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.filters import CaseFilter
from exceptions_queue.models import ExceptionCase
from exceptions_queue.views.bulk import cases_meant
from orders.actions import bulk
from orders.forms import BULK_FORMS, FixManyForm
from orders.views import Signed

KEPT = (
    "ids",
    "all",
    *CaseFilter.base_filters,
)  # the whole question: one filter lost on the way to "do it" means more orders than were shown


@require_http_methods(["GET", "POST"])
@permission_required("orders.view_order", raise_exception=True)
def many(request: Signed) -> HttpResponse:
    """What a fix would do to the cases picked, or to all that the question matches; on POST hand them to a worker."""
    said = request.POST if request.method == "POST" else request.GET
    kind = said.get("kind", "")
    if kind not in bulk.KINDS:
        return _refused(request, "Choose what to do with the orders.")
    if not request.user.has_perm(bulk.KINDS[kind].permission):
        raise PermissionDenied
    try:
        cases, question = cases_meant(request, said)
    except Refused as refusal:
        return _refused(request, refusal.sentence)
    if cases is None:
        return _refused(request, "Pick the cases first.")
    if request.method == "GET" or "dry_run" in said:
        return _show(request, kind, cases, BULK_FORMS[kind](initial=said.dict()))
    form = BULK_FORMS[kind](request.POST)
    if not form.is_valid():
        return _show(request, kind, cases, form, status=422)
    return _hand_over(request, kind, cases, form.cleaned_data, question)


def _hand_over(request: Signed, kind: str, cases: QuerySet[ExceptionCase], params: dict[str, Any], question: str) -> HttpResponse:
    params = params | {"ring": bulk.RING} | ({"follow_up": "orders:job-messages"} if kind == "nearest_locker" else {})
    job = jobs.put_job(kind, cases=cases, params=params, question=question, actor=request.user, at=timezone.now(), ring=bulk.RING)
    messages.success(request, f"{job.total:,} case{'' if job.total == 1 else 's'} handed to a worker.")
    return redirect("queue:job", pk=job.pk)


def _show(request: Signed, kind: str, cases: QuerySet[ExceptionCase], form: FixManyForm, *, status: int = 200) -> HttpResponse:
    """The dry run, by the parameters given so far."""
    said = request.POST if request.method == "POST" else request.GET
    run = bulk.dry_run(kind, cases=cases, params=form.params())
    context = {
        "fix": bulk.KINDS[kind],
        "kind": kind,
        "run": run,
        "form": form,
        "kept": _kept(said),
        "back": _back(said),
        "about": _about(said),
    }
    return render(request, "orders/bulk.html", context, status=status)


def _kept(said: QueryDict) -> list[tuple[str, str]]:
    return [(name, value) for name in KEPT for value in said.getlist(name)]


def _about(said: QueryDict) -> str:
    """The kind of case it is asked for, where the question names one."""
    code = said.get("cause", "").partition(":")[0] or said.get("code", "")
    return CATALOGUE[code].title if code in CATALOGUE else ""


def _back(said: QueryDict) -> str:
    return urlencode([(name, value) for name, value in _kept(said) if name not in ("ids", "all")])


def _refused(request: Signed, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return redirect("queue:list")
