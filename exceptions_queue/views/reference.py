"""A person asks what a code means: the operational reference, one page per code and all of them to print."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from exceptions_queue.catalogue import CATALOGUE, Code
from exceptions_queue.models import CaseCount
from exceptions_queue.reference import REFERENCE
from exceptions_queue.views import Signed


@require_GET
@permission_required("exceptions_queue.view_exceptioncase", raise_exception=True)
def index(request: Signed) -> HttpResponse:
    return render(request, "exceptions_queue/reference.html", {"pages": [_page(code) for code in CATALOGUE]})


@require_GET
@permission_required("exceptions_queue.view_exceptioncase", raise_exception=True)
def handbook(request: Signed) -> HttpResponse:
    """Every page of the reference on one, for printing."""
    return render(request, "exceptions_queue/handbook.html", {"pages": [_page(code) for code in CATALOGUE]})


@require_GET
@permission_required("exceptions_queue.view_exceptioncase", raise_exception=True)
def code(request: Signed, code: str) -> HttpResponse:
    code = code.upper()
    if code not in CATALOGUE:
        raise Http404("There is no such code.")
    open_count = sum(CaseCount.objects.filter(code=code).values_list("open_count", flat=True))
    return render(request, "exceptions_queue/code.html", {**_page(code), "open_count": open_count})


def _page(code: str) -> dict[str, Any]:
    return {"kind": CATALOGUE[code], "page": REFERENCE[Code(code)], "example": CATALOGUE[code].sentence({})}
