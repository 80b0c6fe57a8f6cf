"""The icons' tags, each icon drawn once per process: building one anew costs as much as a small query, and a page has a dozen."""

from functools import cache

from django import template
from django.utils.safestring import SafeString
from heroicons.templatetags import heroicons

register = template.Library()


@cache
def _drawn(style: str, name: str, size: int, attrs: tuple[tuple[str, str], ...]) -> SafeString:
    tag = {"mini": heroicons.heroicon_mini, "micro": heroicons.heroicon_micro, "outline": heroicons.heroicon_outline}[style]
    return SafeString(tag(name, size=size, **dict(attrs)))


@register.simple_tag
def heroicon_mini(name: str, *, size: int = 20, **attrs: str) -> SafeString:
    return _drawn("mini", str(name), size, tuple(attrs.items()))


@register.simple_tag
def heroicon_micro(name: str, *, size: int = 16, **attrs: str) -> SafeString:
    return _drawn("micro", str(name), size, tuple(attrs.items()))


@register.simple_tag
def heroicon_outline(name: str, *, size: int = 24, **attrs: str) -> SafeString:
    return _drawn("outline", str(name), size, tuple(attrs.items()))
