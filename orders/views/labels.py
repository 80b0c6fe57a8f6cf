"""A person has labels made again or replaced, with what their orders say by now, or has ACS told of them again."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from lockers.actions import Refused as NotNow
from lockers.filters import parcel_ids
from lockers.models import Parcel
from lockers.queries.labels import TRIED
from orders import forms
from orders.actions.handing import hand_again, is_told
from orders.actions.labelling import retry_labels
from orders.actions.outcomes import Refused
from orders.actions.replacing import replace_label, why_not
from orders.views import Signed


@require_POST
@permission_required("lockers.retry_parcel", raise_exception=True)
def retry(request: Signed) -> HttpResponse:
    """Try one parcel or all of a cause again, at most 200 at once. The page goes on saying of each what became of it."""
    parcels = {parcel.pk: parcel for parcel in Parcel.objects.filter(pk__in=parcel_ids(request.POST.getlist("parcel"))).order_by("pk")}
    at = timezone.now()
    said = retry_labels(parcels.values(), actor=request.user, at=at)
    refused = {pk: why for pk, why in said.items() if why}
    asked = [parcels[pk].order_number for pk in said if pk not in refused]
    if not said:
        messages.error(request, "Choose at least one label.")
        return redirect("lockers:labels")
    request.session[TRIED] = {
        "at": timezone.localtime(at).strftime("%H:%M"),
        "asked": asked,
        "refused": {str(pk): {"order": parcels[pk].order_number, "why": why} for pk, why in refused.items()},
    }
    return redirect("lockers:labels")


@require_POST
@permission_required("lockers.retry_parcel", raise_exception=True)
def hand(request: Signed) -> HttpResponse:
    """Have ACS told again of labels of which it could not be told."""
    try:
        count = hand_again(parcel_ids(request.POST.getlist("parcel")), actor=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        if count:
            messages.success(request, f"ACS is told again of {count} label{'s' if count > 1 else ''} now.")
        else:
            messages.error(request, "ACS has been told of these, or is being told.")
    return redirect("lockers:labels")


@require_http_methods(["GET", "POST"])
@permission_required("lockers.replace_parcel", raise_exception=True)
def replace(request: Signed, parcel_id: int) -> HttpResponse:
    """Say what replacing a label does, and do it with a reason."""
    parcel = get_object_or_404(Parcel.objects.select_related("manifest"), pk=parcel_id)
    form = forms.ReplaceLabelForm(request.POST or None, initial={"version": parcel.version})
    refusal, status = why_not(parcel), 200
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = replace_label(parcel, why=said["reason"], actor=request.user, at=timezone.now(), version=said["version"])
        except (Refused, NotNow) as refused:
            refusal, status = str(refused), 409
        else:
            messages.success(request, f"Label {parcel} is void here. InPost is asked for the next one of order {parcel.order_number} now.")
            return redirect("lockers:label", made.pk)
    elif request.method == "POST":
        status = 422
    return render(
        request, "orders/replace_label.html", {"parcel": parcel, "form": form, "refusal": refusal, "told": is_told()}, status=status
    )
