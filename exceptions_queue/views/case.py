"""A person asks for one case: the sentence, the fix, why, and what happened. A page of its own, or the pane beside the list."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from exceptions_queue import actions, calendars
from exceptions_queue.catalogue import CATALOGUE, sentence
from exceptions_queue.catalogue.kinds import blocked
from exceptions_queue.forms import CLOSE_REASONS, WAIVE_REASONS, NoteForm, snooze_choices
from exceptions_queue.models import ExceptionCase
from exceptions_queue.queries import cases, people, presence, rows, words
from exceptions_queue.states import CaseState, Owner
from exceptions_queue.views import Signed

PANE = "pane"  # the id of the part of the queue's page that shows one case


@require_GET
@permission_required("exceptions_queue.view_exceptioncase", raise_exception=True)
def case(request: Signed, pk: int) -> HttpResponse:
    return case_page(request, get_case(pk))


def get_case(pk: int) -> ExceptionCase:
    found = cases.case_of(pk)
    if found is None:
        raise Http404("There is no such case.")
    return found


def in_pane(request: Signed) -> bool:
    """Is the answer for the pane beside the list?"""
    return bool(request.htmx) and request.htmx.target == PANE


def case_page(request: Signed, case: ExceptionCase, *, refusal: str = "", note: NoteForm | None = None) -> HttpResponse:
    """One case, as a page or for the pane; with a refusal, 422 and the sentence on top."""
    is_open = case.state == CaseState.OPEN
    context = {
        "pane": in_pane(request),
        "kind": CATALOGUE.get(case.code),
        "sentence": sentence(case.code, case.evidence),
        "fixes": cases.fixes(case, may=request.user.has_perm) if is_open else [],
        "recheck": cases.recheck(case) if is_open else "",
        "evidence": cases.evidence(case),
        "events": [_told(event) for event in cases.timeline(case)],
        "related": cases.related(case),
        "note_form": note or NoteForm(),
        "refusal": refusal,
        "typed": request.POST,
        **_chips(request, case),
        **(_choices(request, case) if is_open else {}),
    }
    template = "exceptions_queue/parts/_pane.html" if context["pane"] else "exceptions_queue/case.html"
    return render(request, template, context, status=422 if refusal or note else 200)


def _chips(request: Signed, case: ExceptionCase) -> dict[str, Any]:
    now = timezone.now()
    is_open = case.state == CaseState.OPEN
    until = case.snoozed_until if is_open else None
    looks = presence.looks([case.pk], user_id=request.user.pk, at=now)
    return {
        "case": case,
        "is_open": is_open,
        "owner": Owner(case.owner).label,
        "assignee": words.name_of(case.assignee) if case.assignee else "",
        "due_chip": rows.due_chip(case.due_at, timezone.localtime(now)) if is_open else rows.state_chip(case.state, case.closed_at),
        "snooze_chip": rows.snooze_chip(until, now) if until and until > now else "",
        "paused": _paused(case, now) if is_open else "",
        "here": looks.here.get(case.pk, []),
        "due": words.full(case.due_at),
        "blocks_words": blocked(case.blocks),
        "collection": words.full(case.cutoff_at) if case.cutoff_at else "",
        "opened": words.full(case.opened_at),
        "seen": words.full(case.last_seen_at),
        "closed": words.full(case.closed_at) if case.closed_at else "",
        "closed_who": words.name_of(case.closed_by) if case.closed_by else "Lockstep",
        "value": words.pounds(case.value_pence),
    }


def _paused(case: ExceptionCase, now: datetime) -> str:
    """ "Paused 2 h 5 m by Priya Shah": the owner's response clock, never the minutes to the cut-off."""
    if not case.waiting_since:
        return ""
    who = f" by {words.name_of(case.waiting_by)}" if case.waiting_by else ""
    back = f"; it comes back {words.moment(case.waiting_until, now)}" if case.waiting_until else ""
    return f"Waiting for the customer: paused {words.span(now - case.waiting_since)}{who}{back}"


def _choices(request: Signed, case: ExceptionCase) -> dict[str, Any]:
    """What this person may still do with an open case."""
    now = timezone.now()
    may_assign = request.user.has_perm("exceptions_queue.assign_exceptioncase")
    return {
        "is_mine": case.assignee_id == request.user.pk,
        "people": [(name, label) for name, label in people.working() if name != request.user.get_username()] if may_assign else [],
        "desks": [(value, label) for value, label in Owner.choices if value != case.owner],
        "snooze_choices": snooze_choices(due_at=case.due_at, now=now, clock=calendars.shown_clock(at=now)),
        "due_iso": case.due_at.isoformat(),
        "may_not_waive": actions.may_not_waive(case, request.user),
        "close_reasons": CLOSE_REASONS,
        "waive_reasons": WAIVE_REASONS,
    }


def _told(event: cases.Event) -> dict[str, Any]:
    now = timezone.now()
    return {"event": event, "when": words.moment(event.at, now), "full": words.full(event.at), "iso": event.at.isoformat()}
