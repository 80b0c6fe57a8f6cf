"""Labels: what failed and why, what is being made, what is ready to print, and who has printed what."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lockers.actions import Refused
from lockers.actions.copies import print_batch, print_copy
from lockers.filters import parcel_ids
from lockers.models import Label, Parcel
from lockers.queries import copies, labels, parcel
from lockers.queries.handing import handed_of
from lockers.views.files import label_file, labels_file


@require_GET
@permission_required("lockers.view_parcel", raise_exception=True)
def label_list(request: HttpRequest) -> HttpResponse:
    """A fixed number of statements, whatever stands there."""
    made = labels.labelled()
    page = {
        "causes": labels.causes(),
        "being_made": labels.being_made(),
        "labelled": made,
        "handed": handed_of(made),
        "counts": labels.counts(),
        "not_printed": len(labels.not_printed()),
        "tried": request.session.get(labels.TRIED, {}),
    }
    return render(request, "lockers/labels.html", page)


@require_GET
@permission_required("lockers.view_parcel", raise_exception=True)
def label_page(request: HttpRequest, parcel_id: int) -> HttpResponse:
    found = parcel.find(parcel_id)
    if found is None:
        raise Http404
    return render(request, "lockers/label.html", parcel.page_of(found))


@never_cache
@require_POST
@permission_required("lockers.print_parcel", raise_exception=True)
def label_print(request: HttpRequest, parcel_id: int) -> HttpResponse:
    """The label itself, kept by nobody on the way: it names the customer."""
    said: dict[str, Any] = {"why": request.POST.get("why", ""), "confirmed": request.POST.get("confirmed") == "yes"}
    form, at = request.POST.get("format", ""), timezone.now()
    try:
        label, _ = print_copy(parcel_id, form=form, actor=request.user, at=at, **said)  # type: ignore[arg-type]
    except Refused as why:
        messages.error(request, str(why))
        known = Parcel.objects.filter(pk=parcel_id).exists()
        return redirect("lockers:label", parcel_id) if known else redirect("lockers:labels")
    return label_file(label)


@never_cache
@require_http_methods(["GET", "POST"])
@permission_required("lockers.print_parcel", raise_exception=True)
def print_many(request: HttpRequest) -> HttpResponse:
    """Look at what printing the chosen labels together would do; on POST give out each of them once, in one ZPL file."""
    if request.method == "POST":
        return _zpl_of(request, parcel_ids(request.POST.getlist("parcel")))
    form = request.GET.get("format", "")
    form = form if form in Label.Format.values else Label.Format.ZPL.value
    ids = labels.not_printed() if request.GET.get("all") else parcel_ids(request.GET.getlist("parcel"))
    chosen = copies.chosen(ids, form=form)
    page = {
        "form": form,
        "chosen": chosen,
        "given": [each.parcel for each in chosen if not each.why_not],
        "left_out": [each for each in chosen if each.why_not],
    }
    return render(request, "lockers/print_many.html", page)


def _zpl_of(request: HttpRequest, ids: list[int]) -> HttpResponse:
    at = timezone.now()
    batch = print_batch(ids, form=Label.Format.ZPL.value, actor=request.user, at=at)  # type: ignore[arg-type]
    if not batch.labels:
        messages.error(request, "Each of these labels has been given out already, or is no longer there to print. Nothing was printed.")
        return redirect("lockers:labels")
    return labels_file(batch.labels, f"labels-{timezone.localtime(at):%Y-%m-%d-%H%M}.zpl")
