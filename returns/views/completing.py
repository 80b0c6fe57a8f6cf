"""A person adds what a write-off lacks: why, where the garment goes, the proof of it, what it stands at."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from returns.actions import completing
from returns.actions.outcomes import Refused
from returns.forms import CompleteForm
from returns.views import Signed
from returns.views.deciding import COMPLETES
from returns.views.one import found_or_404, show


@require_POST
@permission_required(COMPLETES, raise_exception=True)
def complete(request: Signed, reference: str) -> HttpResponse:
    """Save what is said of one; the checklist then decides whether it goes on to approval."""
    write_off, form = found_or_404(reference), CompleteForm(request.POST)
    if not form.is_valid():
        return show(request, write_off, status=422, filled={"complete_form": form})
    try:
        completing.complete(reference, **form.changes(), actor=request.user, at=timezone.now())
    except Refused as refused:
        if refused.field not in form.fields:
            return show(request, write_off, status=409, refusal=refused.sentence, filled={"complete_form": form})
        form.add_error(refused.field, refused.sentence)
        return show(request, write_off, status=422, filled={"complete_form": form})
    messages.success(request, f"Saved. {reference} is drafted anew.")
    return redirect("returns:write-off", reference=reference)
