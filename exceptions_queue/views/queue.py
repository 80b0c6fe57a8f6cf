"""A person asks for the queue: the list, the next case, the export."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue import actions, calendars
from exceptions_queue.catalogue import CATALOGUE, sentence
from exceptions_queue.filters import CaseFilter
from exceptions_queue.models import ExceptionCase
from exceptions_queue.queries import keyset, rail, rail_html, rows, words
from exceptions_queue.states import Owner
from exceptions_queue.views import Signed

PAGE = 50


@require_GET
@permission_required("exceptions_queue.view_exceptioncase", raise_exception=True)
def queue(request: Signed) -> HttpResponse:
    """The list, the most urgent first; what was closed, the newest first. Everything it shows is in its address."""
    now = timezone.now()
    due = calendars.shown_clock(at=now).release_due(at=now)
    asked = _filter(request, now, due)
    page = _page(request, asked)
    counts = rail.counts(user_id=request.user.pk, cutoff_at=due.due_at)
    base = reverse("queue:list")
    may_take = request.user.has_perm("exceptions_queue.assign_exceptioncase")
    context = {
        "rows": rows.render(page.rows, now=now, base=base, may_take=may_take),
        "may_take": may_take,
        "may_export": request.user.has_perm("exceptions_queue.export_exceptioncase"),
        "rail": rail_html.render(counts, base=base, asked=asked.asked),
        "strip": _strip(due, now),
        "at_risk": rail.cases(counts.before_cutoff),
        "unassigned": rail.cases(counts.unassigned),
        "asked": asked.asked,
        "kept": [(name, value) for name, value in asked.asked.items() if name != "q"],
        "showing": asked.in_words,
        "refused": asked.refused,
        "shows_closed": asked.shows_closed,
        "counts": counts,
        "links": _links(base, asked.asked, page),
        "page": page,
    }
    return render(request, "exceptions_queue/queue.html", context)


@require_POST
@permission_required("exceptions_queue.assign_exceptioncase", raise_exception=True)
def take_next(request: Signed) -> HttpResponse:
    """Give the most urgent case that nobody has, of this person's desks, to this person, and open it."""
    roles = set(request.user.groups.values_list("name", flat=True)) & set(Owner.values)
    case = actions.take_next(user=request.user, owners=roles or set(Owner.values), at=timezone.now())
    if case is None:
        messages.info(request, "Nothing waits for anybody on your desk.")
        return redirect("queue:list")
    return redirect("queue:case", pk=case.pk)


@require_GET
@permission_required(["exceptions_queue.view_exceptioncase", "exceptions_queue.export_exceptioncase"], raise_exception=True)
def export(request: Signed) -> StreamingHttpResponse:
    """The filtered queue as CSV, row by row. Times are local; no personal data."""
    now = timezone.now()
    asked = _filter(request, now, calendars.default_clock(at=now).release_due(at=now))
    found = asked.qs.values_list(*_EXPORTED.values()).order_by("due_at", "id").iterator(chunk_size=2000)
    answer = StreamingHttpResponse(_lines(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="queue-{timezone.localtime(now):%Y-%m-%d-%H%M}.csv"'
    return answer


def _filter(request: Signed, now: datetime, due: calendars.Due) -> CaseFilter:
    return CaseFilter(request.GET, ExceptionCase.objects.all(), request=request, now=now, cutoff_at=due.due_at)


def _page(request: Signed, asked: CaseFilter) -> keyset.Page[dict[str, Any]]:
    closed = asked.shows_closed
    return keyset.page(
        asked.qs.values(*rows.COLUMNS),
        key="closed_at" if closed else "due_at",
        newest_first=closed,
        size=PAGE,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )


def _strip(due: calendars.Due, now: datetime) -> str:
    return f"ACS order cut-off {words.moment(due.due_at, now)}, {words.span(due.due_at - now)} left."


def _links(base: str, asked: dict[str, str], page: keyset.Page[Any]) -> dict[str, str]:
    """The addresses around this page, each with the same question."""
    return {
        "first": "" if page.is_first else _address(base, asked),
        "previous": _address(base, asked, before=page.previous) if page.previous else "",
        "next": _address(base, asked, after=page.next) if page.next else "",
        "export": _address(reverse("queue:export"), asked),
    }


def _address(base: str, asked: dict[str, str], **more: str) -> str:
    query = urlencode(asked | more)
    return f"{base}?{query}" if query else base


# --- export -----------------------------------------------------------------------------------------------------------

_EXPORTED = {
    "Due": "due_at",
    "Collection": "cutoff_at",
    "Order": "order_number",
    "Subject": "subject_label",
    "Code": "code",
    "What is wrong": "evidence",
    "Owner": "owner",
    "Assignee": "assignee__username",
    "State": "state",
    "Value in pounds": "value_pence",
    "Opened": "opened_at",
    "Closed": "closed_at",
    "Closed because": "closed_why",
}


class _Echo:
    """A file that gives back what is written, so that the CSV writer can feed a stream."""

    def write(self, line: str) -> str:
        return line


def _lines(found: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow([*_EXPORTED, "What to do"])
    for values in found:
        yield writer.writerow([_cell(value) for value in _told(dict(zip(_EXPORTED, values, strict=True)))])


def _told(row: dict[str, Any]) -> Iterator[Any]:
    kind = CATALOGUE.get(row["Code"])
    told = row | {"What is wrong": sentence(row["Code"], row["What is wrong"]), "Value in pounds": row["Value in pounds"] / 100}
    yield from told.values()
    yield kind.what_to_do if kind else ""


def _cell(value: Any) -> str:
    """Text that no spreadsheet runs: a leading =, +, -, @, tab or return is put behind an apostrophe."""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return f"{value:.2f}"
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
