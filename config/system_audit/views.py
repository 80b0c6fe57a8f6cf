"""A person looks at the system audit: the page, one gap with all its rows, the report to print, the files."""

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from config.system_audit import days
from config.system_audit.registry import BY_KEY, look_at_all, look_at_one
from config.system_audit.shown import HEAD, for_file, shown
from exceptions_queue.queries import sheets, words

PERMISSION = "config.view_systemauditday"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE, MOST_PAGES = 50, 10_000


class Signed(HttpRequest):
    user: User


@require_GET
@permission_required(PERMISSION, raise_exception=True)
def page(request: Signed) -> HttpResponse:
    """Every gap, by owner, the costliest first."""
    return _audit(request, "home/system_audit.html")


@require_GET
@permission_required(PERMISSION, raise_exception=True)
def report(request: Signed) -> HttpResponse:
    """The same to print and hand over: the summary first, then each gap with its first rows."""
    return _audit(request, "home/system_audit_report.html")


def _audit(request: Signed, template: str) -> HttpResponse:
    now = timezone.now()
    found = shown(look_at_all(at=now), user=request.user)
    return render(request, template, {"audit": found, "when": words.moment(now, now), "full": words.full(now)})


@require_GET
@permission_required(PERMISSION, raise_exception=True)
def gap(request: Signed, key: str) -> HttpResponse:
    """One check with every row behind it, 50 a page."""
    if key not in BY_KEY:
        raise Http404("The system audit has no check of this name.")
    now, check = timezone.now(), BY_KEY[key]
    found = look_at_one(check, at=now)
    count, number = (found.count, _number(request.GET.get("page", ""))) if found else (0, 1)
    start = (number - 1) * PAGE
    context = {
        "check": check,
        "gap": found,
        "may_open": request.user.has_perm(check.permission),
        "change": days.before(at=now).change(key, count),
        "rows": found.rows(start, start + PAGE) if found else (),
        "previous": number - 1,
        "next": number + 1 if start + PAGE < count else 0,
        "when": words.moment(now, now),
    }
    return render(request, "home/system_audit_gap.html", context)


def _number(said: str) -> int:
    """The page asked for; the first where that is no number."""
    return min(max(int(said), 1), MOST_PAGES) if said.isascii() and said.isdigit() and len(said) < 6 else 1


@require_GET
@permission_required(PERMISSION, raise_exception=True)
def as_csv(request: Signed) -> StreamingHttpResponse:
    """Every gap as CSV."""
    now = timezone.now()
    answer = StreamingHttpResponse(sheets.lines(HEAD, list(for_file(at=now))), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="system-audit-{timezone.localdate(now)}.csv"'
    return answer


@require_GET
@permission_required(PERMISSION, raise_exception=True)
def as_xlsx(request: Signed) -> HttpResponse:
    """Every gap as a workbook: as many rows as there are checks, so it is sent whole."""
    now = timezone.now()
    with sheets.workbook(HEAD, for_file(at=now), title="System audit") as book:
        answer = HttpResponse(book.read(), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="system-audit-{timezone.localdate(now)}.xlsx"'
    return answer
