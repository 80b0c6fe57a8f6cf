"""A person asks about one run: what it brought, what was refused, and what to do with it."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue.queries import sheets, words
from partners import actions
from partners.forms import ReasonForm
from partners.models import RejectedRecord, SyncRun
from partners.queries import feeds, runs
from partners.queries.words import clock_time
from partners.states import feed_kind
from partners.sync.rejected import replayable
from partners.views import Signed


@require_GET
@permission_required("partners.view_syncrun", raise_exception=True)
def run(request: Signed, pk: int) -> HttpResponse:
    return _page(request, _run(pk))


@require_GET
@permission_required(["partners.view_syncrun", "partners.view_rejectedrecord"], raise_exception=True)
def refused_file(request: Signed, pk: int) -> StreamingHttpResponse:
    """Every refused record of a run with where and why, for a spreadsheet. What the records say stays here."""
    found = _run(pk)
    answer = StreamingHttpResponse(sheets.lines(runs.REFUSED_HEAD, runs.refused_for_file(found)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="refused-{found.feed.name}-{found.pk}.csv"'
    return answer


@require_POST
@permission_required("partners.accept_syncrun", raise_exception=True)
def accept(request: Signed, pk: int) -> HttpResponse:
    """Say with a reason that a held feed is right; a worker applies it."""
    form = ReasonForm(request.POST)
    if not form.is_valid() or not form.cleaned_data["reason"]:
        return _page(request, _run(pk), refusal="Say in up to 400 characters why this feed is right although it looks wrong.", status=422)
    try:
        actions.accept(_run(pk), reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
    except actions.Refused as refusal:
        return _page(request, _run(pk), refusal=refusal.sentence, status=409)
    messages.success(request, "Accepted. A worker applies it now; reload in a moment to see the counts.")
    return redirect("partners:run", pk=pk)


@require_POST
@never_cache
@permission_required(["partners.view_rejectedrecord", "partners.see_raw_rejectedrecord"], raise_exception=True)
def reveal(request: Signed, pk: int) -> HttpResponse:
    """One refused record unmasked. That it was looked at is written to the audit log first."""
    row = get_object_or_404(RejectedRecord.objects.select_related("feed"), pk=pk)
    raw = actions.reveal(row, actor=request.user, at=timezone.now())
    answer = render(request, "partners/raw.html", {"row": row, "raw": raw, "title": feed_kind(row.feed.name).title})
    answer["Cache-Control"] = "no-store"
    return answer


def _run(pk: int) -> SyncRun:
    found = runs.run_of(pk)
    if found is None:
        raise Http404("There is no such run.")
    return found


def _page(request: Signed, run: SyncRun, *, refusal: str = "", status: int = 200) -> HttpResponse:
    now, held = timezone.now(), run.outcome == SyncRun.Outcome.HELD
    context = {
        "run": run,
        "kind": feed_kind(run.feed.name),
        "state": feeds.SHOWN[SyncRun.Outcome(run.outcome)],
        "started": clock_time(run.started_at, now),
        "started_full": words.full(run.started_at),
        "took": runs.took(run.started_at, run.finished_at),
        "adds_up": feeds.adds_up(run),
        "stored": runs.stored(run),
        "refused": runs.refused(run) if request.user.has_perm("partners.view_rejectedrecord") else [],
        "can_be_replayed": replayable(run).count() if run.rejected and feed_kind(run.feed.name).late_after else 0,
        "held": held,
        "why_not": runs.why_not(run) if held else "",
        "reason": request.POST.get("reason", "")[:400],
        "refusal": refusal,
    }
    return render(request, "partners/run.html", context, status=status)
