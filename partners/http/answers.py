"""What came back, read strictly: nothing a partner sends is taken on trust."""

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from partners.errors import Unreadable
from partners.values import NOTE, clean_text

SHORTEST_WAIT_S, DEFAULT_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0, 3600.0


@dataclass(frozen=True)
class Answer:
    """One answer, whole. `request_id` is the partner's echo of ours where it sends one."""

    partner: str
    status: int
    headers: dict[str, str]
    body: bytes
    request_id: str

    def json(self) -> Any:
        """The body as JSON: strict UTF-8, no NaN, no key twice, no bottomless nesting. Raises Unreadable with the reason."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind and not (kind.endswith("json") or kind == "text/plain"):
            raise self._unreadable(f"it is {kind}, not JSON")
        try:
            text = self.body.decode("utf-8")
            return json.loads(text, parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_each_key_once)
        except (ValueError, RecursionError) as error:
            raise self._unreadable(_reason(error)) from error

    def text(self) -> str:
        """The first few thousand characters, fit to store. What is not UTF-8 shows as replacement marks."""
        return clean_text(self.body[: NOTE * 4].decode("utf-8", "replace"), limit=NOTE).text

    @property
    def is_page(self) -> bool:
        """Whether it is a web page: the word of a gateway in between, not of the partner's program."""
        return "html" in self.headers.get("content-type", "").lower()

    def _unreadable(self, why: str) -> Unreadable:
        return Unreadable(self.partner, f"The answer cannot be read: {why}.", request_id=self.request_id, status=self.status)


def retry_after_s(headers: dict[str, str], *, now: datetime | None = None) -> float:
    """Retry-After in seconds, from seconds or a date; a minute where it makes no sense, never more than an hour."""
    raw = headers.get("retry-after", "").strip()
    if raw.isascii() and raw.isdigit():
        return min(max(float(raw[:9]), SHORTEST_WAIT_S), LONGEST_WAIT_S)
    try:
        until = parsedate_to_datetime(raw)
    except (ValueError, TypeError, OverflowError):
        return DEFAULT_WAIT_S
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    seconds = (until - (now or datetime.now(UTC))).total_seconds()
    return min(max(seconds, SHORTEST_WAIT_S), LONGEST_WAIT_S) if seconds > 0 else DEFAULT_WAIT_S


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return "it is not whole JSON"
    return str(error)[:80]


def _no_constant(name: str) -> Any:
    raise ValueError(f"it holds {name}, which is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("it holds a number beyond all bounds")
    return number


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    whole = dict(pairs)
    if len(whole) != len(pairs):
        raise ValueError("it names a field twice")
    return whole
