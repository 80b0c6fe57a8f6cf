"""What Today shows: the next gate of the day, the orders to save before it, and what each role looks at first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from exceptions_queue.calendars import Clock
from exceptions_queue.catalogue import CATALOGUE, sentence
from exceptions_queue.models import ExceptionCase
from exceptions_queue.queries import rail, words
from exceptions_queue.queries.rows import due_chip
from exceptions_queue.states import CaseState, Owner
from lockers.queries.manifests import waiting
from orders.queries.stages import counts
from orders.rules.stage import STAGES
from returns.queries.desk import tabs

MOST_ORDERS, MOST_CASES = 10, 60
FIRST_HOUR, LAST_HOUR = 6, 20
SHOWN_STAGES = tuple(key for key in STAGES if key not in ("excluded", "cancelled", "closed"))
TONES = {key: where.tone for key, where in STAGES.items() if where.tone in ("bad", "warn")} | {"at_acs": "ok", "despatched": "ok"}

# Whose cases each role sees first; a role that is not named here answers for the cut-off as a whole.
DESKS = {
    "cx": Owner.CX,
    "merchandiser": Owner.MERCHANDISING,
    "finance": Owner.FINANCE,
    "finance_manager": Owner.FINANCE,
    "integration": Owner.INTEGRATION,
}


@dataclass(frozen=True)
class Number:
    """A count, what it counts, and the list of exactly those rows."""

    count: int
    label: str
    url: str
    tone: str = ""

    @property
    def shown(self) -> str:
        return rail.capped(self.count)


class Mark(NamedTuple):
    """A moment on the line of the day: where, in percent of its length, and its name."""

    at: float
    name: str


@dataclass(frozen=True)
class Gate:
    """The next thing that closes: ACS's order cut-off or InPost's collection, whichever comes first; `next_at` is the other."""

    closes_at: datetime
    next_at: datetime
    sentence: str
    then: str
    when: str
    next_when: str
    left: str
    urgent: bool
    marks: tuple[Mark, ...]
    now: float | None
    in_words: str


@dataclass(frozen=True)
class Row:
    """One order to save: its most urgent case, and how many more it has."""

    due: SafeString
    name: str
    name_url: str
    sentence: str
    act: str
    url: str
    owner: str
    assignee: str
    more: int


def desk_of(roles: Collection[str]) -> Owner | None:
    """The desk whose cases a person with these roles sees first; None for every desk, also for people of several."""
    desks = {DESKS.get(role) for role in roles}
    return desks.pop() if len(desks) == 1 else None


def gate(clock: Clock, *, at: datetime) -> Gate:
    """The next gate after `at`, in words and on the line of its day."""
    release, collection = clock.release_due(at=at), clock.packed_due(at=at).cutoff_at
    if release.due_at <= collection:
        closes, after, told = release.due_at, collection, "ACS takes orders until {}"
        then = f"for InPost's collection {words.moment(release.cutoff_at, at)}"
    else:
        closes, after, told = collection, release.due_at, "InPost collects {}"
        then = f"and ACS takes orders again until {words.moment(release.due_at, at)}"
    left, marks, now = closes - at, _marks(clock, closes), _place(at, closes)
    where = f"It is {timezone.localtime(at):%H:%M}. " if now is not None else ""
    return Gate(
        closes_at=closes,
        next_at=after,
        sentence=told.format(words.moment(closes, at)),
        then=then,
        when=words.moment(closes, at),
        next_when=words.moment(after, at),
        left=words.span(left),
        urgent=left < timedelta(hours=1),
        marks=marks,
        now=now,
        in_words=f"The line of the day. {where}{', '.join(mark.name for mark in marks)}.",
    )


def _marks(clock: Clock, closes: datetime) -> tuple[Mark, ...]:
    day = timezone.localtime(closes).date()
    gates = ((clock.cutoff_on(day), "Orders"), (clock.collection_on(day), "Collection"))
    return tuple(Mark(_percent(moment), f"{name} {timezone.localtime(moment):%H:%M}") for moment, name in gates)


def _place(at: datetime, closes: datetime) -> float | None:
    """Where on the line we are; None where the line is of another day."""
    return _percent(at) if timezone.localtime(at).date() == timezone.localtime(closes).date() else None


def _percent(moment: datetime) -> float:
    there = timezone.localtime(moment)
    gone = (there.hour + there.minute / 60 - FIRST_HOUR) / (LAST_HOUR - FIRST_HOUR) * 100
    return round(min(max(gone, 1.5), 98.5), 1)


def asked_for(closes_at: datetime, desk: Owner | None) -> dict[str, str]:
    """The queue's question for what is due by the gate."""
    return {"due_before": closes_at.isoformat()} | ({"owner": desk.value} if desk else {})


def at_risk(closes_at: datetime, desk: Owner | None) -> QuerySet[ExceptionCase]:
    """Open cases due by the gate, of this desk or of all, the most urgent first."""
    found = ExceptionCase.objects.filter(state=CaseState.OPEN, due_at__lte=closes_at)
    return (found.filter(owner=desk) if desk else found).order_by("due_at", "id")


class Risk(NamedTuple):
    """How many cases are due by the gate, and of how many orders: exact up to `rail.CAP` cases."""

    cases: int
    orders: int

    @property
    def in_words(self) -> str:
        """ "7 orders to save", "10,000+ orders to save", "1 case to settle" where no order hangs on it."""
        count, noun, act = (self.orders, "order", "save") if self.orders else (self.cases, "case", "settle")
        more = "+" if self.cases > rail.CAP else ""
        return f"{count:,}{more} {noun}{'' if count == 1 else 's'} to {act}"


def risk(found: QuerySet[ExceptionCase]) -> Risk:
    """One statement, over no more cases than are counted exactly."""
    first = ExceptionCase.objects.filter(pk__in=found.values("pk")[: rail.CAP + 1])
    counted = first.aggregate(cases=Count("pk"), orders=Count("order_number", distinct=True, filter=~Q(order_number="")))
    return Risk(**counted)


def to_save(found: QuerySet[ExceptionCase], *, at: datetime) -> list[Row]:
    """The most urgent orders, one row each. One statement."""
    columns = ("id", "code", "evidence", "order_number", "subject_label", "url", "owner", "assignee__username", "due_at")
    cases = list(found.values(*columns)[:MOST_CASES])
    first_seen = {_subject(case): place for place, case in reversed(list(enumerate(cases)))}
    cases.sort(key=lambda case: first_seen[_subject(case)])
    grouped = [list(of_one) for _, of_one in groupby(cases, key=_subject)]
    here = at.astimezone(timezone.get_current_timezone())
    return [_row(of_one, here) for of_one in grouped[:MOST_ORDERS]]


def _subject(case: dict[str, Any]) -> str:
    return str(case["order_number"] or f"case {case['id']}")


def _row(cases: list[dict[str, Any]], now: datetime) -> Row:
    first = cases[0]
    kind = CATALOGUE.get(first["code"])
    return Row(
        due=due_chip(first["due_at"], now),
        name=first["order_number"] or first["subject_label"],
        name_url=first["url"],
        sentence=sentence(first["code"], first["evidence"]),
        act=kind.what_to_do if kind else "Look at it",
        url=reverse("queue:case", args=[first["id"]]),
        owner=Owner(first["owner"]).label if first["owner"] in Owner.values else "",
        assignee=first["assignee__username"] or "",
        more=len(cases) - 1,
    )


def stages() -> list[Number]:
    """How many orders are in each stage, by the same definition as the badge and the filter. One statement."""
    found, base = counts(), reverse("orders:list")
    return [Number(found[key], STAGES[key].label, f"{base}?stage={key}", TONES.get(key, "")) for key in SHOWN_STAGES if found[key]]


def collection() -> Number:
    """What waits for InPost's courier and is on no closed manifest. One statement."""
    count = waiting().count()
    return Number(count, "for the manifest", f"{reverse('orders:manifests')}?show=labelled", "warn" if count else "")


def write_offs(user: User) -> Number:
    """The write-offs that this approver is to decide about. One statement."""
    mine = tabs.Viewer(user.pk, approves=True, completes=user.has_perm("returns.complete_writeoff"))
    count = tabs.standing("mine", mine).count()
    return Number(count, f"write-off{'' if count == 1 else 's'} awaiting you", reverse("returns:write-offs"), "warn" if count else "")


def roles_of(user: User) -> list[str]:
    """The person's roles by name. One statement."""
    return list(user.groups.order_by("name").values_list("name", flat=True))
