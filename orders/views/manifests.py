"""A person works a collection: the board, what closing would do, closing, the sheet for the driver, taking off and putting back."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from exceptions_queue.queries import sheets
from lockers.actions import Refused
from lockers.actions import manifests as acts
from lockers.models import Manifest, Parcel
from lockers.queries.manifests import current, going, past
from lockers.states import ManifestState
from orders.actions import closing
from orders.queries import manifests
from orders.views import Signed

PAST = 20
HEAD = ("No", "Parcel", "Order", "Locker", "Size", "Weight (g)")


@require_GET
@permission_required("lockers.view_parcel", raise_exception=True)
def board(request: Signed) -> HttpResponse:
    """The open collection: how many are at each step, the rows of one step, and by name what is stuck."""
    at, show = timezone.now(), request.GET.get("show", "")
    show = show if show in manifests.SHOWS else ""
    manifest = current(at=at)
    columns, stuck = manifests.columns(at=at), manifests.stuck(at=at, manifest=manifest)
    count = {column.key: column.count for column in columns}.get(show, len(stuck))
    rows = manifests.rows(show, at=at, manifest=manifest) if show else stuck
    context = {
        "shown": manifests.shown(manifest, at=at) if manifest else None,
        "columns": columns,
        "stuck": len(stuck),
        "show": show,
        "rows": rows,
        "more": max(0, count - len(rows)),
        "past": [manifests.shown(one, at=at) for one in past(size=5)],
    }
    return render(request, "orders/manifests/board.html", context)


@require_GET
@permission_required("lockers.view_parcel", raise_exception=True)
def past_list(request: Signed) -> HttpResponse:
    """Collections that have gone, the latest first."""
    at, before = timezone.now(), _instant(request.GET.get("before", ""))
    found = past(before=before, size=PAST + 1)
    older = found[PAST - 1].cutoff_at if len(found) > PAST else None
    context = {"past": [manifests.shown(one, at=at) for one in found[:PAST]], "older": older}
    return render(request, "orders/manifests/past.html", context)


def _instant(said: str) -> datetime | None:
    try:
        found = parse_datetime(said)
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) and 2000 <= found.year <= 2999 else None


@require_GET
@permission_required("lockers.view_parcel", raise_exception=True)
def manifest(request: Signed, pk: int) -> HttpResponse:
    """One manifest: its parcels and what was pulled; while it is being closed its progress, asked for again and again."""
    at, found = timezone.now(), _manifest(pk)
    shown = manifests.shown(found, at=at)
    if "HX-Request" in request.headers:
        if found.state != ManifestState.CLOSING:
            return HttpResponseClientRefresh()
        return render(request, "orders/manifests/_closing.html", _progress(shown))
    show = request.GET.get("show", "")
    context = {
        "columns": manifests.columns(at=at, manifest=found),
        "show": show,
        "rows": manifests.of_manifest(found, show, at=at),
        "total": Parcel.objects.filter(manifest=found).count(),
        "pulls": manifests.pulls(found),
        "waiting": len(going(found)) if shown.is_open else 0,
        **_progress(shown),
    }
    return render(request, "orders/manifests/manifest.html", context)


def _progress(shown: manifests.Shown) -> dict[str, Any]:
    return {"shown": shown, "manifest": shown.manifest}


@require_http_methods(["GET", "POST"])
@permission_required("lockers.close_manifest", raise_exception=True)
def close(request: Signed, pk: int) -> HttpResponse:
    """What closing would do, parcel by parcel; on POST hand it to a worker."""
    at, found = timezone.now(), _manifest(pk)
    if request.method == "POST":
        return _ask(request, found, at)
    if found.state != ManifestState.OPEN:
        return redirect("orders:manifest", pk=pk)
    run = closing.dry_run(found, at=at)
    told = manifests.reasons([(held.order_id, held.codes, held.found) for held in run.held])
    context = {"run": run, "held": list(zip(run.held, told, strict=True)), "shown": manifests.shown(found, at=at), "manifest": found}
    return render(request, "orders/manifests/close.html", context)


def _ask(request: Signed, found: Manifest, at: datetime) -> HttpResponse:
    try:
        closing.ask_to_close(found, actor=request.user, at=at, version=_number(request.POST.get("version", "")))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("orders:manifest", pk=found.pk)


@require_POST
@permission_required("lockers.reopen_manifest", raise_exception=True)
def reopen(request: Signed, pk: int) -> HttpResponse:
    found, said = _manifest(pk), request.POST
    try:
        back, stay = acts.reopen(
            found, reason=said.get("reason", ""), actor=request.user, at=timezone.now(), version=_number(said.get("version", ""))
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("orders:manifest", pk=pk)
    held = f" InPost has {stay} in hand: {'that one stays' if stay == 1 else 'those stay'}." if stay else ""
    messages.success(request, f"{back} parcel{' waits' if back == 1 else 's wait'} for a collection again.{held}")
    return redirect("orders:manifest", pk=pk)


@require_POST
@permission_required("lockers.close_manifest", raise_exception=True)
def pull(request: Signed, pk: int) -> HttpResponse:
    """Take one parcel off by hand."""
    return _by_hand(request, pk, "Taken off. It stays with ACS until somebody puts it back or the next manifest is closed.", pulling=True)


@require_POST
@permission_required("lockers.close_manifest", raise_exception=True)
def put_back(request: Signed, pk: int) -> HttpResponse:
    return _by_hand(request, pk, "Put back. It is judged when the manifest is closed.", pulling=False)


def _by_hand(request: Signed, pk: int, done: str, *, pulling: bool) -> HttpResponse:
    found, parcel_id, at = _manifest(pk), _number(request.POST.get("parcel", "")), timezone.now()
    try:
        if pulling:
            acts.pull_parcel(found, parcel_id, why=request.POST.get("why", ""), actor=request.user, at=at)
        else:
            acts.put_back(found, parcel_id, actor=request.user, at=at)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("orders:manifests")


@require_GET
@permission_required("lockers.view_parcel", raise_exception=True)
def sheet(request: Signed, pk: int) -> HttpResponse:
    """The handover sheet, to print: every parcel once, and lines for the driver."""
    found = _manifest(pk)
    if found.state != ManifestState.CLOSED:
        return _not_closed(request, pk)
    rows = list(manifests.sheet(found))
    context = {
        "shown": manifests.shown(found, at=timezone.now()),
        "manifest": found,
        "rows": [(*row[:3], row[3], f"{row[4] / 1000:.2f} kg" if row[4] else "") for row in rows],
        "weight": f"{sum(row[4] or 0 for row in rows) / 1000:.2f} kg",
        "lockers": len({row[2] for row in rows}),
    }
    return render(request, "orders/manifests/sheet.html", context)


@require_GET
@permission_required("lockers.view_parcel", raise_exception=True)
def sheet_csv(request: Signed, pk: int) -> StreamingHttpResponse | HttpResponse:
    """The sheet as CSV, row by row, its total in the last line."""
    found = _manifest(pk)
    if found.state != ManifestState.CLOSED:
        return _not_closed(request, pk)
    answer = StreamingHttpResponse(sheets.lines(HEAD, _lines(found)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="manifest-{found.site_key}-{found.collection_on:%Y-%m-%d}.csv"'
    return answer


def _lines(found: Manifest) -> Any:
    number = 0
    for number, row in enumerate(manifests.sheet(found).iterator(chunk_size=2000), start=1):
        yield (number, *row)
    yield ("Total", number)


def _not_closed(request: Signed, pk: int) -> HttpResponse:
    messages.error(request, "There is no sheet before the manifest is closed.")
    return redirect("orders:manifest", pk=pk)


def _manifest(pk: int) -> Manifest:
    return get_object_or_404(Manifest.objects.select_related("closed_by"), pk=pk)


def _number(said: str) -> int:
    """A number a form gave; 0, which is nobody's, where it is none."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
