"""A person decides: approves many at once after reading what it would say, asks about one, rejects one, answers a question."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from exceptions_queue.views.proof import decides_about_money
from returns.actions import deciding
from returns.actions.outcomes import Outcome, Refused
from returns.forms import MOST_AT_ONCE, AnswerForm, ApproveForm, QueryForm, RejectForm
from returns.queries import authority
from returns.queries.desk import rows, sheets
from returns.queries.desk.words import money
from returns.rules.authority import why_not
from returns.views import Signed
from returns.views.one import found_or_404, show

DECIDES = ["returns.view_writeoff", "returns.approve_writeoff"]
COMPLETES = ["returns.view_writeoff", "returns.complete_writeoff"]
NONE_PICKED = "Pick the write-offs first."


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(DECIDES, raise_exception=True)
def approve(request: Signed) -> HttpResponse:
    """First the sheet of what is picked, in words and with the total; then, from it, the approval."""
    picked = _picked(request)
    if not picked:
        if request.method == "POST":
            messages.error(request, NONE_PICKED)
        return redirect("returns:write-offs")
    return _approved(request, picked) if request.POST.get("do") == "approve" else _sheet_page(request, picked)


def _picked(request: Signed) -> dict[str, str]:
    """{reference: the hash of what was seen}."""
    pairs = (each.partition(":") for each in request.POST.getlist("pick")[:MOST_AT_ONCE])
    return {reference[:20]: seen[:64] for reference, _, seen in pairs if reference}


def _sheet_page(
    request: Signed, picked: Mapping[str, str], *, form: Form | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    shown = _sheet(request, picked)
    blank = ApproveForm(total_pence=_to_type(shown.pence))
    context = {"sheet": shown, "form": form or blank, "refusal": refusal}
    return render(request, "returns/approve.html", context, status=status)


def _sheet(request: Signed, picked: Mapping[str, str]) -> sheets.Sheet:
    now = timezone.now()
    found = list(rows.with_parts().filter(reference__in=picked))
    person, facts = authority.person_of(request.user, at=now), authority.facts_of(found)
    by_day = settings.LEDGER_POSTING == "day"
    return sheets.sheet(picked, found, why_not=lambda one: why_not(person, facts[one.pk]), by_day=by_day, at=now)


def _to_type(pence: int) -> int:
    """The total where it is to be typed once more, else nothing."""
    return pence if pence >= settings.WRITE_OFF_TYPED_ABOVE_PENCE else 0


@decides_about_money
def _approved(request: Signed, picked: Mapping[str, str]) -> HttpResponse:
    shown = _sheet(request, picked)
    form = ApproveForm(request.POST, total_pence=_to_type(shown.pence))
    if not form.is_valid():
        return _sheet_page(request, picked, form=form, status=422)
    said = form.cleaned_data
    try:
        outcomes = deciding.approve_many(
            picked, actor=request.user, at=timezone.now(), comment=said["comment"], total_pence=said.get("total")
        )
    except Refused as refused:
        if refused.field not in form.fields:
            return _sheet_page(request, picked, refusal=refused.sentence, status=422)
        form.add_error(refused.field, refused.sentence)
        return _sheet_page(request, picked, form=form, status=422)
    return render(request, "returns/approved.html", {"result": _result(outcomes, {row.reference: row.pence for row in shown.rows})})


def _result(outcomes: list[Outcome], pence: Mapping[str, int]) -> sheets.Result:
    done, held = [each for each in outcomes if each.done], [each for each in outcomes if not each.done]
    worth = f", {money(sum(pence.get(each.reference, 0) for each in done))}" if done else ""
    title = f"{len(done)} approved{worth}" + (f"; {len(held)} held back" if held else "")
    lede = "Each journal is read back from the ledger and compared." if done else "Nothing was approved; each says why."
    return sheets.Result(title, lede, _by_sentence(done), _by_sentence(held))


def _by_sentence(outcomes: list[Outcome]) -> list[tuple[str, list[str]]]:
    """What is said of several is said once."""
    found: dict[str, list[str]] = defaultdict(list)
    for each in outcomes:
        found[each.sentence].append(each.reference)
    return list(found.items())


@require_POST
@permission_required(DECIDES, raise_exception=True)
@decides_about_money
def query(request: Signed, reference: str) -> HttpResponse:
    """Send one back with a question."""
    form = QueryForm(request.POST)
    return _do(request, reference, "query_form", form, deciding.query, "{} goes back with your question.")


@require_POST
@permission_required(DECIDES, raise_exception=True)
@decides_about_money
def reject(request: Signed, reference: str) -> HttpResponse:
    """Reject one, with a reason from the short list."""
    form = RejectForm(request.POST)
    return _do(request, reference, "reject_form", form, deciding.reject, "{} is rejected: nothing is posted.")


@require_POST
@permission_required(COMPLETES, raise_exception=True)
def answer(request: Signed, reference: str) -> HttpResponse:
    """Answer the question about one."""
    form = AnswerForm(request.POST)
    return _do(
        request, reference, "answer_form", form, deciding.answer, "Answered. {} is up for approval again once its evidence is complete."
    )


def _do(request: Signed, reference: str, name: str, form: Form, act: Callable[..., Any], said: str) -> HttpResponse:
    write_off = found_or_404(reference)
    if not form.is_valid():
        return show(request, write_off, status=422, filled={name: form})
    try:
        act(reference, **form.cleaned_data, actor=request.user, at=timezone.now())
    except Refused as refused:
        if refused.field not in form.fields:
            return show(request, write_off, status=409, refusal=refused.sentence)
        form.add_error(refused.field, refused.sentence)
        return show(request, write_off, status=422, filled={name: form})
    messages.success(request, said.format(reference))
    return redirect("returns:write-offs") if request.POST.get("back") == "list" else redirect("returns:write-off", reference=reference)
