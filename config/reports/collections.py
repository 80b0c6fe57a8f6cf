"""How far do parcels get, and where do they stop?"""

from typing import NamedTuple

from django.db.models import Count, Q

from config.reports import charts
from config.reports.period import Period
from config.reports.shape import Answer, Column, Figure, Report, Row, Table, Unit, counted, share
from lockers.models import Parcel
from lockers.states import Carriage, ParcelState

STEPS = (Column("Step", Unit.TEXT), Column("Parcels"), Column("Of all", Unit.SHARE), Column("Of the step before", Unit.SHARE))
ENDS = (Column("Left the way", Unit.TEXT), Column("Parcels"), Column("Of all", Unit.SHARE))
_COUNTED = {
    "labelled": Q(labelled_at__isnull=False),
    "manifested": Q(manifested_at__isnull=False),
    "handed_over": Q(handed_over_at__isnull=False),
    "in_locker": Q(in_locker_at__isnull=False),
    "collected": Q(collected_at__isnull=False),
    "expired": Q(carriage=Carriage.EXPIRED),
    "back": Q(carriage__in=(Carriage.RETURNING, Carriage.RETURNED)),
    "lost": Q(carriage__in=(Carriage.LOST, Carriage.DAMAGED)),
    "moved": ~Q(now_at_point=""),
}


class Funnel(NamedTuple):
    """Parcels made, and how many of them ever came to each step or left the way."""

    made: int
    labelled: int
    manifested: int
    handed_over: int
    in_locker: int
    collected: int
    expired: int
    back: int
    lost: int
    moved: int


def run(period: Period) -> Answer:
    """One statement."""
    funnel = count(period)
    figures = (
        Figure("Collected", share(funnel.collected, funnel.made), Unit.SHARE, "more", "#steps"),
        Figure("Parcels made", funnel.made, url="#steps"),
        Figure("Not collected in time", funnel.expired, better="less", url="#ends"),
        Figure("Coming back or returned", funnel.back, better="less", url="#ends"),
    )
    return Answer(figures, (_steps(funnel), _ends(funnel)))


def count(period: Period) -> Funnel:
    """Of the parcels made on these days and not given up."""
    made = Parcel.objects.filter(period.instants("created_at")).exclude(state=ParcelState.VOID)
    found = made.aggregate(all_made=Count("pk"), **{f"n_{name}": Count("pk", filter=which) for name, which in _COUNTED.items()})
    return Funnel(found["all_made"], *(found[f"n_{name}"] for name in Funnel._fields[1:]))


def _steps(funnel: Funnel) -> Table:
    steps = [
        ("Made", funnel.made),
        ("Labelled", funnel.labelled),
        ("On a closed manifest", funnel.manifested),
        ("Handed over to InPost", funnel.handed_over),
        ("In the locker", funnel.in_locker),
        ("Collected", funnel.collected),
    ]
    befores = [funnel.made, *(count for _, count in steps)]
    rows = (
        [Row((name, n, share(n, funnel.made), share(n, was))) for (name, n), was in zip(steps, befores, strict=False)]
        if funnel.made
        else []
    )
    chart = charts.bars("Parcels that came so far", steps, counted)
    return Table("steps", "How far they came", STEPS, rows, chart, empty="No parcel was made on these days.")


def _ends(funnel: Funnel) -> Table:
    ends = [
        ("Moved to another locker", funnel.moved),
        ("Not collected in time", funnel.expired),
        ("Coming back or returned", funnel.back),
        ("Lost or damaged", funnel.lost),
    ]
    rows = [Row((name, n, share(n, funnel.made))) for name, n in ends] if funnel.made else []
    return Table("ends", "Where they left the way", ENDS, rows, empty="No parcel was made on these days.")


REPORT = Report(
    key="collections",
    title="Collections funnel",
    question="How far do parcels get, and where do they stop?",
    definition="Parcels made on these days, by the furthest they ever came; what happened to them later counts too.",
    permission="lockers.view_parcel",
    run=run,
)
