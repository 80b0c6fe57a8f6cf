"""Which cut-offs were made, and which were missed?"""

from datetime import date

from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate

from config.reports import charts
from config.reports.period import Period
from config.reports.shape import Answer, Column, Figure, Report, Row, Table, Unit, counted, dated, queue, share, shared
from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState, Owner
from lockers.models import Parcel
from lockers.states import ManifestState, ParcelState

BY_DAY = (Column("Collection", Unit.DAY), Column("Went with it"), Column("Missed it"), Column("Made it", Unit.SHARE))
BY_DESK = (Column("Desk", Unit.TEXT), Column("Closed"), Column("In time"), Column("Late"), Column("Share in time", Unit.SHARE))


def run(period: Period) -> Answer:
    """Three statements."""
    went, missed, desks = went_by_day(period), missed_by_day(period), _by_desk(period)
    made, late = sum(went.values()), sum(missed.values())
    in_time, closed = sum(good for _, _, good in desks), sum(count for _, count, _ in desks)
    figures = (
        Figure("Made their collection", share(made, made + late), Unit.SHARE, "more", "#days"),
        Figure("Parcels collected", made, better="more", url="#days"),
        Figure("Orders that missed it", late, better="less", url="#days"),
        Figure("Cases closed in time", share(in_time, closed), Unit.SHARE, "more", "#desks"),
    )
    return Answer(figures, (_days(went, missed, period), _desks(desks, period)))


def went_by_day(period: Period) -> dict[date, int]:
    """Parcels on closed manifests, by the day of the collection. One statement."""
    gone = Parcel.objects.filter(period.dates("manifest__collection_on"), manifest__state=ManifestState.CLOSED)
    gone = gone.filter(state=ParcelState.MANIFESTED).order_by()
    return dict(gone.values_list("manifest__collection_on").annotate(count=Count("pk")))


def missed_by_day(period: Period) -> dict[date, int]:
    """Orders found to have missed a collection, by the day that was found: the collection's own. One statement."""
    missed = ExceptionCase.objects.filter(period.instants("opened_at"), code=Code.MAN_MISSED).order_by()
    return dict(missed.annotate(day=TruncDate("opened_at")).values_list("day").annotate(count=Count("pk")))


def _by_desk(period: Period) -> list[tuple[str, int, int]]:
    """Cases closed, and those closed by when they were due. One statement."""
    closed = ExceptionCase.objects.filter(period.instants("closed_at"), ~Q(state=CaseState.OPEN)).order_by()
    found = closed.values_list("owner").annotate(count=Count("pk"), good=Count("pk", filter=Q(closed_at__lte=F("due_at"))))
    return list(found.order_by("-count", "owner"))


def _days(went: dict[date, int], missed: dict[date, int], period: Period) -> Table:
    days = sorted(went.keys() | missed.keys(), reverse=True)
    rows = [_day(day, went.get(day, 0), missed.get(day, 0)) for day in days]
    shares = {row.values[0]: row.values[3] for row in rows}
    values = [shares.get(day) for day in period.days]
    chart = charts.line("Made their collection, by day", period.days, values, dated, shared, full=1.0)
    return Table(
        "days", "By collection", BY_DAY, rows, chart, empty="No manifest was closed for these days, and no order missed a collection."
    )


def _day(day: date, went: int, missed: int) -> Row:
    return Row((day, went, missed, share(went, went + missed)))


def _desks(desks: list[tuple[str, int, int]], period: Period) -> Table:
    rows = [
        Row(
            (Owner(owner).label if owner in Owner.values else owner, count, good, count - good, share(good, count)),
            {1: queue(state="closed", owner=owner, **period.asked("closed"))},
        )
        for owner, count, good in desks
    ]
    drawn = [(row.values[0], row.values[3]) for row in rows]
    return Table(
        "desks",
        "Cases closed by when they were due",
        BY_DESK,
        rows,
        charts.bars("Closed late", drawn, counted),
        empty="No case was closed.",
    )


REPORT = Report(
    key="cut-offs",
    title="Cut-offs",
    question="Which cut-offs were made, and which were missed?",
    definition="Parcels on closed manifests, beside orders found picked and on none; and cases closed by when they were due.",
    permission="lockers.view_parcel",
    run=run,
)
