"""Error pages that say what happened and what to do."""

import json
import sqlite3
from contextlib import suppress
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.api.problems import is_for_programs, problem
from inventory.queries.levels import FEED
from partners.models import SyncRun

MINUTE_S = 60
READING = "A stock file is being read just now; try again in a minute. Nothing was changed."
BUSY = "Somebody else is changing the same just now; try again in a minute. Nothing was changed."
_TAKEN = {"55P03", "40P01"}  # PostgreSQL: a lock was waited for too long; two waited for each other and this one gave way
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _page(request: HttpRequest, status: int, heading: str, sentence: str, **more: Any) -> HttpResponse:
    if is_for_programs(request.path):
        return problem(status, f"{heading}. {sentence}")
    context = {"heading": heading, "sentence": sentence, "reference": request.META.get("lockstep.request_id", ""), **more}
    template = "parts/_refused.html" if request.headers.get("HX-Request") else "refused.html"
    return render(request, template, context, status=status)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    sentence = "It was open for too long, or cookies are blocked. Reload the page and do it again."
    by_link = request.resolver_match is not None and request.resolver_match.view_name == "orders:customer"
    return _page(request, 403, "This page is too old", sentence, again=request.path if by_link else "")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A panel that a page asks for by itself says in place whose work it is; everything else is refused as a page."""
    if request.method == "GET" and request.headers.get("HX-Request"):
        return render(request, "parts/_not_yours.html")
    return _page(request, 403, "Not yours to do", "Your role does not allow this. Ask an integration admin if you need it for your work.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404, "Not here", "There is nothing at this address. It may have been mistyped, or removed.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return _page(request, 413, "This is too much at once", "Nothing was changed. Send less.")
    return _page(request, 400, "This request cannot be read", "Nothing was changed. Go back and try again.")


def broken(request: HttpRequest) -> HttpResponse:
    return _page(request, 500, "A fault of ours", "Nothing you typed was saved. It has been logged; tell us the reference below.")


def is_busy(error: BaseException) -> bool:
    """Whether the database gave up waiting for what somebody else holds: the same may go through in a moment."""
    cause = error.__cause__ if isinstance(error, DatabaseError) else None
    return getattr(cause, "sqlstate", None) in _TAKEN or getattr(cause, "sqlite_errorcode", 0) & 0xFF in _LOCKED


def busy(request: HttpRequest) -> HttpResponse:
    """503, and nothing typed is lost: a fragment's form stays where it is, and a page's comes back to be sent again."""
    sentence = READING if _is_reading_stock() else BUSY
    if is_for_programs(request.path):
        answer = problem(503, sentence, "busy")
    else:
        answer = _page(request, 503, "Not just now", sentence, again=request.get_full_path(), typed=_typed(request))
        answer["HX-Trigger"] = json.dumps({"toast": {"text": sentence, "tone": "warn"}})
        answer["Cache-Control"] = "no-store"
    answer["Retry-After"] = str(MINUTE_S)
    return answer


def _is_reading_stock() -> bool:
    with suppress(DatabaseError):
        return SyncRun.objects.filter(feed__name=FEED, outcome=SyncRun.Outcome.RUNNING).exists()
    return False


def _typed(request: HttpRequest) -> list[tuple[str, str]] | None:
    """The fields of a form, to be sent again; None for a page that was only asked for, and for what no page may hold: a file, a
    password."""
    if request.method != "POST" or request.FILES or request.path.startswith("/account/"):
        return None
    return [(name, value) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken" for value in values]
