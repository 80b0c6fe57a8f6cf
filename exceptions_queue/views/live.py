"""An open queue asks what has changed, and for the parts that it loads when they are needed."""

from typing import Any
from urllib.parse import parse_qsl

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from exceptions_queue import actions, calendars
from exceptions_queue.forms import snooze_choices
from exceptions_queue.models import ExceptionCase
from exceptions_queue.queries import cards, cases, people, presence, rail, rail_html, rows, saved
from exceptions_queue.states import CaseState, Owner
from exceptions_queue.views import Signed
from exceptions_queue.views.queue import TAKES, Question, counts_for, picked_of, question, strip

MOST_ROWS = 100
SEES = "exceptions_queue.view_exceptioncase"
ASKS = {
    "assign": ("Assign", TAKES),
    "snooze": ("Snooze", "exceptions_queue.snooze_exceptioncase"),
    "wait": ("Wait for the customer", "exceptions_queue.snooze_exceptioncase"),
    "note": ("Add a note", "exceptions_queue.add_casenote"),
}


@require_POST
@permission_required(SEES, raise_exception=True)
def pulse(request: Signed) -> HttpResponse:
    """What has changed since the page was drawn, and that this person has `open` open.

    `rows` are "id.version" of the rows on the page; `newest` is the highest case id when it was drawn. Changed rows come as
    HTML, `gone` are those closed meanwhile; nothing is said about where a row should stand now.
    """
    asking = question(request, request.POST)
    opened = _see(request, asking)
    versions = _versions(request.POST.get("rows", ""))
    looks = presence.looks([*versions, *([opened.pk] if opened else [])], user_id=request.user.pk, at=asking.now)
    ink = rows.Ink(timezone.localtime(asking.now), reverse("queue:list"), request.user.has_perm(TAKES), looks)
    standing = list(cases.rows().filter(pk__in=versions))
    return JsonResponse(
        {
            "rows": {row["id"]: rows.row(row, ink) for row in standing if row["version"] != versions[row["id"]]},
            "gone": [row["id"] for row in standing if row["state"] != CaseState.OPEN],
            "due": {row["id"]: rows.due_cell(row, ink.now) for row in standing},
            "eyes": {row["id"]: rows.eyes(looks.here.get(row["id"], ())) for row in standing},
            "open": _opened(opened, looks),
            **_around(request, asking),
        }
    )


def _see(request: Signed, asking: Question) -> ExceptionCase | None:
    pk = request.POST.get("open", "")
    opened = cases.case_of(int(pk)) if _is_number(pk) else None
    if opened:
        actions.see(opened, user=request.user, at=asking.now)
    return opened


def _versions(told: str) -> dict[int, int]:
    pairs = (pair.split(".") for pair in told.split(",")[:MOST_ROWS])
    return {int(pair[0]): int(pair[1]) for pair in pairs if len(pair) == 2 and all(map(_is_number, pair))}


def _is_number(text: str) -> bool:
    """Digits that every database takes for a whole number."""
    return text.isascii() and text.isdigit() and len(text) < 19


def _opened(opened: ExceptionCase | None, looks: presence.Looks) -> dict[str, Any] | None:
    if opened is None:
        return None
    return {"state": opened.state, "version": opened.version, "here": looks.here.get(opened.pk, [])}


def _around(request: Signed, asking: Question) -> dict[str, Any]:
    """The counts, and how many cases have come that would stand in this list."""
    counts, asked, newest = counts_for(request, asking), asking.asked, request.POST.get("newest", "")
    since = int(newest) if _is_number(newest) else 0
    fresh = asked.qs.filter(pk__gt=since).order_by()[: MOST_ROWS + 1].count() if since and not asked.shows_closed else 0
    return {
        "rail": rail_html.render(counts, base=reverse("queue:list"), asked=asked.asked),
        "strip": strip(asking.due, asking.now),
        "fresh": fresh,
    }


@require_GET
@permission_required(SEES, raise_exception=True)
def matching(request: Signed) -> HttpResponse:
    """How many cases the question matches: exact as far as anything here is counted, then with a plus."""
    found = question(request, request.GET).asked.qs.order_by()[: rail.CAP + 1].count()
    return HttpResponse(rail.capped(found), content_type="text/plain; charset=utf-8")


@require_GET
@permission_required(SEES, raise_exception=True)
def causes(request: Signed) -> HttpResponse:
    """The cards over the list: what is to blame for most open cases, of the desk that is shown or of one's own."""
    owner = request.GET.get("owner", "")
    owners = frozenset({owner} if owner in Owner.values else people.desks_of(request.user))
    return render(
        request,
        "exceptions_queue/parts/_causes.html",
        {"cards": cards.shown(owners, may=request.user.has_perm, at=timezone.now()), "may_take": request.user.has_perm(TAKES)},
    )


@require_GET
@permission_required(SEES, raise_exception=True)
def views(request: Signed) -> HttpResponse:
    """The views that people keep, at the foot of the rail; the one that is open may be deleted by whose it is."""
    kept = saved.views_for(request.user, roles=people.desks_of(request.user))
    asked = question(request, request.GET).asked.asked
    open_ones = [view for view in kept if dict(parse_qsl(view.query)) == asked and (view.own or view.left)]
    context = {"views": rail_html.saved(kept, base=reverse("queue:list"), asked=asked), "deletable": open_ones}
    return render(request, "exceptions_queue/parts/_views.html", context)


@require_GET
@permission_required(SEES, raise_exception=True)
def ask(request: Signed) -> HttpResponse:
    """What an act on many cases needs to know: a dialog's content, or a page for whoever has no script."""
    kind = request.GET.get("kind", "")
    title, permission = ASKS.get(kind, ("", ""))
    if permission and not request.user.has_perm(permission):
        raise PermissionDenied
    if not title:
        return render(
            request, "refused.html", {"heading": "That cannot be done", "sentence": "Choose what to do with the cases."}, status=422
        )
    asking = question(request, request.GET)
    everything = "all" in request.GET
    context = {
        "kind": kind,
        "title": title,
        "frame": "exceptions_queue/parts/_bare.html" if request.htmx else "base.html",
        "picked": [] if everything else sorted(picked_of(request.GET)),
        "asked": asking.asked.asked if everything else {},
        "count": rail.capped(asking.asked.qs.order_by()[: rail.CAP + 1].count()) if everything else len(picked_of(request.GET)),
        **_choices(kind, asking),
    }
    return render(request, "exceptions_queue/ask.html", context)


def _choices(kind: str, asking: Question) -> dict[str, Any]:
    if kind == "assign":
        return {"people": people.working()}
    if kind == "snooze":
        clock = calendars.shown_clock(at=asking.now)
        return {"snooze_choices": snooze_choices(due_at=asking.due.due_at, now=asking.now, clock=clock)}
    return {}
