"""Write-offs for programs to read, and the four acts of a person on one: the same as on the pages, with the same refusals."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.response import Response

from exceptions_queue.api.door import Access, Asked, Conflict, Door, question, refused, sent
from exceptions_queue.api.paging import by_instant, page_of
from exceptions_queue.serializers import Strict
from returns import serializers as shapes
from returns.actions import deciding, reversing
from returns.actions.outcomes import NotFound, Refused
from returns.api.proof import must_be_a_person, must_be_fresh
from returns.models import WriteOff

VIEW = "returns.view_writeoff"


class WriteOffs(Door):
    """The register."""

    access: ClassVar = {"GET": Access("returns:read", (VIEW,))}

    @extend_schema(
        operation_id="write_offs_list",
        summary="List write-offs",
        description="The newest first.",
        parameters=[shapes.WriteOffQuestion],
        responses=page_of("WriteOffPage", shapes.WriteOff),
    )
    def get(self, request: Asked) -> Response:
        asked = question(request, shapes.WriteOffQuestion)
        chosen = {name: value for name, value in asked.items() if name not in ("cursor", "limit")}
        rows = WriteOff.objects.filter(**chosen).values(*shapes.WRITE_OFF_COLUMNS)
        return by_instant(request, rows, asked, shapes.WriteOff, key="raised_at", newest_first=True)


class Act(Door):
    """A person's act on one write-off: never a token's. 409 where it has changed since, or the state or a rule forbids it."""

    body: ClassVar[type[Strict]]

    def post(self, request: Asked, reference: str) -> Response:
        must_be_a_person(request)
        asked = sent(request, self.body)
        must_be_fresh(request)
        seen = asked.pop("lines_hash")
        _check(reference, seen)
        try:
            self.act(reference, seen, asked, request)
        except NotFound as gone:
            raise Http404(gone.sentence) from gone
        except Refused as no:
            raise refused(no.sentence, no.field if no.field in self.body().fields else "") from no
        return Response(_shown(reference))

    @abstractmethod
    def act(self, reference: str, seen: str, asked: dict[str, Any], request: Asked) -> None:
        """Do it. Raises what the actions raise."""


def _described(name: str, summary: str, body: type[Strict]) -> Callable[[type[Act]], type[Act]]:
    answer = OpenApiResponse(shapes.WriteOff, description="The write-off as it stands now.")
    return extend_schema_view(post=extend_schema(operation_id=f"write_offs_{name}", summary=summary, request=body, responses=answer))


def _may(permission: str) -> dict[str, Access]:
    return {"POST": Access("", (VIEW, f"returns.{permission}"))}


@_described("approve", "Approve a write-off", shapes.Approve)
class Approve(Act):
    access: ClassVar = _may("approve_writeoff")
    body = shapes.Approve

    def act(self, reference: str, seen: str, asked: dict[str, Any], request: Asked) -> None:
        [outcome] = deciding.approve_many({reference: seen}, actor=request.user, at=timezone.now(), **asked)
        if not outcome.done:
            raise Conflict(outcome.sentence, "stale" if outcome.sentence == deciding.CHANGED else "refused")


@_described("query", "Ask about a write-off", shapes.Query)
class Query(Act):
    access: ClassVar = _may("approve_writeoff")
    body = shapes.Query

    def act(self, reference: str, seen: str, asked: dict[str, Any], request: Asked) -> None:
        deciding.query(reference, **asked, actor=request.user, at=timezone.now())


@_described("reject", "Reject a write-off", shapes.Reject)
class Reject(Act):
    access: ClassVar = _may("approve_writeoff")
    body = shapes.Reject

    def act(self, reference: str, seen: str, asked: dict[str, Any], request: Asked) -> None:
        deciding.reject(reference, **asked, actor=request.user, at=timezone.now())


@_described("reverse", "Reverse a posted write-off", shapes.Reverse)
class Reverse(Act):
    access: ClassVar = _may("reverse_writeoff")
    body = shapes.Reverse

    def act(self, reference: str, seen: str, asked: dict[str, Any], request: Asked) -> None:
        reversing.ask(reference, **asked, actor=request.user, at=timezone.now())


ACTS: dict[str, type[Act]] = {"approve": Approve, "query": Query, "reject": Reject, "reverse": Reverse}


def _check(reference: str, seen: str) -> None:
    """What is decided about is what was seen. An approval looks again under its lock."""
    standing = WriteOff.objects.filter(reference=reference).values_list("lines_hash", flat=True).first()
    if standing is None:
        raise Http404("There is no such write-off.")
    if standing != seen:
        raise Conflict(deciding.CHANGED, "stale")


def _shown(reference: str) -> dict[str, Any]:
    row = WriteOff.objects.filter(reference=reference).values(*shapes.WRITE_OFF_COLUMNS).first()
    if row is None:
        raise Http404("There is no such write-off.")
    return dict(shapes.WriteOff(row).data)
