"""The border: what partners and people send becomes values that both databases store alike, or a reason why not."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from partners.errors import RecordError

NAME, LINE, NOTE = 200, 500, 5_000
MOST_INTEGER = 2**31 - 1
MOST_PENCE = 10**14
YEARS = timedelta(days=3653)
TRUE, FALSE = (True, "true", "True"), (False, "false", "False", None, "")

_LINE_END = re.compile(r"\r\n?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Marks of reading direction, and characters without width: both let two different identifiers look the same.
_UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_FRACTION = re.compile(r"([.,]\d{6})\d+")
_WHOLE = re.compile(r"-?\d{1,11}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,12}(\.\d{1,6})?", re.ASCII)
_DATE = re.compile(r"^(\d{4}-\d{2}-\d{2})[T ]\d.*$", re.ASCII)


class Cleaned(NamedTuple):
    """A text fit to store, and whether it was cut."""

    text: str
    truncated: bool = False


def clean_text(value: str, *, limit: int = LINE) -> Cleaned:
    """NFC, without control characters other than line feed and tab, lone surrogates replaced, cut to `limit` characters."""
    head = _LINE_END.sub("\n", value[: limit * 4])
    text = unicodedata.normalize("NFC", _CONTROL.sub("", _SURROGATE.sub("\ufffd", head))).strip()
    return Cleaned(text[:limit].rstrip(), truncated=len(text) > limit or len(value) > limit * 4)


def identifier(value: str, *, limit: int = 64) -> str:
    """One line without what cannot be seen: what is compared must look like what it is."""
    return " ".join(clean_text(_UNSEEN.sub("", value[: limit * 4]), limit=limit).text.split())


def text_at(value: Any, path: str, *, limit: int = LINE) -> str:
    """Text, a number written as text, or "" for null. Raises RecordError for anything else."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise RecordError(path, "must be text")
    if isinstance(value, int) and abs(value) >= 2**63:
        raise RecordError(path, "is not a possible number")
    return clean_text(str(value), limit=limit).text


def identifier_at(value: Any, path: str, *, limit: int = 64) -> str:
    """An identifier that must be there. Raises RecordError when it is missing, empty or too long."""
    text = text_at(value, path, limit=limit + 1)
    if len(text) > limit:
        raise RecordError(path, f"is longer than {limit} characters")
    seen = identifier(text, limit=limit)
    if not seen:
        raise RecordError(path, "is missing")
    return seen


def flag_at(value: Any, path: str) -> bool:
    """Yes or no, as JSON or as its word; null and "" are no. Raises RecordError for anything else: 1 may mean many things."""
    if value is None or isinstance(value, str | bool):
        if value in TRUE:
            return True
        if value in FALSE:
            return False
    raise RecordError(path, "must be true or false")


def whole_at(value: Any, path: str, *, least: int = 0, most: int = MOST_INTEGER) -> int:
    """A whole number within bounds, or its digits as text: no true, no 1.9, nothing a database would refuse or round."""
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise RecordError(path, "must be a whole number")
    if not least <= value <= most:
        raise RecordError(path, f"must be between {least} and {most}")
    return value


def pence_at(value: Any, path: str, *, least: int = 0) -> int:
    """ "84.00" → 8400. Half a penny is rounded up, away from what a database would do by itself."""
    text = _digits(value)
    if not _DECIMAL.fullmatch(text):
        raise RecordError(path, "must be an amount such as 84.00")
    pence = int((Decimal(text) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if not least <= pence <= MOST_PENCE:
        raise RecordError(path, "is not a possible amount")
    return pence


def instant_at(value: Any, path: str, *, now: datetime | None = None) -> datetime:
    """An ISO 8601 instant with its zone, within ten years of now, in UTC; digits beyond microseconds are dropped."""
    try:
        instant = datetime.fromisoformat(_FRACTION.sub(r"\1", _short(value)))
    except ValueError as error:
        raise RecordError(path, "must be an instant such as 2026-11-23T09:14:00Z") from error
    if instant.tzinfo is None:
        raise RecordError(path, "has no time zone")
    if abs(instant - (now or datetime.now(UTC))) > YEARS:
        raise RecordError(path, "is more than ten years away")
    return instant.astimezone(UTC)


def date_at(value: Any, path: str) -> date | None:
    """An ISO date (or the date of an ISO instant as it is written), or None for null and ""."""
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(_DATE.sub(r"\1", _short(value)))
    except ValueError as error:
        raise RecordError(path, "must be a date such as 2026-11-23") from error


def _short(value: Any) -> str:
    """Text of the length of an instant; raises ValueError for anything else."""
    if not isinstance(value, str) or len(value) > 45:
        raise ValueError
    return value.strip()


def _digits(value: Any) -> str:
    """A number as somebody would write it; "" for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or (isinstance(value, int) and abs(value) > MOST_PENCE):
        return ""
    return str(value).strip()
