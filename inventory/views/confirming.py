"""A person vouches for a garment that came back from where nothing comes back."""

import json

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from inventory.actions import Refused, confirm_garment
from inventory.forms import ConfirmForm
from inventory.models import Garment
from inventory.queries import garments
from inventory.views import Signed, address

NOTHING_TO_CONFIRM = "Nobody doubts this garment: there is nothing to confirm."


@require_http_methods(["GET", "POST"])
@permission_required("inventory.confirm_garment", raise_exception=True)
def confirm(request: Signed, rfid: str) -> HttpResponse:
    """Confirm one garment, with a reason: a fragment inside a case, or a page of its own."""
    garment = garments.garment_of(rfid)
    if garment is None:
        raise Http404("ACS has never named this garment.")
    if not garment.doubted_since:
        return _show(
            request, garment, ConfirmForm(), tone="warn", sentence=NOTHING_TO_CONFIRM, status=200 if request.method == "GET" else 409
        )
    if request.method == "GET":
        return _show(request, garment, ConfirmForm())
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _show(request, garment, form, status=422)
    try:
        confirm_garment(garment, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
    except Refused as refused:
        return _show(request, garment, form, tone="warn", sentence=refused.sentence, status=409)
    return _done(request, garment)


def _show(request: Signed, garment: Garment, form: ConfirmForm, *, tone: str = "", sentence: str = "", status: int = 200) -> HttpResponse:
    urls = {"url": address("inventory:confirm-garment", rfid=garment.rfid), "garment_url": address("inventory:garment", rfid=garment.rfid)}
    context = {"garment": garment, "form": form, "tone": tone, "sentence": sentence, **urls}
    page = "inventory/parts/_confirm.html" if request.htmx else "inventory/confirm.html"
    return render(request, page, context, status=status)


def _done(request: Signed, garment: Garment) -> HttpResponse:
    """What keeps it off sale now, if anything does."""
    sentence = f"Confirmed. {garments.told(garment, at=timezone.now()).answer.sentence}"
    if not request.htmx:
        messages.success(request, sentence)
        return redirect("inventory:garment", rfid=garment.rfid)
    answer = _show(request, garment, ConfirmForm(), tone="ok", sentence=sentence)
    answer["HX-Trigger"] = json.dumps({"toast": sentence})
    return answer
