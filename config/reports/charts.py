"""Where each mark of a chart lies. Pure: numbers in, elements of an SVG out; the stylesheet gives them their colours.

A chart is never the only place of its numbers: the table it is drawn of stands beneath it, and its title and description say
in words what it shows. Lengths are in the chart's own units, which the page stretches to its width.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

WIDE, LINE_TALL = 320.0, 96.0
BAR_PITCH, BAR_TALL, BAR_SHOWN = 34, 10, 12
LABEL_LONGEST = 40
CELL, ROW_TALL, HEAT_LEFT, HEAT_TOP = 21, 24, 48, 22
BANDS = 5
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Mark(NamedTuple):
    """One bar or cell: `title` says its number, `band` is its colour, 0 (nothing) to 5 (the most), for a cell."""

    x: float
    y: float
    width: float
    height: float
    title: str
    label: str = ""
    value: str = ""
    band: int = 0


class Text(NamedTuple):
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    """Ready to be drawn by templates/reports/_`kind`.html. `description` is the sentence for whoever does not see it."""

    kind: str
    title: str
    description: str
    width: float
    height: float
    marks: tuple[Mark, ...] = ()
    texts: tuple[Text, ...] = ()
    lines: tuple[str, ...] = ()
    dots: tuple[tuple[float, float], ...] = ()
    ends: tuple[str, str] = ("", "")
    most: str = ""


def bars(title: str, rows: Sequence[tuple[str, float]], say: Callable[[float], str]) -> Chart | None:
    """Horizontal bars of (label, value), in the order given, the first twelve; `say` writes a value. None where nothing is above zero."""
    top = max((value for _, value in rows), default=0)
    if top <= 0:
        return None
    drawn = rows[:BAR_SHOWN]
    marks = tuple(_bar(place, label, value, say(value), top) for place, (label, value) in enumerate(drawn))
    more = f" Of {len(rows)} lines the first {len(drawn)} are drawn." if len(rows) > len(drawn) else ""
    label, most = max(rows, key=lambda row: row[1])
    return Chart("bars", title, f"{title}: most for {label}, {say(most)}.{more}", WIDE, len(drawn) * BAR_PITCH, marks)


def _bar(place: int, label: str, value: float, said: str, top: float) -> Mark:
    short = label if len(label) <= LABEL_LONGEST else f"{label[: LABEL_LONGEST - 1].rstrip()}…"
    length = round(max(value, 0) / top * WIDE, 1)
    return Mark(0, place * BAR_PITCH + 18, length, BAR_TALL, f"{label}: {said}", short, said)


def line(
    title: str,
    days: Sequence[date],
    values: Sequence[float | None],
    name: Callable[[date], str],
    say: Callable[[float], str],
    *,
    full: float | None = None,
) -> Chart | None:
    """One value a day, oldest first, None where there is none: the line has a gap there. From nought up to `full`, or to the highest.

    `name` writes a day, `say` a value. None where no day has a value.
    """
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if not known:
        return None
    top = full or max(value for _, value in known) or 1.0
    runs = _runs({place: _point(place, value, len(values), top) for place, value in known}, len(values))
    low, high = min(known, key=lambda one: one[1]), max(known, key=lambda one: one[1])
    first, last, lowest, highest = (f"{say(value)} on {name(days[place])}" for place, value in (known[0], known[-1], low, high))
    return Chart(
        "line",
        title,
        f"{title}: {first}, {last}. Lowest {lowest}, highest {highest}.",
        WIDE,
        LINE_TALL,
        lines=tuple(" ".join(f"{x:g},{y:g}" for x, y in run) for run in runs if len(run) > 1),
        dots=tuple(run[0] for run in runs if len(run) == 1),
        ends=(name(days[0]), name(days[-1])),
        most=say(full or high[1]),
    )


def _point(place: int, value: float, count: int, top: float) -> tuple[float, float]:
    x = WIDE / 2 if count == 1 else 4 + place * (WIDE - 8) / (count - 1)
    return round(x, 1), round(LINE_TALL - 4 - min(max(value, 0) / top, 1) * (LINE_TALL - 8), 1)


def _runs(at: Mapping[int, tuple[float, float]], count: int) -> list[list[tuple[float, float]]]:
    """The points in pieces, broken where a day has none."""
    runs: list[list[tuple[float, float]]] = [[]]
    for place in range(count):
        if place in at:
            runs[-1].append(at[place])
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def heat(title: str, counts: Mapping[tuple[int, int], int]) -> Chart | None:
    """A week by its hours: counts by (weekday 1 to 7, hour 0 to 23). None where all are nought."""
    top = max(counts.values(), default=0)
    if top <= 0:
        return None
    marks = tuple(_cell(day, hour, counts.get((day, hour), 0), top) for day in range(1, 8) for hour in range(24))
    names = tuple(Text(0, HEAT_TOP + n * ROW_TALL + 17, name) for n, name in enumerate(WEEKDAYS))
    hours = tuple(Text(HEAT_LEFT + hour * CELL, 15, f"{hour:02}") for hour in range(0, 24, 3))
    day, hour = max(counts, key=lambda key: counts[key])
    description = f"{title}: most on {WEEKDAYS[day - 1]} from {hour:02}:00, {counts[day, hour]:,} of {sum(counts.values()):,}."
    return Chart("heat", title, description, HEAT_LEFT + 24 * CELL, HEAT_TOP + 7 * ROW_TALL, marks, names + hours)


def _cell(day: int, hour: int, count: int, top: int) -> Mark:
    band = -(-count * BANDS // top) if count else 0
    x, y = HEAT_LEFT + hour * CELL, HEAT_TOP + (day - 1) * ROW_TALL
    return Mark(x, y, CELL - 2, ROW_TALL - 2, f"{WEEKDAYS[day - 1]} {hour:02}:00: {count:,}", band=band)
