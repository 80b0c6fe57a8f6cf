"""The border: what partners and people send becomes values that both databases store alike, or a reason why not."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, NamedTuple

from partners.errors import RecordError

NAME, LINE, NOTE = 200, 500, 5_000
MOST_INTEGER = 2**31 - 1
YEARS = timedelta(days=3653)

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_FRACTION = re.compile(r"(\.\d{6})\d+")
_DECIMAL = re.compile(r"-?\d{1,12}(\.\d{1,6})?", re.ASCII)


class Cleaned(NamedTuple):
    """A text fit to store, and whether it was cut."""

    text: str
    truncated: bool = False


def clean_text(value: str, *, limit: int = LINE) -> Cleaned:
    """NFC, without control characters other than line feed and tab, lone surrogates replaced, cut to `limit` characters."""
    head = value[: limit * 4]
    text = unicodedata.normalize("NFC", _CONTROL.sub("", _SURROGATE.sub("\ufffd", head))).strip()
    return Cleaned(text[:limit], truncated=len(text) > limit or len(value) > limit * 4)


def identifier(value: str, *, limit: int = 64) -> str:
    """One line without marks that change the reading direction: what is compared must look like what it is."""
    return " ".join(_BIDI.sub("", clean_text(value, limit=limit).text).split())


def text_at(value: Any, path: str, *, limit: int = LINE) -> str:
    """Text, a number written as text, or "" for null. Raises RecordError for anything else."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise RecordError(path, "must be text")
    return clean_text(str(value), limit=limit).text


def identifier_at(value: Any, path: str, *, limit: int = 64) -> str:
    """An identifier that must be there. Raises RecordError when it is missing, empty or too long."""
    text = text_at(value, path, limit=limit + 1)
    if not text:
        raise RecordError(path, "is missing")
    if len(text) > limit:
        raise RecordError(path, f"is longer than {limit} characters")
    return identifier(text, limit=limit)


def whole_at(value: Any, path: str, *, least: int = 0, most: int = MOST_INTEGER) -> int:
    """A whole number within bounds: no true, no 1.9, nothing a database would refuse or round."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().lstrip("-").isdigit() and len(value.strip()) < 12:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise RecordError(path, "must be a whole number")
    if not least <= value <= most:
        raise RecordError(path, f"must be between {least} and {most}")
    return value


def pence_at(value: Any, path: str, *, least: int = 0) -> int:
    """ "84.00" → 8400. Half a penny is rounded up, away from what a database would do by itself."""
    text = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    if not _DECIMAL.fullmatch(text):
        raise RecordError(path, "must be an amount such as 84.00")
    try:
        pence = int((Decimal(text) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    except InvalidOperation as error:
        raise RecordError(path, "must be an amount such as 84.00") from error
    if not least <= pence <= 2**62:
        raise RecordError(path, "is not a possible amount")
    return pence


def instant_at(value: Any, path: str, *, now: datetime | None = None) -> datetime:
    """An ISO 8601 instant with its zone, in UTC; digits beyond microseconds are dropped."""
    if not isinstance(value, str) or len(value) > 40:
        raise RecordError(path, "must be an instant such as 2026-11-23T09:14:00Z")
    try:
        instant = datetime.fromisoformat(_FRACTION.sub(r"\1", value.strip()))
    except ValueError as error:
        raise RecordError(path, "must be an instant such as 2026-11-23T09:14:00Z") from error
    if instant.tzinfo is None:
        raise RecordError(path, "has no time zone")
    try:
        instant = instant.astimezone(UTC)
    except OverflowError as error:
        raise RecordError(path, "is not a possible instant") from error
    if abs(instant - (now or datetime.now(UTC))) > YEARS:
        raise RecordError(path, "is more than ten years away")
    return instant


def date_at(value: Any, path: str) -> date | None:
    """An ISO date, or None for null and ""."""
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError as error:
        raise RecordError(path, "must be a date such as 2026-11-23") from error
