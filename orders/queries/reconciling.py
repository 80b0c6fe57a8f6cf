"""The comparisons of shop and ACS: the latest with its rows, and how many differed day by day."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.queries import words
from orders.models import ReconcileFinding, ReconcileRun
from orders.states import Difference

ROWS_A_PAGE = 50


class Row(NamedTuple):
    """One difference, ready to be shown: `order` is whether there is a page of the order, `cases` leads to its cases."""

    number: str
    order: bool
    kind: str
    shop: str
    acs: str
    code: str
    title: str
    since: str
    since_full: str
    cases: str


def latest() -> ReconcileRun | None:
    """The last run that finished. One statement."""
    return ReconcileRun.objects.filter(finished_at__isnull=False).order_by("-started_at", "-pk").first()


def live_at(run: ReconcileRun) -> QuerySet[ReconcileFinding]:
    """The differences as they stood after this run."""
    standing = Q(ended_run__isnull=True) | Q(ended_run__gt=run.pk)
    return ReconcileFinding.objects.filter(standing, first_run__lte=run.pk)


def of_kind(run: ReconcileRun, kind: str) -> QuerySet[ReconcileFinding]:
    """Those of one kind, or all of them where `kind` is none."""
    found = live_at(run).filter(kind=kind) if kind in Difference.values else live_at(run)
    return found.select_related("first_run").order_by("kind", "first_run", "number")


def rows(found: Iterable[ReconcileFinding], *, at: datetime) -> list[Row]:
    return [_row(each, at) for each in found]


def _row(each: ReconcileFinding, at: datetime) -> Row:
    kind = CATALOGUE.get(each.code)
    return Row(
        number=each.number,
        order=each.order_id is not None,
        kind=Difference(each.kind).label,
        shop=each.shop,
        acs=each.acs,
        code=each.code,
        title=kind.title if kind else each.code,
        since=words.moment(each.first_run.started_at, at),
        since_full=words.full(each.first_run.started_at),
        cases=f"{reverse('queue:list')}?code={each.code}",
    )


def by_day(*, since: datetime) -> dict[date, tuple[int, int]]:
    """{day: (how many differed, how many were compared)} by the last run of each day since. One statement."""
    runs = ReconcileRun.objects.filter(finished_at__isnull=False, started_at__gte=since).order_by("started_at", "pk")
    found = runs.values_list("started_at", "differing", "compared")
    return {timezone.localdate(started): (differing, compared) for started, differing, compared in found}
