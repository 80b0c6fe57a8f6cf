"""A point's condition as chips: an icon and a word, never colour alone."""

from collections.abc import Mapping
from functools import cache
from html import escape
from typing import Any, NamedTuple

from django import template
from django.utils.safestring import SafeString, mark_safe
from heroicons.templatetags.heroicons import heroicon_mini

from lockers.rules import points
from partners.inpost.compartments import LIMITS

register = template.Library()


class Chip(NamedTuple):
    tone: str
    icon: str
    word: str


_CONDITIONS = {
    points.OPERATING: Chip("warn", "no-symbol", "Takes no parcels"),
    points.OVERLOADED: Chip("warn", "exclamation-triangle", "Full for now"),
    "Created": Chip("quiet", "clock", "Not open yet"),
    "Disabled": Chip("bad", "x-circle", "Closed"),
    "NonOperating": Chip("bad", "x-circle", "Closed"),
}
_LEVELS = {
    "NORMAL": Chip("ok", "check", "free"),
    "LOW": Chip("warn", "arrow-trending-down", "few free"),
    "VERY_LOW": Chip("warn", "exclamation-triangle", "nearly full"),
    "NO_DATA": Chip("quiet", "question-mark-circle", "not known"),
}
_NONE = Chip("bad", "minus-circle", "none")


def condition(point: Mapping[str, Any]) -> Chip:
    """What a person at the desk calls the point's status."""
    if point["gone_at"] is not None:
        return Chip("bad", "x-circle", "Gone")
    if not point["is_locker"]:
        return Chip("quiet", "building-storefront", "Shop, not a locker")
    if point["may_receive"]:
        return Chip("ok", "check-circle", "Open")
    return _CONDITIONS.get(point["status"]) or Chip("warn", "question-mark-circle", f"Unknown: {point['status']}")


@register.simple_tag
def point_condition(point: Any) -> SafeString:
    """One chip for a row or an instance."""
    fields = ("gone_at", "is_locker", "may_receive", "status")
    facts = point if isinstance(point, Mapping) else {name: getattr(point, name) for name in fields}
    return mark_safe(_drawn(*condition(facts), f"InPost says {facts['status']}"))  # noqa: S308 - every part is escaped


@register.simple_tag
def size_chips(sizes: Mapping[str, str]) -> SafeString:
    """A, B and C with how full they are."""
    chips = (_size_chip(compartment.size, sizes) for compartment in LIMITS.smallest_first)
    return mark_safe(" ".join(chips))  # noqa: S308 - every part is escaped


@register.simple_tag
def level_chip(sizes: Mapping[str, str], size: str) -> SafeString:
    """How full the compartments of one size are."""
    return mark_safe(_size_chip(size, sizes))  # noqa: S308 - every part is escaped


def _size_chip(size: str, sizes: Mapping[str, str]) -> str:
    level = sizes.get(size)
    chip = _NONE if level is None else _LEVELS.get(level, Chip("quiet", "question-mark-circle", level))
    return _drawn(chip.tone, chip.icon, f"{size} {chip.word}", "")


@cache
def _drawn(tone: str, icon: str, word: str, title: str) -> str:
    hover = f' title="{escape(title)}"' if title else ""
    return f'<span class="chip chip-{tone}"{hover}>{heroicon_mini(icon, size=16, aria_hidden="true")}{escape(word)}</span>'
