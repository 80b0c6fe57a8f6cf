"""Charts drawn on the server as SVG: themed by the stylesheet, printable, and never the only place where a number stands.

Each has a sentence that says what it shows, and its numbers as a table: `bars` is a table with drawn bars in it,
`sparkline` and `day_strip` bring theirs folded away (`table=False` leaves it out where the page shows the numbers already).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django import template

register = template.Library()

WIDTH, HEIGHT = 240.0, 48.0  # of a sparkline, in its own units; the page decides how wide it is drawn
PITCH, BAR, TOP, DEEP = 13, 10, 8, 28  # of a day strip: from bar to bar, a bar's width, room for a mark, the tallest bar
TONES = {"ok": "good", "warn": "not as it should be", "bad": "failed", "info": "running", "quiet": "nothing"}
MARKED = ("bad", "warn")


class Bar(NamedTuple):
    """One line: what it counts, how many, the rows behind it ("" where there is no such page), its length out of 100."""

    label: str
    value: Any
    url: str
    length: float


class DayBar(NamedTuple):
    """One day of a strip, placed."""

    on: str
    word: str
    tone: str
    title: str
    url: str
    x: int
    y: float
    height: float
    marked: bool


@register.inclusion_tag("parts/chart_bars.html")
def bars(rows: Iterable[Any], label: str = "", unit: str = "") -> dict[str, Any]:
    """Horizontal bars. A row is {label, value, url}, an object with these names, or (label, value, url).

    Values below zero are drawn as nothing.
    """
    read = [_row(row) for row in rows]
    most = max([float(value) for _, value, _ in read], default=0) or 1
    drawn = [Bar(text, value, url, round(max(float(value), 0) / most * 100, 1)) for text, value, url in read]
    top = max(drawn, key=lambda bar: bar.length, default=None)
    summary = f"{label or 'Chart'}: {len(drawn)} lines, most for {top.label} ({top.value})." if top else f"{label or 'Chart'}: nothing."
    return {"bars": drawn, "label": label, "unit": unit, "summary": summary}


def _row(row: Any) -> tuple[str, Any, str]:
    if isinstance(row, Mapping):
        return str(row["label"]), row["value"], str(row.get("url") or "")
    if isinstance(row, list | tuple) and not hasattr(row, "label"):
        return str(row[0]), row[1], str(row[2]) if len(row) > 2 else ""
    return str(row.label), row.value, str(getattr(row, "url", "") or "")


@register.inclusion_tag("parts/chart_sparkline.html")
def sparkline(values: Sequence[float], label: str, names: Sequence[str] = (), table: bool = True) -> dict[str, Any]:
    """A line without axes, oldest value first. `names` says what each value is of (days, hours), for the table."""
    points = _points(values)
    told = f"{label}: {values[0]} to {values[-1]}, lowest {min(values)}, highest {max(values)}." if values else f"{label}: no values yet."
    named = zip(names or [str(place) for place in range(1, len(values) + 1)], values, strict=False)
    line = " ".join(f"{x:g},{y:g}" for x, y in points)
    return {
        "label": label,
        "summary": told,
        "line": line,
        "area": f"0,{HEIGHT:g} {line} {WIDTH:g},{HEIGHT:g}" if len(points) > 1 else "",
        "last": points[-1] if points else None,
        "rows": list(named) if table else [],
    }


def _points(values: Sequence[float]) -> list[tuple[float, float]]:
    """Where each value lies; room for the dot is left at every edge."""
    if not values:
        return []
    low, high = min(values), max(values)
    step, spread = (WIDTH - 8) / max(len(values) - 1, 1), (high - low) or 1
    return [
        (round(4 + place * step, 1), round(HEIGHT - 5 - (value - low) / spread * (HEIGHT - 10), 1)) for place, value in enumerate(values)
    ]


@register.inclusion_tag("parts/chart_days.html")
def day_strip(days: Iterable[Any], label: str = "The last fourteen days", table: bool = True) -> dict[str, Any]:
    """One bar a day, oldest first: {on, tone, height, title, url}. `tone` is ok, warn, bad, info or quiet; `height` 0 to 100.

    A day that is not as it should be carries a dot above the bar, so that colour says nothing alone.
    """
    drawn = [_day(place, day) for place, day in enumerate(days)]
    wrong = sum(day.marked for day in drawn)
    summary = f"{label}: {len(drawn)} days, {wrong} with trouble." if wrong else f"{label}: {len(drawn)} days, none with trouble."
    width = max(len(drawn) * PITCH - (PITCH - BAR), 1)
    return {"days": drawn, "label": label, "summary": summary, "width": width, "height": TOP + DEEP, "bar": BAR, "table": table}


def _day(place: int, day: Any) -> DayBar:
    of = day.get if isinstance(day, Mapping) else lambda name, default="": getattr(day, name, default)
    tone = str(of("tone", "quiet"))
    height = max(min(float(of("height", 0) or 0), 100), 6) / 100 * DEEP
    word = TONES.get(tone, tone)
    url = str(of("url", "") or "")
    title = str(of("title", "") or word)
    return DayBar(str(of("on", "")), word, tone, title, url, place * PITCH, round(TOP + DEEP - height, 1), round(height, 1), tone in MARKED)
