"""A person asks for one case: the sentence, the fix, why, and what happened."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from exceptions_queue import actions, calendars
from exceptions_queue.catalogue import CATALOGUE, sentence
from exceptions_queue.forms import CloseForm, NoteForm, snooze_choices
from exceptions_queue.models import ExceptionCase
from exceptions_queue.queries import cases, rows, words
from exceptions_queue.states import CaseState, Owner
from exceptions_queue.views import Signed


@require_GET
@permission_required("exceptions_queue.view_exceptioncase", raise_exception=True)
def case(request: Signed, pk: int) -> HttpResponse:
    return case_page(request, get_case(pk))


def get_case(pk: int) -> ExceptionCase:
    found = cases.case_of(pk)
    if found is None:
        raise Http404("There is no such case.")
    return found


def case_page(request: Signed, case: ExceptionCase, *, refusal: str = "", note: NoteForm | None = None) -> HttpResponse:
    """The page of one case; with a refusal, 422 and the sentence on top."""
    context = {
        "case": case,
        "kind": CATALOGUE.get(case.code),
        "sentence": sentence(case.code, case.evidence),
        "is_open": case.state == CaseState.OPEN,
        "fixes": cases.fixes(case, may=request.user.has_perm) if case.state == CaseState.OPEN else [],
        "evidence": cases.evidence(case),
        "events": [_told(event) for event in cases.timeline(case)],
        "note_form": note or NoteForm(),
        "refusal": refusal,
        "typed": request.POST,
        **_chips(case),
        **(_choices(request, case) if case.state == CaseState.OPEN else {}),
    }
    return render(request, "exceptions_queue/case.html", context, status=422 if refusal or note else 200)


def _chips(case: ExceptionCase) -> dict[str, Any]:
    now = timezone.now()
    is_open = case.state == CaseState.OPEN
    until = case.snoozed_until if is_open else None
    return {
        "case": case,
        "is_open": is_open,
        "owner": Owner(case.owner).label,
        "due_chip": rows.due_chip(case.due_at, timezone.localtime(now)) if is_open else rows.state_chip(case.state, case.closed_at),
        "snooze_chip": rows.snooze_chip(until, now) if until and until > now else "",
        "due": words.full(case.due_at),
        "collection": words.full(case.cutoff_at) if case.cutoff_at else "",
        "opened": words.full(case.opened_at),
        "seen": words.full(case.last_seen_at),
        "closed": words.full(case.closed_at) if case.closed_at else "",
        "closed_who": case.closed_by.get_username() if case.closed_by else "Lockstep",
        "value": words.pounds(case.value_pence),
    }


def _choices(request: Signed, case: ExceptionCase) -> dict[str, Any]:
    """What this person may still do with an open case."""
    now = timezone.now()
    return {
        "is_mine": case.assignee_id == request.user.pk,
        "snooze_choices": snooze_choices(due_at=case.due_at, now=now, clock=calendars.default_clock(at=now)),
        "may_not_waive": actions.may_not_waive(case, request.user),
        "close_form": CloseForm(),
    }


def _told(event: cases.Event) -> dict[str, Any]:
    now = timezone.now()
    return {"event": event, "when": words.moment(event.at, now), "full": words.full(event.at), "iso": event.at.isoformat()}
