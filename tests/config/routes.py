"""Every address the house answers, by its name, with the parts of the address filled in."""

import re
from collections.abc import Iterator, Mapping

from django.urls import URLPattern, URLResolver, get_resolver

# Nothing by these names exists: who may not even look must be refused before anybody looks it up.
_FILLED = {"int": "999999", "str": "NOSUCH", "slug": "nosuch", "path": "nosuch", "uuid": "00000000-0000-0000-0000-000000000001"}


def routes(about: Mapping[str, object] = {}) -> dict[str, str]:
    """Name → an address of it. Names carry their namespace; an address without a name goes by its pattern.

    `about` fills parts of an address by their name; the others name nothing that exists.
    """
    return {name: f"/{_filled(route, about)}" for name, route in _walk(get_resolver().url_patterns)}


def _walk(patterns: list[URLPattern | URLResolver], before: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    for entry in patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, route, f"{space}{entry.namespace}:" if entry.namespace else space)
        else:
            yield (f"{space}{entry.name}" if entry.name else route), route


def _filled(route: str, about: Mapping[str, object]) -> str:
    route = re.sub(r"<(?:(\w+):)?(\w+)>", lambda found: str(about.get(found[2], _FILLED.get(found[1] or "str", "nosuch"))), route)
    return re.sub(r"\(\?P<\w+>[^)]*\)", "1", route).replace("^", "").replace("$", "").replace("\\Z", "")
