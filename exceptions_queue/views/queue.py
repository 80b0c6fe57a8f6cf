"""A person asks for the queue: the list, the next case, the export."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue import actions, calendars
from exceptions_queue.catalogue import CATALOGUE, sentence
from exceptions_queue.catalogue.kinds import CHECK_AGAIN
from exceptions_queue.filters import CaseFilter
from exceptions_queue.models import ExceptionCase
from exceptions_queue.queries import keyset, presence, rail, rail_html, rows, sheets, words
from exceptions_queue.states import Owner
from exceptions_queue.views import Signed

PAGE = 50
MOST_PICKED = 2_000
TAKES = "exceptions_queue.assign_exceptioncase"


class Question(NamedTuple):
    """What is asked of the queue, and the cut-off it is asked before."""

    asked: CaseFilter
    due: calendars.Due
    now: datetime


@require_GET
@permission_required("exceptions_queue.view_exceptioncase", raise_exception=True)
def queue(request: Signed) -> HttpResponse:
    """The list, the most urgent first; what was closed, the newest first. Everything it shows is in its address."""
    asking = question(request, request.GET)
    asked, now, base = asking.asked, asking.now, reverse("queue:list")
    page = page_of(asked, request.GET)
    counts = counts_for(request, asking)
    context = {
        "rows": rows.render(page.rows, ink(request, page, now)),
        "may_take": request.user.has_perm(TAKES),
        "may_export": request.user.has_perm("exceptions_queue.export_exceptioncase"),
        "rail": rail_html.render(counts, base=base, asked=asked.asked),
        "strip": strip(asking.due, now),
        "at_risk": rail.cases(counts.before_cutoff),
        "unassigned": rail.cases(counts.unassigned),
        "asked": asked.asked,
        "kept": [(name, value) for name, value in asked.asked.items() if name != "q"],
        "question": urlencode(asked.asked),
        "showing": asked.in_words,
        "refused": asked.refused,
        "shows_closed": asked.shows_closed,
        "counts": counts,
        "links": _links(base, asked.asked, page),
        "page": page,
        "now": words.moment(now, now),
        "at": _addresses(),
    }
    return render(request, "exceptions_queue/queue.html", context)


@cache
def _addresses() -> dict[str, str]:
    """Where this page leads: looked up once, for a dozen look-ups cost as much as a query."""
    names = ("list", "take-next", "jobs", "causes", "views", "pulse", "ask", "matching", "save-view", "export")
    return {name.replace("-", "_"): reverse(f"queue:{name}") for name in names} | {"recheck": reverse(CHECK_AGAIN.url_name)}


@require_POST
@permission_required(TAKES, raise_exception=True)
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
    """The filtered queue, or the picked cases, as CSV, row by row. Times are local; no personal data."""
    asking = question(request, request.GET)
    cases, picked = asking.asked.qs, picked_of(request.GET)
    if picked and "all" not in request.GET:
        cases = ExceptionCase.objects.filter(pk__in=picked)
    found = cases.values_list(*_EXPORTED.values()).order_by("due_at", "id").iterator(chunk_size=2000)
    lines = sheets.lines([*_EXPORTED, "What to do"], (_told(dict(zip(_EXPORTED, values, strict=True))) for values in found))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="queue-{timezone.localtime(asking.now):%Y-%m-%d-%H%M}.csv"'
    return answer


def question(request: Signed, told: QueryDict) -> Question:
    """The question in `told`, an address or a form."""
    now = timezone.now()
    due = calendars.shown_clock(at=now).release_due(at=now)
    return Question(CaseFilter(told, ExceptionCase.objects.all(), request=request, now=now, cutoff_at=due.due_at), due, now)


def page_of(asked: CaseFilter, place: QueryDict) -> keyset.Page[dict[str, Any]]:
    closed = asked.shows_closed
    return keyset.page(
        asked.qs.values(*rows.COLUMNS),
        key="closed_at" if closed else "due_at",
        newest_first=closed,
        size=PAGE,
        after=place.get("after", ""),
        before=place.get("before", ""),
    )


def counts_for(request: Signed, asking: Question) -> rail.Counts:
    return rail.counts(user_id=request.user.pk, cutoff_at=asking.due.due_at, at=asking.now)


def ink(request: Signed, page: keyset.Page[dict[str, Any]], now: datetime) -> rows.Ink:
    """How this person's rows are drawn."""
    looks = presence.looks([row["id"] for row in page.rows], user_id=request.user.pk, at=now)
    return rows.Ink(timezone.localtime(now), reverse("queue:list"), request.user.has_perm(TAKES), looks)


def strip(due: calendars.Due, now: datetime) -> str:
    return f"ACS order cut-off {words.moment(due.due_at, now)}, {words.span(due.due_at - now)} left."


def picked_of(told: QueryDict) -> set[int]:
    """The ids of picked cases, whatever else was sent."""
    return {int(pk) for pk in told.getlist("ids")[:MOST_PICKED] if pk.isascii() and pk.isdigit() and len(pk) < 19}


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


def _told(row: dict[str, Any]) -> Iterator[Any]:
    kind = CATALOGUE.get(row["Code"])
    told = row | {"What is wrong": sentence(row["Code"], row["What is wrong"]), "Value in pounds": row["Value in pounds"] / 100}
    yield from told.values()
    yield kind.what_to_do if kind else ""
