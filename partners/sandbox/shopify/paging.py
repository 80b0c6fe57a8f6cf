"""Connections: a page of rows by `first`/`after` or `last`/`before`, with cursors that hold a place rather than a count."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from partners.sandbox.shopify.language import Fault

MOST = 250
Place = tuple[Any, int]


@dataclass
class Rows:
    """What a connection shows a page of. `place` gives what it is sorted by and its id; `show` makes the node."""

    items: Sequence[Any]
    show: Callable[[Any], Mapping[str, Any]]
    place: Callable[[Any], Place]
    page_type: str


def page(rows: Rows, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The connection. Raises Fault where neither `first` nor `last` says how many, or one says too many."""
    _check(asked)
    backwards = bool(asked.get("reverse"))
    items = sorted(rows.items, key=rows.place, reverse=backwards)
    if after := asked.get("after"):
        items = [item for item in items if _is_beyond(rows.place(item), _place_of(after), backwards=backwards)]
    if before := asked.get("before"):
        items = [item for item in items if _is_beyond(_place_of(before), rows.place(item), backwards=backwards)]
    first, last = asked.get("first"), asked.get("last")
    if first is not None:
        return _told(rows, items[:first], following=len(items) > first, preceding=bool(asked.get("after")))
    shown = items[-last:] if last else []
    return _told(rows, shown, following=bool(asked.get("before")), preceding=len(items) > len(shown))


def _told(rows: Rows, shown: Sequence[Any], *, following: bool, preceding: bool) -> dict[str, Any]:
    nodes = [rows.show(item) for item in shown]
    cursors = [cursor(rows.place(item)) for item in shown]
    info = {
        "__typename": "PageInfo",
        "hasNextPage": following,
        "hasPreviousPage": preceding,
        "startCursor": cursors[0] if cursors else None,
        "endCursor": cursors[-1] if cursors else None,
    }
    edge = rows.page_type.removesuffix("Connection") + "Edge"
    edges = [{"__typename": edge, "cursor": at, "node": node} for at, node in zip(cursors, nodes, strict=True)]
    return {"__typename": rows.page_type, "nodes": nodes, "edges": edges, "pageInfo": info}


def cursor(place: Place) -> str:
    said = json.dumps({"last_id": place[1], "last_value": place[0]}, separators=(",", ":"))
    return base64.b64encode(said.encode()).decode()


def _place_of(text: str) -> Place:
    try:
        said = json.loads(base64.b64decode(text, validate=True))
        return said["last_value"], int(said["last_id"])
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise Fault("Invalid cursor for current pagination sort.", extra={"code": "BAD_USER_INPUT"}) from error


def _is_beyond(place: Place, other: Place, *, backwards: bool) -> bool:
    try:
        return place < other if backwards else place > other
    except TypeError as error:
        raise Fault("Invalid cursor for current pagination sort.", extra={"code": "BAD_USER_INPUT"}) from error


def _check(asked: Mapping[str, Any]) -> None:
    sizes = {name: asked[name] for name in ("first", "last") if asked.get(name) is not None}
    if not sizes:
        raise Fault("you must provide one of first or last", extra={"code": "BAD_REQUEST"})
    if len(sizes) > 1:
        raise Fault("providing both first and last is not supported", extra={"code": "BAD_REQUEST"})
    for name, size in sizes.items():
        if size > MOST:
            raise Fault(f"{name} cannot exceed {MOST}", extra={"code": "BAD_REQUEST"})
        if size < 0:
            raise Fault(f"{name} cannot be negative", extra={"code": "BAD_REQUEST"})
