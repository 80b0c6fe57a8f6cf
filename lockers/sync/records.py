"""One point as the feed says it, and the same point as our columns.

The typed struct names only what we mirror, so that a change of anything else in the feed is no change here.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from lockers.rules import points
from partners.values import clean_text

GONE = "Gone"
_VERSION = "02"  # ends every hash: raise it when a column is read differently, and the next crawl rewrites all rows
_ID = re.compile(r"[A-Za-z0-9][\w.\-]{0,39}", re.ASCII)
_SIZES = ("A", "B", "C")
NOTHING: Mapping[str, str] = {}


class _Location(msgspec.Struct, gc=False):
    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]


class _Address(msgspec.Struct, gc=False):
    city: str | None = None
    province: str | None = None
    post_code: str | None = None
    street: str | None = None
    building_number: str | None = None


class _Availability(msgspec.Struct, gc=False):
    status: str | None = None
    details: Annotated[dict[str, str | None], Meta(max_length=10)] | None = None


class _Hours(msgspec.Struct, gc=False):
    customer: msgspec.Raw = msgspec.Raw(b"null")


class FeedPoint(msgspec.Struct, gc=False):
    """A record of the public points feed (shared facts, inpost.md §3). Missing or null optional fields are no fault."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    status: Annotated[str, Meta(min_length=1)]
    location: _Location
    type: list[str]
    functions: list[str]
    country: Literal["GB"] = "GB"
    address_details: _Address | None = None
    location_description: str | None = None
    opening_hours: str | None = None
    location_247: bool | None = None
    operating_hours_extended: _Hours | None = None
    image_url: str | None = None
    physical_type: str | None = None
    in_mobile_collect_excluded: bool | None = None
    locker_availability: _Availability | None = None


class _Span(msgspec.Struct, gc=False):
    start: Annotated[int, Meta(ge=0, le=1440)]
    end: Annotated[int, Meta(ge=0, le=1440)]


class Row(NamedTuple):
    """The columns of one mirrored point; the JSON ones as text, ready for any way of writing."""

    point_id: str
    status: str
    is_locker: bool
    functions: str
    collect_excluded: bool
    name: str
    street: str
    city: str
    province: str
    postcode: str
    outward: str
    description: str
    latitude: float
    longitude: float
    open_24_7: bool
    opening_hours: str
    hours: str | None
    physical_type: str
    availability: str
    sizes: str
    image_url: str
    raw_hash: str
    content_hash: str
    may_receive: bool
    low_since: str
    fetched_at: datetime
    changed_at: datetime
    missing_crawls: int = 0
    gone_at: datetime | None = None


_PREFIX = re.compile(r"^(?:24/+7\s+)?inpost (?:locker|shop)\s*-\s*", re.IGNORECASE)
_LINK = re.compile(r"https://[!-~]{1,292}")

_encoder = msgspec.msgpack.Encoder()
_hours_decoder = msgspec.json.Decoder(dict[str, list[_Span]] | None)


def raw_hash(record: bytes) -> str:
    """A fingerprint of the record's bytes."""
    return sha256(record).hexdigest()[:30] + _VERSION


def content_hash(point: FeedPoint) -> str:
    """A fingerprint of everything we mirror of the point, in the feed's own words."""
    return raw_hash(_encoder.encode(point))


def is_id(name: str) -> bool:
    """Whether this could be a point's id: letters, digits, dots and dashes. Which ids exist, the mirror decides."""
    return (name.isalnum() and name.isascii()) or _ID.fullmatch(name) is not None


def row_of(point: FeedPoint, raw: str, content: str, *, at: datetime, low_before: Mapping[str, str] = NOTHING) -> Row:
    """The point as our columns: text cleaned and capped, the human name freed of its prefix, `may_receive` decided.

    `low_before` says since when which size was nearly full so far.
    """
    address, availability = point.address_details or _NOWHERE, point.locker_availability or _UNSAID
    latitude, longitude = point.location.latitude, point.location.longitude
    is_locker, excluded = "parcel_locker" in point.type, bool(point.in_mobile_collect_excluded)
    status, postcode = _word(point.status, 20), text(address.post_code, 20).upper()
    functions, functions_json = _functions(tuple(point.functions))
    receives = points.may_receive(
        is_locker=is_locker, status=status, functions=functions, collect_excluded=excluded, latitude=latitude, longitude=longitude
    )
    levels, levels_json = _levels(None if availability.details is None else tuple(availability.details.items()), is_locker)
    return Row(
        point.name,
        status,
        is_locker,
        functions_json,
        excluded,
        _PREFIX.sub("", text(address.building_number, 200)),
        text(address.street, 200),
        _word(address.city, 100),
        _word(address.province, 100),
        postcode,
        points.outward(postcode),
        text(point.location_description, 500),
        latitude,
        longitude,
        bool(point.location_247),
        _word(point.opening_hours, 500),
        _hours(point.operating_hours_extended),
        _word(point.physical_type, 40),
        _word(availability.status, 20),
        levels_json,
        _link(point.image_url),
        raw,
        content,
        receives,
        _json(points.lows(levels, low_before, at)) if points.VERY_LOW in levels.values() else "{}",
        at,
        at,
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


@lru_cache(maxsize=4096)
def _functions(said: tuple[str, ...]) -> tuple[frozenset[str], str]:
    names = [text(name, 60) for name in said[:30]]
    return frozenset(names), _json(names)


@lru_cache(maxsize=4096)
def _levels(said: tuple[tuple[str, str | None], ...] | None, is_locker: bool) -> tuple[Mapping[str, str], str]:
    """The level per size. No word about sizes at all is "no data", which is not "no such compartment"."""
    unsaid = dict.fromkeys(_SIZES, "NO_DATA") if is_locker else {}
    levels = unsaid if said is None else {text(size, 4): text(level, 20) or "NO_DATA" for size, level in said}
    return levels, _json(levels)


def _hours(said: _Hours | None) -> str | None:
    """Opening hours per weekday in minutes from midnight; anything else than that shape is dropped, not refused."""
    try:
        hours = _hours_decoder.decode(said.customer) if said else None
    except msgspec.MsgspecError:
        return None
    return _json({text(day, 12).lower(): spans[:10] for day, spans in list(hours.items())[:7]}) if hours else None


def _link(url: str | None) -> str:
    return url if url and _LINK.fullmatch(url) else ""


def text(value: str | None, limit: int) -> str:
    """What both databases store alike, on one line; the quick way for the plain text that nearly all of it is."""
    if not value:
        return ""
    if value.isascii() and value.isprintable() and "  " not in value and len(value) <= limit:
        return value.strip()
    return " ".join(clean_text(value, limit=limit).text.split())


_word = lru_cache(maxsize=4096)(text)  # for what repeats from point to point: statuses, levels, towns
_NOWHERE = _Address()
_UNSAID = _Availability()
