"""Refusals for programs: RFC 9457 problem documents with a sentence a person can act on."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.views import set_rollback

SENTENCES = {
    exceptions.NotFound: "There is nothing at this address. It may have been mistyped, or removed.",
    exceptions.NotAuthenticated: "Send a token (Authorization: Bearer …) or sign in first.",
    exceptions.UnsupportedMediaType: "Send JSON, with the header Content-Type: application/json.",
    exceptions.NotAcceptable: "The answer is JSON: ask for application/json, or leave the header Accept out.",
    exceptions.MethodNotAllowed: "This address does not know that method. The header Allow names those it knows.",
}


def is_for_programs(path: str) -> bool:
    """Whether who asks there reads JSON. The documentation is a page."""
    return path.startswith("/api/") and not path.startswith("/api/docs/")


def problem(status: int, sentence: str, code: str = "", **more: Any) -> HttpResponse:
    """One problem document. `code` is for programs and defaults to the status in words."""
    title = HTTPStatus(status).phrase
    told = {"type": "about:blank", "title": title, "status": status, "code": code or title.lower().replace(" ", "_"), "detail": sentence}
    return JsonResponse(told | more, status=status, content_type="application/problem+json")


def handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Every refusal of an API view. None for a fault of ours, which the house's own page for it answers and logs."""
    known = _known(error)
    if known is None:
        return None
    set_rollback()
    answer = problem(known.status_code, _sentence(known), _code(known), **_more(known))
    if scheme := getattr(known, "auth_header", ""):
        answer["WWW-Authenticate"] = scheme
    if isinstance(known, exceptions.Throttled):
        answer["Retry-After"] = str(_wait(known))
    return answer


def _known(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, Http404):
        return exceptions.NotFound(str(error) or None)
    if isinstance(error, DjangoPermissionDenied):
        return exceptions.PermissionDenied("Your role does not allow this.")
    return error if isinstance(error, exceptions.APIException) else None


def _sentence(error: exceptions.APIException) -> str:
    if isinstance(error, exceptions.ValidationError):
        faults = list(_faults(error.detail))
        first = f"{faults[0]['field']}: {faults[0]['detail']}" if faults else "It cannot be used."
        return first if len(faults) < 2 else f"{first} And {len(faults) - 1} more: see errors."
    if type(error) is exceptions.Throttled:
        return f"Too many requests: wait {_wait(error)} s."
    if type(error) is exceptions.PermissionDenied and error.detail == exceptions.PermissionDenied.default_detail:
        return "Your role does not allow this."
    said = str(error.detail)
    return said if isinstance(error, exceptions.NotFound) and said != error.default_detail else SENTENCES.get(type(error), said)


def _wait(error: exceptions.Throttled) -> int:
    """Whole seconds, at least one: a caller that waits them is let in."""
    return max(1, int(getattr(error, "wait", None) or 1))


def _code(error: exceptions.APIException) -> str:
    return "invalid" if isinstance(error, exceptions.ValidationError) else str(error.get_codes())


def _more(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        return {"errors": list(_faults(error.detail))}
    return dict(getattr(error, "more", {}))


def _faults(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """The nested errors as a list of {field, detail}; a field inside another as "outer.inner"."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _faults(inner, ".".join(filter(None, (field, "" if name == "non_field_errors" else str(name)))))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _faults(inner, field)
    else:
        yield {"field": field or "body", "detail": str(detail)}
