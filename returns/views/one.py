"""A person looks at one write-off: as a page of its own, or in the panel beside the list."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from returns.forms import AnswerForm, CompleteForm, QueryForm, RejectForm
from returns.models import WriteOff
from returns.queries import authority
from returns.queries.desk import one, who
from returns.queries.evidence import standing_of
from returns.rules.authority import Person
from returns.rules.economics import advise
from returns.states import BEFORE_APPROVAL, IN_THE_LEDGER, WAITS_FOR_APPROVAL, WriteOffState
from returns.views import Signed
from returns.views.desk import APPROVE, COMPLETE

PANE = "pane"


@require_GET
@permission_required("returns.view_writeoff", raise_exception=True)
def write_off(request: Signed, reference: str) -> HttpResponse:
    return show(request, found_or_404(reference))


def found_or_404(reference: str) -> WriteOff:
    found = one.find(reference)
    if found is None:
        raise Http404(f"There is no write-off {reference[:20]}.")
    return found


def show(request: Signed, write_off: WriteOff, *, status: int = 200, refusal: str = "", filled: Mapping[str, Form] = {}) -> HttpResponse:
    """The page, or the panel where the list asks for it. `filled` are forms with faults, by their names in the template."""
    now = timezone.now()
    in_pane = bool(request.htmx) and request.htmx.target == PANE
    person, facts = authority.person_of(request.user, at=now), authority.facts_of([write_off])[write_off.pk]
    decides = who.who(write_off, facts, person, authority.limits(at=now), at=now)
    advice = advise(repair_pence=write_off.repair_pence, cleaning_pence=write_off.cleaning_pence, income_pence=write_off.income_pence)
    context: dict[str, Any] = {
        "write_off": write_off,
        "shown": one.shown(write_off, at=now),
        "who": decides,
        "signs": "" if decides.why_not else f"{write_off.reference}:{write_off.lines_hash}",
        "economics": "" if advice.beyond is None else advice.sentence,
        "refusal": refusal,
        "in_pane": in_pane,
        **_reversing(request, write_off, person),
    }
    context |= _forms(request, write_off, in_pane=in_pane) | dict(filled)
    standing = standing_of([write_off])[write_off.pk]
    context["lacks"] = one.lacks(standing)
    if not in_pane:
        context["checks"] = one.checks(write_off, standing)
    return render(request, "returns/parts/_pane.html" if in_pane else "returns/write_off.html", context, status=status)


def _reversing(request: Signed, write_off: WriteOff, person: Person) -> dict[str, Any]:
    """Whether this person is offered to take it back; and why not, where they could if they had no part in it."""
    if write_off.state not in IN_THE_LEDGER or not request.user.has_perm("returns.reverse_writeoff"):
        return {"may_reverse": False}
    no = who.why_not_reverse(write_off, person)
    return {"may_reverse": not no, "no_reverse": no}


def _forms(request: Signed, write_off: WriteOff, *, in_pane: bool) -> dict[str, Form]:
    """What this person may do with it as it stands."""
    forms: dict[str, Form] = {}
    state, user = write_off.state, request.user
    if user.has_perm(APPROVE) and state in WAITS_FOR_APPROVAL:
        forms |= {"query_form": QueryForm(), "reject_form": RejectForm()}
    if user.has_perm(COMPLETE) and state == WriteOffState.QUERIED:
        forms["answer_form"] = AnswerForm()
    if user.has_perm(COMPLETE) and state in BEFORE_APPROVAL and not in_pane:
        forms["complete_form"] = CompleteForm(initial=_standing(write_off))
    return forms


def _standing(write_off: WriteOff) -> dict[str, Any]:
    return {name: getattr(write_off, name, None) for name in CompleteForm.base_fields}
