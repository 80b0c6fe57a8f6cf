"""A person has labels made again, with what their orders say by now."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from lockers.models import Parcel
from orders.actions.labelling import retry_labels
from orders.views import Signed

MOST = 200
SAID = 5


@require_POST
@permission_required("lockers.retry_parcel", raise_exception=True)
def retry(request: Signed) -> HttpResponse:
    """Try one parcel or all of a cause again, at most 200 at once; each that could not be is named with its reason."""
    ids = [int(pk) for pk in request.POST.getlist("parcel") if pk.isascii() and pk.isdigit() and len(pk) < 19][:MOST]
    parcels = {parcel.pk: parcel for parcel in Parcel.objects.filter(pk__in=ids).order_by("pk")}
    said = retry_labels(parcels.values(), actor=request.user, at=timezone.now())
    refused = {pk: why for pk, why in said.items() if why}
    if asked := len(said) - len(refused):
        messages.success(request, f"Asked InPost again for {asked} label{'s' if asked > 1 else ''}.")
    for pk, why in list(refused.items())[:SAID]:
        messages.error(request, f"Order {parcels[pk].order_number}: {why}")
    if len(refused) > SAID:
        messages.error(request, f"And {len(refused) - SAID} more could not be tried again.")
    if not said:
        messages.error(request, "Choose at least one label.")
    return redirect("lockers:labels")
