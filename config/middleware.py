"""What every request passes: a request id in the log, an idle clock, an htmx-aware login, no-store."""

import re
import time
import uuid
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

import structlog
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from config.api.problems import is_for_programs, problem
from config.errors import busy, is_busy
from config.people.access import note_seen

Next = Callable[[HttpRequest], HttpResponse]

SEEN_EVERY_S = 300
# An e-mail address, or a British number however people space it: 07712 345068, +44 (0)7712-345-068. Inside a longer word it is none.
_GAP = r"(?:[+ ()-]|%2[0BD89])*"
_PERSONAL = re.compile(
    rf"[^\s&=]@[^\s&=]+\.|%40|(?:(?<![0-9A-Z-])|(?<=%20)|(?<=%2B))(?:0{_GAP}7|(?:00)?44{_GAP}(?:0{_GAP})?[1-9])(?:{_GAP}[0-9]){{8,9}}(?![0-9A-Z])",
    re.IGNORECASE,
)
FORM = "application/x-www-form-urlencoded"
NO_NUL = "What was sent holds a character that cannot be kept (NUL). Go back, delete it and send it again."
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")

log = structlog.get_logger(__name__)


class _Pass:
    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response


class RequestLog(_Pass):
    """One line a request: method, route, status, milliseconds, request id. Never an address with its values.

    An address that holds an e-mail address or a mobile number is refused: addresses end up in logs and histories.
    One with a NUL names nothing, and PostgreSQL would not even look for it; nor would it keep one that a form holds.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
        request.META["lockstep.request_id"] = request_id
        started = time.monotonic()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self._answer(request)
            self._log(request, response, started)
        response["X-Request-Id"] = request_id
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if _PERSONAL.search(request.META.get("QUERY_STRING", "")):
            sentence = "This address holds personal data, which must not stand in an address. Search by order number instead."
            if is_for_programs(request.path):
                return problem(400, sentence)
            return HttpResponse(sentence, status=400, content_type="text/plain; charset=utf-8")
        if "\x00" in request.path:
            sentence = "There is nothing at this address."
            return (
                problem(404, sentence) if is_for_programs(request.path) else HttpResponse(sentence, status=404, content_type="text/plain")
            )
        if request.content_type == FORM and (b"%00" in request.body or b"\x00" in request.body):
            return HttpResponse(NO_NUL, status=400, content_type="text/plain; charset=utf-8")
        return self.get_response(request)

    def _log(self, request: HttpRequest, response: HttpResponse, started: float) -> None:
        route = request.resolver_match.route if request.resolver_match else ""
        ms = round((time.monotonic() - started) * 1000)
        log.info("request", method=request.method, route=route, status=response.status_code, ms=ms)


class Busy(_Pass):
    """Whatever page or address a lock could not be had for: a sentence and 503, never a fault of ours."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not is_busy(exception):
            return None
        log.warning("busy", why=type(exception.__cause__).__name__)
        return busy(request)


class SessionClock(_Pass):
    """Ends a session nobody has used for half an hour. Notes the last use every five minutes, so that a page costs no write."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = int(time.time())
        if request.user.is_authenticated:
            seen = int(request.session.get("seen_at", now))
            if now - seen > settings.SESSION_IDLE_SECONDS:
                logout(request)
                messages.info(request, "You were away for half an hour, so the session ended. Please sign in again.")
            elif now - seen >= SEEN_EVERY_S or "seen_at" not in request.session:
                request.session["seen_at"] = now
                note_seen(request.user, at=timezone.now())
        return self.get_response(request)


class SignInFirst(LoginRequiredMiddleware):
    """Without a session to the login page, and from there back to where one was: after an act that is its page, never its address."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]) -> HttpResponseRedirect:
        if request.method in ("GET", "HEAD") and not request.headers.get("HX-Request"):
            return super().handle_no_permission(request, view_func)
        page = _page_of(request)
        login = resolve_url(self.get_login_url(view_func))
        return redirect_to_login(page, login) if page else redirect(login)


def _page_of(request: HttpRequest) -> str:
    """The path of the page that sent this request, as the browser tells it; "" for none, and for a page that is not ours."""
    told = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(told, allowed_hosts={request.get_host()}):
        return ""
    parts = urlsplit(told)
    return urlunsplit(("", "", parts.path, parts.query, ""))


class HtmxLogin(_Pass):
    """A fragment asked for after the session ended must not show the login page inside the panel: the whole page goes there."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.headers.get("HX-Request") and response.status_code == 302 and not request.user.is_authenticated:
            away = HttpResponse(status=204)
            away["HX-Redirect"] = response["Location"]
            return away
        return response


class PrivatePages(_Pass):
    """What a signed-in person sees is kept by no cache, and a fragment is never taken for its page."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["HX-Request"])
        return response
