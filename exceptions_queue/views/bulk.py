"""A person acts on many cases: first what it would do, then a job with its progress, its results and a way back."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue import calendars, jobs
from exceptions_queue.actions import Refused, bulk
from exceptions_queue.filters import CaseFilter
from exceptions_queue.forms import BULK_FORMS, first_error
from exceptions_queue.models import BulkJob, ExceptionCase
from exceptions_queue.queries import jobs as shown
from exceptions_queue.views import Signed
from exceptions_queue.views.toasts import toast

MOST_PICKED = 2_000
NOT_UNDERSTOOD = "The question was not understood, so nothing was done. Choose the cases again."


@require_POST
@permission_required("exceptions_queue.view_exceptioncase", raise_exception=True)
def act(request: Signed) -> HttpResponse:
    """Do one act on the picked cases, or on all that the question matches. `dry_run` only says what it would do."""
    kind = request.POST.get("kind", "")
    if kind not in bulk.ACTS:
        return _refused(request, "Choose what to do with the cases.")
    if not request.user.has_perm(bulk.ACTS[kind].permission):
        raise PermissionDenied
    form = BULK_FORMS[kind](request.POST)
    try:
        cases, question = cases_meant(request, request.POST)
    except Refused as refusal:
        return _refused(request, refusal.sentence)
    if not form.is_valid():
        return _refused(request, first_error(form))
    if cases is None:
        return _refused(request, "Pick the cases first.")
    params = form.params(request.user)
    if "dry_run" in request.POST:
        run = bulk.dry_run(kind, cases=cases, params=params, at=timezone.now())
        return render(request, "exceptions_queue/parts/_dry_run.html", {"run": run, "act": bulk.ACTS[kind]})
    job = jobs.put_job(kind, cases=cases, params=params, question=question, actor=request.user, at=timezone.now(), ring=bulk.RING)
    return _accepted(request, job)


def cases_meant(request: HttpRequest, said: QueryDict) -> tuple[QuerySet[ExceptionCase] | None, str]:
    """The cases meant, and the question that found them; None when none are. The rooms' own bulk fixes ask it too.

    A filter that cannot be read is left out of a list; here it would mean more cases than somebody wanted to change: raises Refused.
    """
    if said.get("all") == "1":
        now = timezone.now()
        due = calendars.shown_clock(at=now).release_due(at=now)
        asked = CaseFilter(said, ExceptionCase.objects.all(), request=request, now=now, cutoff_at=due.due_at)
        if asked.refused:
            raise Refused(NOT_UNDERSTOOD)
        return asked.qs, urlencode(asked.asked)
    picked = {int(pk) for pk in said.getlist("ids")[:MOST_PICKED] if pk.isascii() and pk.isdigit() and len(pk) < 19}
    return (ExceptionCase.objects.filter(pk__in=picked), "") if picked else (None, "")


def _accepted(request: Signed, job: BulkJob) -> HttpResponse:
    text = f"{job.total:,} case{'' if job.total == 1 else 's'} handed to a worker."
    address = reverse("queue:job", args=[job.pk])
    if request.htmx:
        answer = render(request, "exceptions_queue/parts/_progress.html", {"job": shown.shown(job, at=timezone.now())})
        return toast(answer, text)
    messages.success(request, text)
    return redirect(address)


def _refused(request: Signed, sentence: str) -> HttpResponse:
    if request.htmx:
        return toast(render(request, "exceptions_queue/parts/_refused.html", {"sentence": sentence}, status=422), sentence, tone="bad")
    messages.error(request, sentence)
    return redirect("queue:list")


@require_GET
@permission_required("exceptions_queue.view_bulkjob", raise_exception=True)
def job_list(request: Signed) -> HttpResponse:
    """The latest jobs, everybody's: colleagues see what moves their cases."""
    return render(request, "exceptions_queue/jobs.html", {"jobs": shown.latest(at=timezone.now())})


@require_GET
@permission_required("exceptions_queue.view_bulkjob", raise_exception=True)
def job(request: Signed, pk: int) -> HttpResponse:
    """One job: its progress, and what became of each item. As a fragment, only its progress; once it has ended, its own page is
    asked to load anew, with the results and what can be done next."""
    found = _job(pk)
    context: dict[str, Any] = {"job": shown.shown(found, at=timezone.now())}
    if request.htmx:
        answer = render(request, "exceptions_queue/parts/_progress.html", context)
        if not context["job"].live and request.htmx.current_url_abs_path == request.path:
            answer["HX-Refresh"] = "true"
        return answer
    state = request.GET.get("state", "")
    context |= {"page": shown.items(found, state=state, after=request.GET.get("after", "")), "asked": state}
    return render(request, "exceptions_queue/job.html", context)


@require_POST
@permission_required("exceptions_queue.view_bulkjob", raise_exception=True)
def stop(request: Signed, pk: int) -> HttpResponse:
    return _turn(request, pk, "stop")


@require_POST
@permission_required("exceptions_queue.view_bulkjob", raise_exception=True)
def go_on(request: Signed, pk: int) -> HttpResponse:
    return _turn(request, pk, "go_on")


@require_POST
@permission_required("exceptions_queue.view_bulkjob", raise_exception=True)
def undo(request: Signed, pk: int) -> HttpResponse:
    """Put back what a job of one's own changed, where nobody has changed it since."""
    found = _mine(request, pk)
    try:
        back = bulk.undo_job(found, actor=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("queue:job", pk=pk)
    messages.success(request, "A worker puts them back.")
    return redirect("queue:job", pk=back.pk)


def _turn(request: Signed, pk: int, way: str) -> HttpResponse:
    found, now = _mine(request, pk), timezone.now()
    if way == "stop":
        turned = jobs.stop(found, actor=request.user, at=now)
    else:
        turned = jobs.go_on(found, ring=shown.ring_of(found), actor=request.user, at=now)
    if not turned:
        messages.error(request, "It is not on its way any more." if way == "stop" else "It is not stopped, or it has been put back.")
    return redirect("queue:job", pk=pk)


def _job(pk: int) -> BulkJob:
    return get_object_or_404(BulkJob.objects.select_related("asked_by"), pk=pk)


def _mine(request: Signed, pk: int) -> BulkJob:
    """A job may be stopped, taken up again and undone by who asked for it, and by whoever manages jobs."""
    found = _job(pk)
    if found.asked_by_id != request.user.pk and not request.user.has_perm("exceptions_queue.change_bulkjob"):
        raise PermissionDenied
    if found.kind in bulk.ACTS and not request.user.has_perm(bulk.ACTS[found.kind].permission):
        raise PermissionDenied  # whose role has changed since
    if found.kind not in bulk.DOES and not shown.ring_of(found):
        raise Http404("There is no such job.")
    return found
