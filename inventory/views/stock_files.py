"""A person asks for the stock files, brings one, sees what it would do, and has it applied."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from inventory import queries
from inventory.forms import ReasonForm, StockUploadForm
from inventory.sync.stock import try_upload
from inventory.views import Signed
from partners import actions
from partners.models import SyncRun

LOOKED_AT = "Uploaded by hand; what it would change was looked at first."


@require_GET
@permission_required("inventory.view_garment", raise_exception=True)
def file_list(request: Signed) -> HttpResponse:
    return _list(request, StockUploadForm())


@require_POST
@permission_required(["inventory.view_garment", "inventory.import_garment"], raise_exception=True)
def upload(request: Signed) -> HttpResponse:
    """Try a file and show what it would do. Nothing of it is written before somebody applies it."""
    form = StockUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, form, status=422)
    file = form.cleaned_data["file"]
    run = try_upload(file.file, name=file.name, actor=request.user, clock=timezone.now)
    if run.pk is None:
        form.add_error("file", f"{run.why} Try again in a minute.")
        return _list(request, form, status=409)
    return redirect("inventory:stock-file", pk=run.pk)


@require_GET
@permission_required("inventory.view_garment", raise_exception=True)
def one_file(request: Signed, pk: int) -> HttpResponse:
    """One file: what it did, or would do. As a fragment, only how far it is; once it has ended, the page is loaded anew."""
    shown = _file(pk)
    if not request.htmx:
        return _page(request, shown, ReasonForm())
    answer = render(request, "inventory/parts/_stock_progress.html", {"file": shown})
    if not (shown.live or shown.asked_for):
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@permission_required(["inventory.view_garment", "inventory.import_garment"], raise_exception=True)
def apply_file(request: Signed, pk: int) -> HttpResponse:
    """Have a file applied by a worker; with a reason where it looks wrong."""
    shown = _file(pk)
    form = ReasonForm({"reason": LOOKED_AT} if shown.only_looked_at else request.POST)
    if not form.is_valid():
        return _page(request, shown, form, status=422)
    try:
        actions.accept(shown.run, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
    except actions.Refused as refusal:
        form.add_error(None, refusal.sentence)
        return _page(request, shown, form, status=409)
    messages.success(request, "A worker applies it now. This page shows how far it is.")
    return redirect("inventory:stock-file", pk=pk)


def _file(pk: int) -> queries.ShownFile:
    shown = queries.stock_file(pk, timezone.now())
    if shown is None:
        raise Http404("There is no such file.")
    return shown


def _list(request: Signed, form: StockUploadForm, *, status: int = 200) -> HttpResponse:
    files = queries.recent_files(timezone.now())
    live = next((file for file in files if file.run.outcome == SyncRun.Outcome.RUNNING), None)
    context = {"files": files, "file": live, "form": form, "may_import": request.user.has_perm("inventory.import_garment")}
    return render(request, "inventory/stock_files.html", context, status=status)


def _page(request: Signed, shown: queries.ShownFile, form: ReasonForm, *, status: int = 200) -> HttpResponse:
    context = {"file": shown, "form": form, "may_import": request.user.has_perm("inventory.import_garment")}
    return render(request, "inventory/stock_file.html", context, status=status)
