"""A person asks who did what: the audit log, its export, and the check of its chain."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue import audit
from exceptions_queue.filters import AuditFilter
from exceptions_queue.models import AuditEntry
from exceptions_queue.queries import acts, keyset, sheets, words
from exceptions_queue.views import Signed

PAGE = 50
CHECKED_HERE = 20_000  # seals: a few seconds; the command checks all of them
EXPORT = ["exceptions_queue.view_auditentry", "exceptions_queue.export_auditentry"]


@require_GET
@permission_required("exceptions_queue.view_auditentry", raise_exception=True)
def log(request: Signed) -> HttpResponse:
    """Every act, the newest first, by who, what, whom, which order and which days."""
    now, asked = timezone.now(), AuditFilter(request.GET, AuditEntry.objects.all())
    page = keyset.page(
        asked.qs.values(*acts.COLUMNS),
        key="at",
        newest_first=True,
        size=PAGE,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "entries": [acts.told(row, now) for row in page.rows],
        "asked": asked.asked,
        "form": asked.form,
        "refused": asked.refused,
        "links": _links(asked.asked, page),
        "chain": _chain(now),
        "may_export": request.user.has_perms(EXPORT),
    }
    return render(request, "exceptions_queue/audit.html", context)


def _chain(now: datetime) -> dict[str, Any]:
    """How the chain stands, in words."""
    standing = audit.standing()
    return {
        "sealed": standing.sealed,
        "waiting": f"{standing.waiting}{'+' if standing.waiting == audit.MANY else ''}",
        "age": words.span(now - standing.oldest_at) if standing.oldest_at else "",
        "late": bool(standing.oldest_at and now - standing.oldest_at > audit.LATE_AFTER),
    }


def _links(asked: dict[str, Any], page: keyset.Page[Any]) -> dict[str, str]:
    base, question = reverse("queue:audit"), urlencode(asked)
    return {
        "first": "" if page.is_first else f"{base}?{question}",
        "previous": f"{base}?{urlencode(asked | {'before': page.previous})}" if page.previous else "",
        "next": f"{base}?{urlencode(asked | {'after': page.next})}" if page.next else "",
        "export": f"{reverse('queue:audit-export')}{'?' if question else ''}{question}",
    }


@require_GET
@permission_required(EXPORT, raise_exception=True)
def export(request: Signed) -> StreamingHttpResponse:
    """What the same question finds as CSV, all of it, row by row, with each entry's seal."""
    found = AuditFilter(request.GET, AuditEntry.objects.all()).qs
    answer = StreamingHttpResponse(sheets.lines(acts.HEAD, acts.for_file(found)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="audit-{timezone.localtime():%Y-%m-%d-%H%M}.csv"'
    return answer


@require_POST
@permission_required("exceptions_queue.view_auditentry", raise_exception=True)
def verify(request: Signed) -> HttpResponse:
    """Recompute the newest part of the chain and say what was found."""
    now, report = timezone.now(), audit.verify(newest=CHECKED_HERE)
    context = {
        "report": report,
        "whole": report.sealed <= CHECKED_HERE,
        "checked": min(report.sealed, CHECKED_HERE),
        "age": words.span(now - report.oldest_unsealed_at) if report.oldest_unsealed_at else "",
        "since": words.full(report.oldest_unsealed_at) if report.oldest_unsealed_at else "",
        "at": words.full(now),
    }
    return render(request, "exceptions_queue/verified.html", context, status=200 if report.holds else 409)
