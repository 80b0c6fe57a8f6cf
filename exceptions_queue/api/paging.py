"""Pages for programs: {results, next, previous}, where next and previous are addresses to follow as they are."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from django.db.models import QuerySet
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from exceptions_queue.queries import alphabet, keyset

SIZE = 50
_BACK, _ON = "b", "n"
_UNKNOWN = {"cursor": ["This cursor is not one of ours. Start again without it."]}


class _Place(NamedTuple):
    after: str = ""
    before: str = ""


def by_instant(
    request: Request,
    rows: "QuerySet[Any, Any]",
    asked: dict[str, Any],
    shape: type[serializers.Serializer[Any]],
    *,
    key: str,
    newest_first: bool,
    told: Callable[[Any], Any] | None = None,
) -> Response:
    """A page of rows ordered by (`key`, id), each through `told` first. One statement."""
    place = _place(asked)
    if any(place) and keyset.place_of(place.after or place.before) is None:
        raise ValidationError(_UNKNOWN)
    found = keyset.page(rows, key=key, newest_first=newest_first, size=asked.get("limit", SIZE), **place._asdict())
    if told is not None:
        found = replace(found, rows=[told(row) for row in found.rows])
    return _answer(request, found, shape)


def by_text(
    request: Request, rows: "QuerySet[Any, Any]", asked: dict[str, Any], shape: type[serializers.Serializer[Any]], *, key: str
) -> Response:
    """A page of rows ordered by one unique text. One statement."""
    found = alphabet.page(rows, key=key, size=asked.get("limit", SIZE), **_place(asked)._asdict())
    return _answer(request, found, shape)


def page_of(name: str, row: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """How such a page is described."""
    return inline_serializer(
        name,
        {
            "results": row(many=True),
            "next": serializers.URLField(allow_null=True, help_text="The address of the next page; null on the last one."),
            "previous": serializers.URLField(allow_null=True, help_text="The address of the page before; null on the first one."),
        },
    )


def _answer(request: Request, found: keyset.Page[Any], shape: type[serializers.Serializer[Any]]) -> Response:
    return Response(
        {
            "results": shape(found.rows, many=True).data,
            "next": _address(request, _ON, found.next),
            "previous": _address(request, _BACK, found.previous),
        }
    )


def _address(request: Request, way: str, key: str) -> str | None:
    if not key:
        return None
    asked = request.query_params.copy()
    asked["cursor"] = base64.urlsafe_b64encode(f"{way}{key}".encode()).decode().rstrip("=")
    return request.build_absolute_uri(f"{request.path}?{asked.urlencode()}")


def _place(asked: dict[str, Any]) -> _Place:
    """The place that a cursor names; 400 for one that we did not write."""
    if not (cursor := asked.get("cursor", "")):
        return _Place()
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        text = ""
    way, key = text[:1], text[1:]
    if way not in (_ON, _BACK) or not key or "\x00" in key:
        raise ValidationError(_UNKNOWN)
    return _Place(after=key) if way == _ON else _Place(before=key)
