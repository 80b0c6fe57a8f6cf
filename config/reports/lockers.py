"""Which lockers let us down?"""

from typing import NamedTuple

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from config.reports import charts
from config.reports.period import Period
from config.reports.shape import Answer, Column, Figure, Report, Row, Table, Unit, counted, share
from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from lockers.models import Parcel
from lockers.states import Carriage, ParcelState

COLUMNS = (
    Column("Locker", Unit.TEXT),
    Column("Parcels"),
    Column("Redirected"),
    Column("Expired"),
    Column("Closed after checkout"),
    Column("Trouble per parcel", Unit.SHARE),
)
MOVED = Q(carriage=Carriage.REDIRECTED) | ~Q(now_at_point="")
# A parcel keeps no memory of its expiry once it travels back: one that was in the locker, was not collected and comes back, expired.
EXPIRED = Q(carriage=Carriage.EXPIRED) | Q(
    in_locker_at__isnull=False, collected_at__isnull=True, carriage__in=(Carriage.RETURNING, Carriage.RETURNED)
)


class Locker(NamedTuple):
    point: str
    parcels: int
    moved: int
    expired: int
    closed: int

    @property
    def trouble(self) -> int:
        return self.moved + self.expired + self.closed


def run(period: Period) -> Answer:
    """Two statements."""
    found = _lockers(period)
    parcels, moved, expired, closed = (sum(getattr(one, name) for one in found) for name in Locker._fields[1:])
    figures = (
        Figure("Parcels", parcels, url="#lockers"),
        Figure("Redirected", moved, better="less", url="#lockers"),
        Figure("Expired", expired, better="less", url="#lockers"),
        Figure("Orders whose locker closed", closed, better="less", url="#lockers"),
    )
    drawn = [(one.point, one.trouble) for one in found if one.trouble]
    rows = [Row((*one, share(one.trouble, one.parcels))) for one in found]
    chart = charts.bars("Redirected, expired or closed", drawn, counted)
    title, empty = "By locker, the most trouble first", "No parcel was made for a locker."
    return Answer(figures, (Table("lockers", title, COLUMNS, rows, chart, _links, empty),))


def _links(row: Row) -> dict[int, str]:
    return {0: reverse("lockers:detail", args=[row.values[0]])}


def _lockers(period: Period) -> list[Locker]:
    made = {point: (parcels, moved, expired) for point, parcels, moved, expired in parcels_by_point(period)}
    closed = dict(closed_by_point(period))
    found = [Locker(point, *made.get(point, (0, 0, 0)), closed.get(point, 0)) for point in made.keys() | closed.keys()]
    return sorted(found, key=lambda one: (-one.trouble, -one.parcels, one.point))


def parcels_by_point(period: Period) -> QuerySet[Parcel, tuple[str, int, int, int]]:
    """Parcels made on these days that were not given up, by the locker on their label."""
    made = Parcel.objects.filter(period.instants("created_at")).exclude(state=ParcelState.VOID).exclude(point_id="").order_by()
    counts = {"count": Count("pk"), "moved": Count("pk", filter=MOVED), "expired": Count("pk", filter=EXPIRED)}
    return made.values_list("point_id").annotate(**counts)


def closed_by_point(period: Period) -> QuerySet[ExceptionCase, tuple[str, int]]:
    """Orders whose locker was found closed after they were placed, by locker."""
    cases = ExceptionCase.objects.filter(period.instants("opened_at"), code=Code.LOC_CLOSED).exclude(locker_id="").order_by()
    return cases.values_list("locker_id").annotate(count=Count("pk"))


REPORT = Report(
    key="lockers",
    title="Locker reliability",
    question="Which lockers let us down?",
    definition="Parcels made on these days by the locker on their label, and orders whose locker was found closed on these days.",
    permission="lockers.view_point",
    run=run,
)
