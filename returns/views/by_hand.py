"""A person raises a write-off that no grade has raised. Whoever does never approves it."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from returns.actions import raising
from returns.actions.outcomes import Refused
from returns.forms import ByHandForm
from returns.views import Signed

RAISES = ["returns.view_writeoff", "returns.add_writeoff"]


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(RAISES, raise_exception=True)
def by_hand(request: Signed) -> HttpResponse:
    """Name the garment and say why it is beyond repair."""
    if request.method != "POST":
        return _page(request, ByHandForm(initial={"rfid": request.GET.get("rfid", "")[:64]}))
    form = ByHandForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    said = form.cleaned_data
    try:
        raised = raising.raise_by_hand(said["rfid"], reason=said["reason"], actor=request.user, at=timezone.now())
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
        return _page(request, form)
    messages.success(request, f"Raised. The garment is off sale; somebody else approves {raised.reference}.")
    return redirect("returns:write-off", reference=raised.reference)


def _page(request: Signed, form: ByHandForm) -> HttpResponse:
    return render(request, "returns/by_hand.html", {"form": form}, status=422 if form.is_bound else 200)
