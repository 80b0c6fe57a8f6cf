"""Labels: what failed and why, what is being made, what is ready to print."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from lockers.actions import Refused
from lockers.actions.copies import print_copy
from lockers.queries import labels

_TYPES = {"pdf": "application/pdf", "zpl": "application/zpl"}


@require_GET
@permission_required("lockers.view_parcel", raise_exception=True)
def label_list(request: HttpRequest) -> HttpResponse:
    page = {"causes": labels.causes(), "being_made": labels.being_made(), "labelled": labels.labelled(), "counts": labels.counts()}
    return render(request, "lockers/labels.html", page)


@never_cache
@require_POST
@permission_required("lockers.print_parcel", raise_exception=True)
def label_print(request: HttpRequest, parcel_id: int) -> HttpResponse:
    """The label itself, kept by nobody on the way: it names the customer."""
    form = request.POST.get("format", "")
    try:
        label, _ = print_copy(parcel_id, form=form, why=request.POST.get("why", ""), actor=request.user, at=timezone.now())  # type: ignore[arg-type]
    except Refused as why:
        messages.error(request, str(why))
        return redirect("lockers:labels")
    name = f"label-{parcel_id}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(bytes(label.content), content_type=_TYPES[form], headers=headers)
