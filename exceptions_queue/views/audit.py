"""A person asks who did what: the audit log and the check of its chain."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue import audit
from exceptions_queue.filters import AuditFilter
from exceptions_queue.models import AuditEntry
from exceptions_queue.queries import cases, keyset, words
from exceptions_queue.views import Signed

PAGE = 50
CHECKED_HERE = 20_000  # seals: a few seconds; the command checks all of them
_COLUMNS = ("id", "at", "actor_label", "verb", "subject_label", "after", "reason", "seal__seq")


@require_GET
@permission_required("exceptions_queue.view_auditentry", raise_exception=True)
def log(request: Signed) -> HttpResponse:
    """Every act, the newest first, by who, what and whom."""
    asked = AuditFilter(request.GET, AuditEntry.objects.all())
    page = keyset.page(
        asked.qs.values(*_COLUMNS),
        key="at",
        newest_first=True,
        size=PAGE,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    now = timezone.now()
    entries = [_told(row, now) for row in page.rows]
    return render(request, "exceptions_queue/audit.html", {"entries": entries, "asked": asked.asked, "links": _links(asked.asked, page)})


def _told(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    told = {"when": words.moment(row["at"], now), "full": words.full(row["at"]), "iso": row["at"].isoformat()}
    return row | told | {"changes": cases.changes(row["after"]), "seq": row["seal__seq"]}


def _links(asked: dict[str, Any], page: keyset.Page[Any]) -> dict[str, str]:
    base = reverse("queue:audit")
    return {
        "first": "" if page.is_first else f"{base}?{urlencode(asked)}",
        "previous": f"{base}?{urlencode(asked | {'before': page.previous})}" if page.previous else "",
        "next": f"{base}?{urlencode(asked | {'after': page.next})}" if page.next else "",
    }


@require_POST
@permission_required("exceptions_queue.view_auditentry", raise_exception=True)
def verify(request: Signed) -> HttpResponse:
    """Recompute the newest part of the chain and say what was found."""
    report = audit.verify(newest=CHECKED_HERE)
    context = {"report": report, "whole": report.sealed <= CHECKED_HERE, "checked": min(report.sealed, CHECKED_HERE)}
    return render(request, "exceptions_queue/verified.html", context, status=200 if report.holds else 409)
