"""What was stopped before release, and what failed only at its label?"""

from typing import Any

from django.db.models import Count, Q, QuerySet

from config.reports import charts
from config.reports.period import Period
from config.reports.shape import Answer, Column, Figure, Report, Row, Table, Unit, counted, queue, share
from exceptions_queue.catalogue import CATALOGUE, Code
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import Block, CaseState
from orders.models import Order
from orders.problems import RELEASE_SCOPE

FAULTS = {
    "fix_first": "InPost names something to put right",
    "try_again": "InPost could not be asked",
    "reconnect": "The access to InPost had ended",
    "unknown": "Nobody knows whether it was made",
}
COLUMNS = (Column("Cause", Unit.TEXT), Column("Cases"), Column("Share", Unit.SHARE), Column("Still open"), Column("Closed"))
BEFORE_RELEASE = Q(code__in=RELEASE_SCOPE, blocks__contains=Block.RELEASE)


def run(period: Period) -> Answer:
    """Three statements."""
    cases = ExceptionCase.objects.filter(period.instants("opened_at"))
    stopped = _stopped(cases, period)
    failed = _failed(cases, period)
    released = Order.objects.filter(period.instants("released_at")).count()
    before, at_label = (sum(row.values[1] for row in rows) for rows in (stopped, failed))
    per_thousand = share(at_label * 1_000, released)
    figures = (
        Figure("Stopped before release", before, url="#stopped"),
        Figure("Failed at the label", at_label, better="less", url="#failed"),
        Figure("Orders released", released),
        Figure("Label failures per 1,000 released", None if per_thousand is None else round(per_thousand, 1), better="less"),
    )
    return Answer(
        figures,
        (
            Table("stopped", "Stopped before release, by cause", COLUMNS, stopped, _chart("Stopped before release", stopped)),
            Table("failed", "Failed at the label, by cause", COLUMNS, failed, _chart("Failed at the label", failed)),
        ),
    )


def _stopped(cases: QuerySet[ExceptionCase], period: Period) -> list[Row]:
    """By code: what the release gate holds an order back for."""
    found = _standing(cases.filter(BEFORE_RELEASE), "code")
    counted = [(CATALOGUE[code].title if code in CATALOGUE else code, {"code": code}, count, still) for code, count, still in found]
    return _rows(counted, period)


def _failed(cases: QuerySet[ExceptionCase], period: Period) -> list[Row]:
    """By what the desk knows of the failure, and the field that InPost named."""
    found = _standing(cases.filter(code=Code.LBL_FAILED), "cause_key")
    counted = [(_cause(key), {"cause": key}, count, still) for key, count, still in found]
    return _rows(counted, period)


def _standing(cases: QuerySet[ExceptionCase], by: str) -> QuerySet[ExceptionCase, Any]:
    """How many cases, and how many still open, by a column; the most first."""
    grouped = cases.order_by().values_list(by)
    return grouped.annotate(opened=Count("pk"), still=Count("pk", filter=Q(state=CaseState.OPEN))).order_by("-opened", by)


def _cause(key: str) -> str:
    """ "InPost names something to put right: phone"."""
    _, field, fault, *_ = f"{key}:::".split(":")
    said = FAULTS.get(fault, "For a reason not kept")
    return f"{said}: {field}" if field else said


def _rows(counted: list[tuple[str, dict[str, str], int, int]], period: Period) -> list[Row]:
    whole, days = sum(count for _, _, count, _ in counted), period.asked("opened")
    return [
        Row(
            (label, count, share(count, whole), still, count - still),
            {3: queue(**asked, **days), 4: queue(**asked, **days, state="closed")} if all(asked.values()) else {},
        )
        for label, asked, count, still in counted
    ]


def _chart(title: str, rows: list[Row]) -> charts.Chart | None:
    return charts.bars(title, [(row.values[0], row.values[1]) for row in rows], counted)


REPORT = Report(
    key="stopped",
    title="Stopped and failed",
    question="What was stopped before release, and what failed only at its label?",
    definition="Cases opened on these days: those that held an order back from ACS, beside those where InPost made no label.",
    permission="exceptions_queue.view_exceptioncase",
    run=run,
)
