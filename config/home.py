"""Today: how long is left, what is at risk, where every order is. Each number links to exactly the rows it counts."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.db.models import Case, CharField, Count, Q, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from exceptions_queue import calendars
from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.queries import rail, words
from exceptions_queue.states import Owner
from orders.models import Order
from orders.queries.listing import of_stage
from orders.rules.stage import STAGES

SHOWN_STAGES = ("received", "held", "ready", "sending", "at_acs", "picking", "part_picked", "picked", "packed", "despatched", "unmapped")
TONES = {"held": "bad", "unmapped": "warn", "at_acs": "ok", "despatched": "ok"}
TOP_CODES = 8


class Signed(HttpRequest):
    user: User


@dataclass(frozen=True)
class Number:
    """A count, what it counts, and the list of exactly those rows."""

    count: int
    label: str
    url: str
    tone: str = ""


@require_GET
@permission_required("exceptions_queue.view_exceptioncase", raise_exception=True)
def today(request: Signed) -> HttpResponse:
    now = timezone.now()
    due = calendars.shown_clock(at=now).release_due(at=now)
    counts = rail.counts(user_id=request.user.pk, cutoff_at=due.due_at)
    context = {
        "cutoff": words.moment(due.due_at, now),
        "left": words.span(due.due_at - now),
        "collection": words.moment(due.cutoff_at, now),
        "at_risk": Number(counts.before_cutoff, "cases are due before it", _queue(due="cutoff")),
        "mine": Number(counts.mine, "assigned to me", _queue(assignee="me")),
        "unassigned": Number(counts.unassigned, "unassigned", _queue(assignee="none"), "warn" if counts.unassigned else ""),
        "owners": _owners(counts),
        "causes": _causes(counts),
        "stages": _stages() if request.user.has_perm("orders.view_order") else [],
        "clear": not counts.total,
        "now": words.moment(now, now),
        "day": _day(now),
    }
    return render(request, "home/today.html", context)


def _queue(**asked: str) -> str:
    return f"{reverse('queue:list')}?{urlencode(asked)}"


def _owners(counts: rail.Counts) -> list[Number]:
    return [Number(counts.by_owner[owner], Owner(owner).label, _queue(owner=owner)) for owner in Owner.values if counts.by_owner[owner]]


def _causes(counts: rail.Counts) -> list[Number]:
    """The most frequent kinds of case, in words."""
    top = counts.by_code().most_common(TOP_CODES)
    return [Number(count, CATALOGUE[code].title if code in CATALOGUE else code, _queue(code=code)) for code, count in top if count > 0]


def _stages() -> list[Number]:
    """How many orders are in each stage, by the same definition as the badge and the filter. One statement."""
    stage = Case(*(When(of_stage(key), then=Value(key)) for key in SHOWN_STAGES), default=Value(""), output_field=CharField())
    ours = Order.objects.filter(~Q(state__in=("cancelled", "closed")))
    found: Counter[str] = Counter(dict(ours.annotate(stage=stage).order_by().values_list("stage").annotate(Count("pk"))))
    base = reverse("orders:list")
    return [
        Number(found[key], STAGES[key][4], f"{base}?{urlencode({'stage': key})}", TONES.get(key, "")) for key in SHOWN_STAGES if found[key]
    ]


def _day(now: datetime) -> str:
    there = timezone.localtime(now)
    return words.day(there)
