"""A person acts on one case. Every act is a POST with the version that was seen, and answers with the case's page."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from exceptions_queue import actions
from exceptions_queue.forms import ActForm, AssignForm, CloseForm, HandOverForm, NoteForm, ReasonForm, SnoozeForm, first_error
from exceptions_queue.models import AuditEntry, ExceptionCase
from exceptions_queue.queries import cases, rows, words
from exceptions_queue.states import CaseState
from exceptions_queue.views import Signed
from exceptions_queue.views.case import case_page, get_case, in_pane
from exceptions_queue.views.toasts import toast

Do = Callable[[ExceptionCase, dict[str, Any]], None]


@require_POST
@permission_required("exceptions_queue.assign_exceptioncase", raise_exception=True)
def assign(request: Signed, pk: int) -> HttpResponse:
    def do(case: ExceptionCase, asked: dict[str, Any]) -> None:
        to = request.user if asked["to"] == "me" else asked["to"]
        actions.assign(case, to=to, actor=request.user, at=timezone.now(), version=asked["version"])

    return _act(request, pk, AssignForm(request.POST), do, "Assigned.")


@require_POST
@permission_required("exceptions_queue.assign_exceptioncase", raise_exception=True)
def take(request: Signed, pk: int) -> HttpResponse:
    """Assign to me from the list. Answers the row as it stands now, whoever was quicker."""
    form, case, now = ActForm(request.POST), get_case(pk), timezone.now()
    if form.is_valid():
        with suppress(actions.Stale):  # the row below shows who has it
            actions.assign(case, to=request.user, actor=request.user, at=now, version=form.cleaned_data["version"])
    [row] = cases.rows().filter(pk=pk)
    return HttpResponse(rows.row(row, rows.Ink(timezone.localtime(now), reverse("queue:list"), may_take=True)))


@require_POST
@permission_required("exceptions_queue.snooze_exceptioncase", raise_exception=True)
def snooze(request: Signed, pk: int) -> HttpResponse:
    def do(case: ExceptionCase, asked: dict[str, Any]) -> None:
        actions.snooze(case, **asked, actor=request.user, at=timezone.now())

    return _act(request, pk, SnoozeForm(request.POST), do, "Put aside.")


@require_POST
@permission_required("exceptions_queue.snooze_exceptioncase", raise_exception=True)
def wake(request: Signed, pk: int) -> HttpResponse:
    def do(case: ExceptionCase, asked: dict[str, Any]) -> None:
        actions.wake(case, version=asked["version"], actor=request.user, at=timezone.now())

    return _act(request, pk, ReasonForm(request.POST), do, "The snooze has ended.")


@require_POST
@permission_required("exceptions_queue.snooze_exceptioncase", raise_exception=True)
def wait(request: Signed, pk: int) -> HttpResponse:
    """The customer has been asked: only the owner's response clock stops."""

    def do(case: ExceptionCase, asked: dict[str, Any]) -> None:
        actions.wait_for_customer(case, version=asked["version"], actor=request.user, at=timezone.now())

    return _act(request, pk, ActForm(request.POST), do, "Waits for the customer.")


@require_POST
@permission_required("exceptions_queue.snooze_exceptioncase", raise_exception=True)
def resume(request: Signed, pk: int) -> HttpResponse:
    def do(case: ExceptionCase, asked: dict[str, Any]) -> None:
        actions.resume(case, version=asked["version"], actor=request.user, at=timezone.now())

    return _act(request, pk, ActForm(request.POST), do, "Waits no longer.")


@require_POST
@permission_required("exceptions_queue.assign_exceptioncase", raise_exception=True)
def hand_over(request: Signed, pk: int) -> HttpResponse:
    def do(case: ExceptionCase, asked: dict[str, Any]) -> None:
        actions.hand_over(case, **asked, actor=request.user, at=timezone.now())

    return _act(request, pk, HandOverForm(request.POST), do, "Handed over.")


@require_POST
@permission_required("exceptions_queue.waive_exceptioncase", raise_exception=True)
def waive(request: Signed, pk: int) -> HttpResponse:
    def do(case: ExceptionCase, asked: dict[str, Any]) -> None:
        actions.waive(case, **asked, actor=request.user, at=timezone.now())

    return _act(request, pk, ReasonForm(request.POST), do, "Waived.")


@require_POST
@permission_required("exceptions_queue.close_exceptioncase", raise_exception=True)
def close(request: Signed, pk: int) -> HttpResponse:
    """Close by hand. A case is open because its check failed when last looked at, so closing accepts a risk."""

    def do(case: ExceptionCase, asked: dict[str, Any]) -> None:
        still_failing = asked.pop("accept")
        actions.close_by_hand(case, **asked, still_failing=still_failing, actor=request.user, at=timezone.now())

    return _act(request, pk, CloseForm(request.POST), do, "Closed by hand.")


@require_POST
@permission_required("exceptions_queue.close_exceptioncase", raise_exception=True)
def reopen(request: Signed, pk: int) -> HttpResponse:
    def do(case: ExceptionCase, asked: dict[str, Any]) -> None:
        actions.reopen(case, **asked, actor=request.user, at=timezone.now())

    return _act(request, pk, ReasonForm(request.POST), do)


@require_POST
@permission_required(["exceptions_queue.view_exceptioncase", "exceptions_queue.add_casenote"], raise_exception=True)
def note(request: Signed, pk: int) -> HttpResponse:
    case, form = get_case(pk), NoteForm(request.POST)
    if not form.is_valid():
        return case_page(request, case, note=form)
    actions.add_note(case, text=form.cleaned_data["text"], author=request.user, at=timezone.now())
    return _done(request, pk, "The note is kept.")


def _act(request: Signed, pk: int, form: Form, do: Do, told: str = "") -> HttpResponse:
    """Do it and show the case; 422 with a sentence where it cannot be done, 409 with the difference where somebody was quicker.

    `told` says what was done of an act that can be taken back.
    """
    case = get_case(pk)
    before = actions.snapshot(case)
    if not form.is_valid():
        return case_page(request, case, refusal=first_error(form))
    try:
        do(case, dict(form.cleaned_data))
    except actions.Refused as refusal:
        return case_page(request, get_case(pk), refusal=refusal.sentence)
    except actions.Stale as stale:
        return _difference(request, stale)
    # The token is of the case as this act left it: what a colleague does before the page is read again is not taken back.
    return _done(request, pk, told, actions.token(case, before, actor=request.user) if told else "")


def _done(request: Signed, pk: int, told: str, token: str = "") -> HttpResponse:
    """The case as it stands now: its page, or for the pane beside the list, with what was done in passing and the way back."""
    if not in_pane(request):
        return redirect("queue:case", pk=pk)
    case = get_case(pk)
    return toast(case_page(request, case), f"{case.subject_label}: {told or 'Saved.'}", undo_token=token)


def _difference(request: Signed, stale: actions.Stale) -> HttpResponse:
    """Who changed what since this person looked, and their own input kept for a second try."""
    theirs, entry = stale.theirs, cases.last_act(stale.theirs)
    context = {
        "case": theirs,
        "who": "Lockstep" if entry is None or entry.actor_label.startswith("system:") else entry.actor_label,
        "when": words.moment(entry.at, timezone.now()) if entry else "",
        "what": _what(theirs, entry),
        "again": request.path if theirs.state == CaseState.OPEN else "",
        "frame": "exceptions_queue/parts/_bare.html" if in_pane(request) else "base.html",
        "typed": [(name, value) for name, value in request.POST.items() if name not in ("version", "csrfmiddlewaretoken")],
    }
    return render(request, "exceptions_queue/difference.html", context, status=409)


def _what(theirs: ExceptionCase, entry: AuditEntry | None) -> str:
    """What stands now, in words: "assigned to Priya", "put right and closed"."""
    if theirs.state == CaseState.CURED:
        return "the check passes now and the case is closed"
    return cases.told(entry) if entry else "it was changed"
