"""A person takes a posted write-off back, after seeing both journals side by side, or has a refused journal posted again."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from exceptions_queue.views.proof import decides_about_money
from returns.actions import posting, reversing
from returns.actions.outcomes import Refused
from returns.forms import ReverseForm
from returns.models import WriteOff
from returns.queries.desk import one, words
from returns.rules import journal
from returns.states import IN_THE_LEDGER
from returns.views import Signed
from returns.views.one import found_or_404

REVERSES = ["returns.view_writeoff", "returns.reverse_writeoff"]


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(REVERSES, raise_exception=True)
def reverse(request: Signed, reference: str) -> HttpResponse:
    """The two journals, then the reversal."""
    write_off = found_or_404(reference)
    return _reversed(request, write_off) if request.method == "POST" else _page(request, write_off)


@decides_about_money
def _reversed(request: Signed, write_off: WriteOff) -> HttpResponse:
    form = ReverseForm(request.POST)
    if not form.is_valid():
        return _page(request, write_off, form=form, status=422)
    try:
        reversing.ask(write_off.reference, **form.cleaned_data, actor=request.user, at=timezone.now())
    except Refused as refused:
        return _page(request, write_off, form=form, refusal=refused.sentence, status=409)
    messages.success(request, f"The journal that undoes {write_off.reference} is on its way to the ledger.")
    return redirect("returns:write-off", reference=write_off.reference)


@require_POST
@permission_required(["returns.view_writeoff", "returns.post_writeoff"], raise_exception=True)
@decides_about_money
def post_again(request: Signed, reference: str) -> HttpResponse:
    """Post once more what the ledger refused, after what it named was put right."""
    write_off = found_or_404(reference)
    try:
        done = posting.post_again(write_off.reference, actor=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("returns:write-off", reference=write_off.reference)
    if done:
        messages.success(request, f"{write_off.reference} is posted again.")
    else:
        messages.error(request, f"The ledger has not refused the journal of {write_off.reference}, or a colleague was quicker.")
    return redirect("returns:write-off", reference=write_off.reference)


def _page(request: Signed, write_off: WriteOff, *, form: ReverseForm | None = None, refusal: str = "", status: int = 200) -> HttpResponse:
    if write_off.journal is None or (write_off.state not in IN_THE_LEDGER and not refusal):
        messages.error(request, f"{write_off.reference} has no journal in the ledger that could be reversed.")
        return redirect("returns:write-off", reference=write_off.reference)
    names = words.account_names()
    mirrored = journal.as_rows(journal.mirror(journal.from_rows(write_off.lines)))
    context = {
        "write_off": write_off,
        "posted": one.posted(write_off.journal, names),
        "before": words.entries(write_off.lines, names),
        "after": words.entries(mirrored, names),
        "value": words.total(write_off.lines),
        "form": form or ReverseForm(),
        "refusal": refusal,
    }
    return render(request, "returns/reverse.html", context, status=status)
