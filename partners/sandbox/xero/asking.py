"""What a list may be asked for: `where`, `order`, `page`, `pageSize` and `If-Modified-Since`."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from partners.sandbox.web import Request

PAGE = 100
Fields = Mapping[str, Callable[[Any], Any]]
Test = Callable[[Any], bool]
_TEXT = r'"((?:[^"\\]|\\.)*)"'
_EQUAL = re.compile(rf"([A-Za-z]+)\s*==\s*{_TEXT}")
_CALL = re.compile(rf"([A-Za-z]+)\.(StartsWith|EndsWith|Contains)\({_TEXT}\)")
_WHEN = re.compile(r"([A-Za-z]+)\s*(>=|<=|>|<|==)\s*DateTime\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\)")
_AND = re.compile(r"\s+(?:AND|and|&&)\s+")
_CALLS: dict[str, Callable[[str, str], bool]] = {
    "StartsWith": str.startswith,
    "EndsWith": str.endswith,
    "Contains": lambda value, part: part in value,
}
_SIGNS: dict[str, Callable[[date, date], bool]] = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    "==": lambda a, b: a == b,
}


class BadQuery(ValueError):
    """Cannot be read; the text says what."""


def chosen(request: Request, everything: Iterable[Any], fields: Fields) -> list[Any]:
    """Those that meet `where` and were changed since, in `order`. Raises BadQuery."""
    tests = [*_where(request.one("where"), fields), *_changed_since(request.headers.get("if-modified-since", ""), fields)]
    found = [one for one in everything if all(test(one) for test in tests)]
    return _ordered(found, request.one("order"), fields)


def paged(request: Request, found: list[Any]) -> tuple[list[Any], dict[str, int]]:
    """The page that was asked for and the numbers beside it; without `page` the first. Raises BadQuery."""
    page, size = _whole(request, "page", 1), min(_whole(request, "pageSize", PAGE), PAGE)
    numbers = {"page": page, "pageSize": size, "pageCount": math.ceil(len(found) / size), "itemCount": len(found)}
    return found[(page - 1) * size : page * size], numbers


def _whole(request: Request, name: str, default: int) -> int:
    raw = request.one(name)
    if raw and not (raw.isdecimal() and int(raw) > 0):
        raise BadQuery(f"{name} must be a whole number from 1")
    return int(raw) if raw else default


def _where(said: str, fields: Fields) -> list[Test]:
    """Terms joined by AND. A text may hold AND itself, so terms are read one after the other."""
    tests, rest = [], said.strip()
    while rest:
        found, make = _term(rest)
        if found[1] not in fields:
            raise BadQuery(f"No property or field '{found[1]}' exists")
        tests.append(make(found, fields[found[1]]))
        rest = rest[found.end() :]
        if rest and not (joint := _AND.match(rest)):
            raise BadQuery(f"Cannot parse: {rest[:80]}")
        rest = rest[joint.end() :] if rest and joint else ""
    return tests


def _term(rest: str) -> tuple[re.Match[str], Callable[[re.Match[str], Callable[[Any], Any]], Test]]:
    for pattern, make in ((_CALL, _call), (_WHEN, _when), (_EQUAL, _equal)):
        if found := pattern.match(rest):
            return found, make
    raise BadQuery(f"Cannot parse: {rest[:80]}")


def _equal(found: re.Match[str], of: Callable[[Any], Any]) -> Test:
    wanted = _bare(found[2])
    return lambda one: bool(of(one) == wanted)


def _call(found: re.Match[str], of: Callable[[Any], Any]) -> Test:
    meets, wanted = _CALLS[found[2]], _bare(found[3])
    return lambda one: meets(str(of(one)), wanted)


def _when(found: re.Match[str], of: Callable[[Any], Any]) -> Test:
    meets = _SIGNS[found[2]]
    try:
        wanted = date(int(found[3]), int(found[4]), int(found[5]))
    except ValueError as error:
        raise BadQuery(str(error)) from error
    return lambda one: meets(_day(of(one)), wanted)


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, date):
        raise BadQuery("Operator incompatible with operand types 'String' and 'DateTime'")
    return value


def _bare(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted)


def _changed_since(said: str, fields: Fields) -> list[Test]:
    if not said:
        return []
    since, of = _instant(said), fields["UpdatedDateUTC"]
    return [lambda one: bool(of(one) > since)]


def _instant(said: str) -> datetime:
    """ISO 8601 or the date of HTTP; without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        try:
            at = parsedate_to_datetime(said)
        except ValueError as error:
            raise BadQuery("If-Modified-Since cannot be read") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _ordered(found: list[Any], said: str, fields: Fields) -> list[Any]:
    if not said:
        return found
    name, _, way = said.partition(" ")
    if name not in fields or way.upper() not in ("", "ASC", "DESC"):
        raise BadQuery(f"Cannot parse: {said[:80]}")
    return sorted(found, key=fields[name], reverse=way.upper() == "DESC")
