"""One cause, one card: open cases by what is to blame, counted over the whole queue and never over a page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.urls import reverse

from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState

SHOWN = 3


@dataclass(frozen=True)
class Cause:
    """One card. `evidence` is of one of its cases: enough for a sentence, for cases of one cause differ in nothing that it says.

    `question` finds exactly the cases counted.
    """

    key: str
    code: str
    title: str
    fault: str
    blamed: str
    count: int
    value_pence: int
    earliest_due_at: datetime
    question: str
    url: str


def causes(*, owners: frozenset[str] = frozenset(), limit: int = SHOWN) -> list[Cause]:
    """The causes with the most open cases, of these desks or of all. One statement; ties go by the earliest due."""
    rows: Any = grouped(owners)
    desk = {"owner": next(iter(owners))} if len(owners) == 1 else {}
    return [_cause(row, desk) for row in rows.order_by("-count", "earliest", "cause_key")[:limit]]


def grouped(owners: frozenset[str] = frozenset()) -> QuerySet[Any, Any]:
    """A row per cause that has more than one open case."""
    of = Q(owner__in=owners) if owners else Q()
    rows = ExceptionCase.objects.filter(of, state=CaseState.OPEN).exclude(cause_key="").order_by().values("cause_key")
    return rows.annotate(count=Count("pk"), value=Sum("value_pence"), earliest=Min("due_at")).filter(count__gt=1)


def _cause(row: dict[str, Any], desk: dict[str, str]) -> Cause:
    """`desk` goes into the question: a case handed to another desk is not counted here, so it must not be found either."""
    code, _, fault, blamed = (row["cause_key"] + ":::").split(":")[:4]
    kind = CATALOGUE.get(code)
    return Cause(
        key=row["cause_key"],
        code=code,
        title=kind.title if kind else code,
        fault=fault.replace("_", " "),
        blamed=blamed,
        count=row["count"],
        value_pence=row["value"],
        earliest_due_at=row["earliest"],
        question=(question := urlencode({"cause": row["cause_key"], **desk})),
        url=f"{reverse('queue:list')}?{question}",
    )
