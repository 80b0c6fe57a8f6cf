"""A person looks at the integrity runs, starts one, and answers for what it found."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.queries import sheets, words
from orders.actions.integrity import holds, run_integrity, sign_off
from orders.actions.outcomes import Refused
from orders.forms import SignOffForm
from orders.models import IntegrityFinding, IntegrityRun
from orders.queries import integrity
from orders.views import Signed

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@permission_required("orders.view_integrityrun", raise_exception=True)
def index(request: Signed) -> HttpResponse:
    """The latest runs with the trend of their failures."""
    now = timezone.now()
    found = integrity.runs()
    context = {
        "runs": [_line(run, now) for run in found],
        "latest": found[0] if found else None,
        "trend": integrity.trend(at=now),
        "unsigned": integrity.unsigned(),
    }
    return render(request, "orders/integrity/runs.html", context)


@require_GET
@permission_required("orders.view_integrityrun", raise_exception=True)
def detail(request: Signed, pk: int) -> HttpResponse:
    """One run with its findings; `?show=` narrows them to one code, to the new ones, or to those that are gone."""
    return _page(request, get_object_or_404(IntegrityRun.objects.select_related("signed_off_by"), pk=pk))


@require_POST
@permission_required("orders.run_integrityrun", raise_exception=True)
def start(request: Signed) -> HttpResponse:
    """Look at every open locker order now, by the mirror as it stands: a second or less for a hundred thousand."""
    run = run_integrity(actor=request.user, at=timezone.now())
    if run.failed:
        messages.warning(request, f"{run.failed:,} of {run.orders:,} locker orders failed.")
    else:
        messages.success(request, f"All {run.orders:,} open locker orders passed.")
    return redirect("orders:integrity-run", pk=run.pk)


@require_POST
@permission_required("orders.sign_off_integrityrun", raise_exception=True)
def sign(request: Signed, pk: int) -> HttpResponse:
    """This person answers for the run, once."""
    run = get_object_or_404(IntegrityRun.objects.select_related("signed_off_by"), pk=pk)
    form = SignOffForm(request.POST)
    if not form.is_valid():
        return _page(request, run, form=form, status=422)
    try:
        sign_off(run, actor=request.user, at=timezone.now(), note=form.cleaned_data["note"])
    except Refused as refused:
        run.refresh_from_db()
        return _page(request, run, refusal=refused.sentence, status=409)
    messages.success(request, "Signed off. Your name stands with the run.")
    return redirect("orders:integrity-run", pk=run.pk)


@require_GET
@permission_required("orders.view_integrityrun", raise_exception=True)
def as_csv(request: Signed, pk: int) -> StreamingHttpResponse:
    """The findings shown, as CSV, row by row."""
    run, found = _asked(request, pk)
    answer = StreamingHttpResponse(sheets.lines(integrity.HEAD, integrity.for_file(found)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{_file_name(run)}.csv"'
    return answer


@require_GET
@permission_required("orders.view_integrityrun", raise_exception=True)
def as_xlsx(request: Signed, pk: int) -> FileResponse:
    """The findings shown, as a workbook."""
    run, found = _asked(request, pk)
    book = sheets.workbook(integrity.HEAD, integrity.for_file(found), title=f"Run {run.pk}")
    return FileResponse(book, as_attachment=True, filename=f"{_file_name(run)}.xlsx", content_type=XLSX)


def _asked(request: Signed, pk: int) -> tuple[IntegrityRun, QuerySet[IntegrityFinding]]:
    run = get_object_or_404(IntegrityRun, pk=pk)
    return run, integrity.findings(run, _show(request))


def _file_name(run: IntegrityRun) -> str:
    return f"integrity-{timezone.localtime(run.started_at):%Y-%m-%d-%H%M}"


def _show(request: Signed) -> str:
    """What is asked for; anything unknown is everything."""
    asked = request.GET.get("show", "")
    return asked if asked in (integrity.NEW, integrity.ENDED) or asked in CATALOGUE else ""


def _page(request: Signed, run: IntegrityRun, *, form: SignOffForm | None = None, refusal: str = "", status: int = 200) -> HttpResponse:
    now, show = timezone.now(), _show(request)
    found = integrity.findings(run, show)
    count = found.count()
    context = {
        **_line(run, now),
        "seal_holds": holds(run),
        "codes": _codes(run),
        "show": show,
        "rows": integrity.rows(found[: integrity.FINDINGS_SHOWN], run, at=now),
        "count": count,
        "more": max(0, count - integrity.FINDINGS_SHOWN),
        "heading": _heading(show),
        "form": form or SignOffForm(),
        "refusal": refusal,
    }
    return render(request, "orders/integrity/run.html", context, status=status)


def _codes(run: IntegrityRun) -> list[dict[str, Any]]:
    """What was found, by kind, each with the address of its rows."""
    here = reverse("orders:integrity-run", args=[run.pk])
    titles = {code: CATALOGUE[code].title if code in CATALOGUE else code for code in run.by_code}
    return [{"label": title, "value": run.by_code[code], "url": f"{here}?show={code}#found"} for code, title in titles.items()]


def _heading(show: str) -> str:
    if show in CATALOGUE:
        return CATALOGUE[show].title
    return {integrity.NEW: "Found for the first time", integrity.ENDED: "Gone since the run before"}.get(show, "Everything it found")


def _line(run: IntegrityRun, now: datetime) -> dict[str, Any]:
    """One run as list and page say it."""
    return {
        "run": run,
        "when": words.moment(run.started_at, now),
        "when_full": words.full(run.started_at),
        "by": BY.get(run.asked_by, f"by {run.asked_by}"),
        "signed_by": integrity.name_of(run.signed_off_by),
        "signed": words.moment(run.signed_off_at, now) if run.signed_off_at else "",
    }


BY = {
    "system:timetable": "by the timetable",
    "system:crawl": "after InPost's lockers were read",
    "system:command": "by check_lockers",
}
