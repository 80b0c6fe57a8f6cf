"""Charts of one SKU's stock: the waterfall, and how it went over time. Each says its numbers as text and as a table."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import template

from inventory.queries.sku import Day
from inventory.rules.waterfall import Step

register = template.Library()

WIDTH, HEIGHT, EDGE = 600.0, 120.0, 4.0
CHANGES = 30


@register.inclusion_tag("inventory/parts/_waterfall.html")
def waterfall(lines: Iterable[Step], links: dict[str, str], label: str) -> dict[str, Any]:
    """The steps as a table with floating bars. `links` is {step key, or "status-<id>": the rows it counts}."""
    drawn = [{"step": line, "url": links.get(f"status-{line.status}" if line.status else line.key, "")} for line in lines]
    return {"lines": drawn, "label": label}


@register.inclusion_tag("inventory/parts/_days.html")
def stock_days(days: Sequence[Day], label: str) -> dict[str, Any]:
    """On hand as ground, sellable as a line over it, one step a day, from nothing upwards."""
    most = max((max(day.on_hand, day.sellable) for day in days), default=0) or 1
    changes = [day for place, day in enumerate(days) if not place or (day.on_hand, day.sellable) != _pair(days[place - 1])]
    return {
        "label": label,
        "summary": _summary(days, label),
        "ground": f"0,{HEIGHT:g} {_line([day.on_hand for day in days], most)} {WIDTH:g},{HEIGHT:g}" if days else "",
        "line": _line([day.sellable for day in days], most),
        "top": _line([day.on_hand for day in days], most),
        "first": _date(days[0].on) if days else "",
        "rows": [(_date(day.on), day.on_hand, day.sellable) for day in reversed(changes)][:CHANGES],
    }


def _date(on: date) -> str:
    return f"{on:%a} {on.day} {on:%b}"


def _pair(day: Day) -> tuple[int, int]:
    return day.on_hand, day.sellable


def _line(values: Sequence[int], most: int) -> str:
    """A step for each day, from its beginning to its end."""
    wide, tall = WIDTH / max(len(values), 1), HEIGHT - EDGE
    points = []
    for place, value in enumerate(values):
        y = round(HEIGHT - value / most * tall, 1)
        points += [f"{round(place * wide, 1):g},{y:g}", f"{round((place + 1) * wide, 1):g},{y:g}"]
    return " ".join(points)


def _summary(days: Sequence[Day], label: str) -> str:
    if not days:
        return f"{label}: nothing is known yet."
    first, last = days[0], days[-1]
    span = f"{len(days)} days" if len(days) > 1 else "today"
    return f"{label}, {span}: on hand {first.on_hand:,} to {last.on_hand:,}, sellable {first.sellable:,} to {last.sellable:,}."
