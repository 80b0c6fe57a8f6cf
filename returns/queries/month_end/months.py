"""Which months there are, which of them are signed off, by whom, and what each holds."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import TruncMonth

from exceptions_queue.queries import words as desk_words
from returns.models import Journal, PeriodSignOff, WriteOff
from returns.queries.desk.words import Chip, money
from returns.queries.mismatches import IN_THE_LEDGER
from returns.queries.periods import closed_to
from returns.rules.months import name_of
from returns.rules.waiting import last_of_month
from returns.states import BEFORE_APPROVAL, WriteOffState

PAGE = 24
SIGNED, REOPENED = Chip("ok", "lock-closed", "Signed off"), Chip("warn", "lock-open", "Reopened")
RUNNING, ENDED = Chip("quiet", "calendar-days", "Not over yet"), Chip("info", "pencil-square", "To be signed off")


@dataclass(frozen=True)
class Month:
    """One line of the list. `who` says who signed it, or reopened it, last."""

    key: str
    label: str
    state: Chip
    who: str
    graded: int
    not_approved: int
    posted: int
    value: str


@dataclass(frozen=True)
class Page:
    """Some months, the newest first. `older` and `newer` name the months that the pages around this one begin with, or are ""."""

    rows: list[Month]
    older: str
    newer: str


def page(*, today: date, start: date | None = None) -> Page:
    """The months from `start` down, or from today's. Five statements."""
    newest, oldest = today.replace(day=1), _first(today)
    top = min(max(start or newest, oldest), newest)
    shown = [month for back in range(PAGE) if (month := _back(top, back)) >= oldest]
    newer = min(_back(top, -PAGE), newest)
    older = _back(shown[-1], 1)
    return Page(_rows(shown, today), name_of(older) if older >= oldest else "", name_of(newer) if newer > top else "")


def unsigned_before(month: date) -> date | None:
    """The first month before this one that holds something and is not signed off, or None. Three statements."""
    closed = closed_to() or date.min
    graded = WriteOff.objects.exclude(state=WriteOffState.REJECTED).filter(happened_on__gt=closed, happened_on__lt=month)
    posted = Journal.objects.filter(state__in=IN_THE_LEDGER, post_on__gt=closed, post_on__lt=month)
    days = (graded.aggregate(day=Min("happened_on"))["day"], posted.aggregate(day=Min("post_on"))["day"])
    first = min((day for day in days if day), default=None)
    return first.replace(day=1) if first else None


def signatures(month: date) -> list[PeriodSignOff]:
    """Every signature under a month, the newest first. One statement."""
    rows = PeriodSignOff.objects.filter(month=month).select_related("signed_by", "reopened_by")
    return list(rows.order_by("-signed_at", "-pk"))


def _first(today: date) -> date:
    """The first month with anything in it; today's where there is none."""
    days: tuple[date | None, ...] = (
        WriteOff.objects.aggregate(day=Min("happened_on"))["day"],
        Journal.objects.aggregate(day=Min("post_on"))["day"],
    )
    return min([day for day in days if day] + [today]).replace(day=1)


def _back(month: date, count: int) -> date:
    """The month so many before this one; after it, where the count is below nothing."""
    place = month.year * 12 + month.month - 1 - count
    return date(place // 12, place % 12 + 1, 1)


def _rows(shown: list[date], today: date) -> list[Month]:
    days = (shown[-1], last_of_month(shown[0]))
    signed: dict[date, PeriodSignOff] = {}
    for row in PeriodSignOff.objects.filter(month__range=days).select_related("signed_by", "reopened_by").order_by("signed_at", "pk"):
        signed[row.month] = row
    graded, posted = _graded(days), _posted(days)
    return [_row(month, signed.get(month), graded.get(month, {}), posted.get(month, {}), today) for month in shown]


def _graded(days: tuple[date, date]) -> dict[date, dict[str, Any]]:
    kept = WriteOff.objects.filter(happened_on__range=days).exclude(state=WriteOffState.REJECTED)
    found = kept.annotate(of=TruncMonth("happened_on")).order_by().values("of")
    return {row["of"]: dict(row) for row in found.annotate(n=Count("pk"), waiting=Count("pk", filter=Q(state__in=BEFORE_APPROVAL)))}


def _posted(days: tuple[date, date]) -> dict[date, dict[str, Any]]:
    found = Journal.objects.filter(post_on__range=days, state__in=IN_THE_LEDGER).annotate(of=TruncMonth("post_on"))
    return {row["of"]: dict(row) for row in found.order_by().values("of").annotate(n=Count("pk"), pence=Sum("total_pence"))}


def _row(month: date, last: PeriodSignOff | None, graded: dict[str, Any], posted: dict[str, Any], today: date) -> Month:
    return Month(
        key=name_of(month),
        label=f"{month:%B %Y}",
        state=state_of(month, last, today),
        who=told(last) if last else "",
        graded=graded.get("n", 0),
        not_approved=graded.get("waiting", 0),
        posted=posted.get("n", 0),
        value=money(posted.get("pence", 0)),
    )


def state_of(month: date, last: PeriodSignOff | None, today: date) -> Chip:
    """By its newest signature: signed off, reopened, to be signed off, or not over yet."""
    if last:
        return SIGNED if last.reopened_at is None else REOPENED
    return ENDED if today > last_of_month(month) else RUNNING


def told(signature: PeriodSignOff) -> str:
    """ "Martin Ortiz signed it Tue 9 June 2026 12:00", or who reopened it."""
    if signature.reopened_at and signature.reopened_by:
        return f"{desk_words.name_of(signature.reopened_by)} reopened it {desk_words.full(signature.reopened_at)}"
    return f"{desk_words.name_of(signature.signed_by)} signed it {desk_words.full(signature.signed_at)}"
