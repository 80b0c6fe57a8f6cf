"""A program asks for exceptions, or acts on one: the same questions and the same acts as in the queue."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.response import Response

from exceptions_queue import actions
from exceptions_queue.api.door import Access, Asked, Conflict, Door, Unusable, question, refused, sent
from exceptions_queue.api.paging import by_instant, page_of
from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.filters import STATES, CaseFilter
from exceptions_queue.forms import AssignForm
from exceptions_queue.models import ExceptionCase
from exceptions_queue.queries import cases, words
from exceptions_queue.serializers import CASE_COLUMNS, Assign, Case, Note, Question, Snooze, Strict, Waive
from exceptions_queue.states import Owner

READ = Access("exceptions:read", ("exceptions_queue.view_exceptioncase",))
Do = Callable[[ExceptionCase, dict[str, Any], Asked], None]


class CaseQuestion(Question):
    """The filters of the queue."""

    state = serializers.ChoiceField(choices=STATES, required=False, help_text="open unless told.")
    owner = serializers.ChoiceField(choices=Owner.choices, required=False)
    code = serializers.ChoiceField(choices=list(CATALOGUE), required=False)
    assignee = serializers.CharField(max_length=150, required=False, help_text='A user name, "me" or "none".')
    due_before = serializers.DateTimeField(required=False)
    order = serializers.CharField(max_length=64, required=False, help_text="An order number.")
    cause = serializers.CharField(max_length=120, required=False, help_text="The `cause` of another case.")


class Cases(Door):
    """The queue."""

    access: ClassVar = {"GET": READ}

    @extend_schema(
        operation_id="exceptions_list",
        summary="List exceptions",
        description="Open ones by due time, closed ones by when they closed, newest first.",
        parameters=[CaseQuestion],
        responses=page_of("CasePage", Case),
    )
    def get(self, request: Asked) -> Response:
        asked, now = question(request, CaseQuestion), timezone.now()
        told = {name: _text(value) for name, value in asked.items() if name not in ("cursor", "limit")}
        filtered = CaseFilter(told, ExceptionCase.objects.all(), request=request, now=now, cutoff_at=now)  # type: ignore[arg-type]
        closed = filtered.shows_closed
        rows = filtered.qs.values(*CASE_COLUMNS)
        return by_instant(request, rows, asked, Case, key="closed_at" if closed else "due_at", newest_first=closed)


class OneCase(Door):
    """One exception, open or closed."""

    access: ClassVar = {"GET": READ}

    @extend_schema(operation_id="exceptions_retrieve", summary="Show one exception", responses=Case)
    def get(self, request: Asked, pk: int) -> Response:
        return Response(_shown(pk))


class Act(Door):
    """A person's act on one case. A refusal is 409 with its reason, somebody quicker 409 with the difference."""

    body: ClassVar[type[Strict]]

    def post(self, request: Asked, pk: int) -> Response:
        asked, case = sent(request, self.body), _case(pk)
        try:
            self.act(case, asked, request)
        except actions.Refused as no:
            raise refused(no.sentence, no.field) from no
        except actions.Stale as stale:
            raise _stale(stale, asked, request) from stale
        return Response(_shown(pk))

    @abstractmethod
    def act(self, case: ExceptionCase, asked: dict[str, Any], request: Asked) -> None:
        """Do it. Raises what the actions raise."""


def _described(name: str, summary: str, body: type[Strict]) -> Callable[[type[Act]], type[Act]]:
    answer = OpenApiResponse(Case, description="The case as it stands now.")
    return extend_schema_view(post=extend_schema(operation_id=f"exceptions_{name}", summary=summary, request=body, responses=answer))


def _may(permission: str) -> dict[str, Access]:
    return {"POST": Access("exceptions:write", ("exceptions_queue.view_exceptioncase", f"exceptions_queue.{permission}"))}


@_described("assign", "Give an exception to somebody", Assign)
class AssignCase(Act):
    access: ClassVar = _may("assign_exceptioncase")
    body = Assign

    def act(self, case: ExceptionCase, asked: dict[str, Any], request: Asked) -> None:
        form = AssignForm(asked)
        if not form.is_valid():
            raise Unusable({name: [str(error) for error in errors] for name, errors in form.errors.items()})
        to = request.user if form.cleaned_data["to"] == "me" else form.cleaned_data["to"]
        actions.assign(case, to=to, actor=request.user, at=timezone.now(), version=asked["version"])


@_described("snooze", "Put an exception aside until later", Snooze)
class SnoozeCase(Act):
    access: ClassVar = _may("snooze_exceptioncase")
    body = Snooze

    def act(self, case: ExceptionCase, asked: dict[str, Any], request: Asked) -> None:
        actions.snooze(case, **asked, actor=request.user, at=timezone.now())


@_described("waive", "Accept an exception as it is", Waive)
class WaiveCase(Act):
    access: ClassVar = _may("waive_exceptioncase")
    body = Waive

    def act(self, case: ExceptionCase, asked: dict[str, Any], request: Asked) -> None:
        actions.waive(case, **asked, actor=request.user, at=timezone.now())


@_described("note", "Write a note on an exception", Note)
class NoteOnCase(Act):
    access: ClassVar = _may("add_casenote")
    body = Note

    def act(self, case: ExceptionCase, asked: dict[str, Any], request: Asked) -> None:
        actions.add_note(case, **asked, author=request.user, at=timezone.now())


ACTS: dict[str, type[Act]] = {"assign": AssignCase, "snooze": SnoozeCase, "waive": WaiveCase, "note": NoteOnCase}


def _case(pk: int) -> ExceptionCase:
    found = cases.case_of(pk)
    if found is None:
        raise Http404("There is no such exception.")
    return found


def _shown(pk: int) -> dict[str, Any]:
    row = ExceptionCase.objects.filter(pk=pk).values(*CASE_COLUMNS).first()
    if row is None:
        raise Http404("There is no such exception.")
    return dict(Case(row).data)


def _text(value: Any) -> str:
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def _stale(stale: actions.Stale, asked: dict[str, Any], request: Asked) -> Conflict:
    """Who changed what since, and where it differs from what was sent."""
    theirs, entry = stale.theirs, cases.last_act(stale.theirs)
    who = "Lockstep" if entry is None or entry.actor_label.startswith("system:") else entry.actor_label
    what = cases.told(entry) if entry else "changed it"
    when = f" {words.moment(entry.at, timezone.now())}" if entry else ""
    sentence = f"Nothing was saved, because {who} was quicker{when} and {what}. Look at it again and send version {theirs.version}."
    return Conflict(sentence, "stale", version=theirs.version, difference=list(_differences(theirs, asked, request)))


def _differences(theirs: ExceptionCase, asked: dict[str, Any], request: Asked) -> list[dict[str, str]]:
    mine = {"to": ("assignee", theirs.assignee.get_username() if theirs.assignee else "none")}
    mine["until"] = ("snoozed_until", theirs.snoozed_until.isoformat() if theirs.snoozed_until else "not set aside")
    yours = {name: request.user.get_username() if value == "me" else _text(value) for name, value in asked.items()}
    told = [{"field": field, "yours": yours[name], "theirs": standing} for name, (field, standing) in mine.items() if name in yours]
    return [{"field": "state", "yours": "open", "theirs": theirs.state}, *told] if theirs.state != "open" else told
