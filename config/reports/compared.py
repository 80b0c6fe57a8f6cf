"""How does a figure stand beside that of the days before?"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from config.reports.shape import Figure, Unit, shown
from exceptions_queue.queries.words import span

_SAME = {Unit.SHARE: 0.0005, Unit.SPAN: 60.0}


class Compared(NamedTuple):
    """A figure in words. `tone` is ok or bad where a change is good or bad news, "" otherwise."""

    label: str
    value: str
    difference: str
    before: str
    tone: str
    url: str


def compare(now: Sequence[Figure], before: Sequence[Figure]) -> list[Compared]:
    """Each figure beside the one of the same label, in the order of `now`."""
    was = {figure.label: figure.value for figure in before}
    return [_compared(figure, was.get(figure.label)) for figure in now]


def _compared(figure: Figure, was: float | None) -> Compared:
    change = None if figure.value is None or was is None else figure.value - was
    return Compared(
        label=figure.label,
        value=shown(figure.value, figure.unit),
        difference=_difference(change, figure.unit),
        before=shown(was, figure.unit),
        tone=_tone(change, figure),
        url=figure.url,
    )


def _difference(change: float | None, unit: Unit) -> str:
    if change is None:
        return "no comparison"
    if abs(change) < _SAME.get(unit, 0.05):
        return "the same"
    if unit == Unit.SHARE:
        return f"{change * 100:+.1f} points"
    if unit == Unit.SPAN:
        return f"{span(timedelta(seconds=abs(change)))} {'longer' if change > 0 else 'shorter'}"
    return f"{shown(abs(change), unit)} {'more' if change > 0 else 'fewer' if unit == Unit.COUNT else 'less'}"


def _tone(change: float | None, figure: Figure) -> str:
    if change is None or abs(change) < _SAME.get(figure.unit, 0.05) or not figure.better:
        return ""
    return "ok" if (change > 0) == (figure.better == "more") else "bad"
