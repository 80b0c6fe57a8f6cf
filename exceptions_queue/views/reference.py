"""A person asks what a code means: the operational reference, one page per code and all of them to print."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from exceptions_queue.catalogue import CATALOGUE, Code
from exceptions_queue.forms import EnoughForm
from exceptions_queue.models import CaseCount
from exceptions_queue.queries import reference
from exceptions_queue.queries.lately import lately
from exceptions_queue.reference import REFERENCE
from exceptions_queue.views import Signed

READS_OPINIONS = "exceptions_queue.view_referencefeedback"


@require_GET
@permission_required("exceptions_queue.view_exceptioncase", raise_exception=True)
def index(request: Signed) -> HttpResponse:
    """Every page in a row; who keeps the reference also sees what readers said of each in thirty days."""
    now, asks = timezone.now(), request.user.has_perm(READS_OPINIONS)
    said = reference.opinions(at=now) if asks else {}
    written = reference.all_latest(at=now)
    pages = [_page(code) | {"own": code in written, "said": said.get(code)} for code in CATALOGUE]
    return render(request, "exceptions_queue/reference.html", {"pages": pages, "asks": asks})


@require_GET
@permission_required("exceptions_queue.view_exceptioncase", raise_exception=True)
def handbook(request: Signed) -> HttpResponse:
    """Every page of the reference on one, with the house's own words, for printing."""
    written = reference.all_latest(at=timezone.now())
    pages = [_page(code) | {"own": written.get(code)} for code in CATALOGUE]
    return render(request, "exceptions_queue/handbook.html", {"pages": pages})


@require_GET
@permission_required("exceptions_queue.view_exceptioncase", raise_exception=True)
def code(request: Signed, code: str) -> HttpResponse:
    return show(request, known(code))


def known(code: str) -> Code:
    """Raises Http404 for a code that is not in the catalogue."""
    if code.upper() not in CATALOGUE:
        raise Http404("There is no such code.")
    return Code(code.upper())


def show(request: Signed, code: Code, *, form: EnoughForm | None = None, status: int = 200) -> HttpResponse:
    """One page. `form` is what somebody said of it that could not be kept."""
    now, kind = timezone.now(), CATALOGUE[code]
    context = {
        **_page(code),
        "open_count": sum(CaseCount.objects.filter(code=code).values_list("open_count", flat=True)),
        "lately": lately(code, at=now),
        "own": reference.latest(code, at=now),
        "owned": reference.owned(kind),
        "opinion": reference.opinion(code, at=now) if request.user.has_perm(READS_OPINIONS) else None,
        "said": reference.said_today(code, request.user.pk, at=now),
        "form": form,
    }
    return render(request, "exceptions_queue/code.html", context, status=status)


def _page(code: str) -> dict[str, Any]:
    return {"kind": CATALOGUE[code], "page": REFERENCE[Code(code)], "example": CATALOGUE[code].sentence({})}
