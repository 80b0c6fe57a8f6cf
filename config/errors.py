"""Error pages that say what happened and what to do."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.api.problems import is_for_programs, problem


def _page(request: HttpRequest, status: int, heading: str, sentence: str) -> HttpResponse:
    if is_for_programs(request.path):
        return problem(status, f"{heading}. {sentence}")
    context = {"heading": heading, "sentence": sentence, "reference": request.META.get("lockstep.request_id", "")}
    template = "parts/_refused.html" if request.headers.get("HX-Request") else "refused.html"
    return render(request, template, context, status=status)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403, "This page is too old", "It was open for too long, or cookies are blocked. Reload the page and do it again.")


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
