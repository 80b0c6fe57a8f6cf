"""ACS's feed of returns: pages of raw records. The whole contract is ours, to be agreed with ACS: docs/partners/acs.md."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from partners.acs.returns import decode_return
from partners.errors import RecordError, Unreadable
from partners.http import Wire
from partners.pages import Page
from partners.values import identifier

PARTNER = "returns"
OVERLAP = timedelta(minutes=10)  # for what ACS commits late


class _Envelope(msgspec.Struct):
    """`returns` stay raw, so that one bad return spoils no other. `next` is where the following page begins; null on the last."""

    returns: list[msgspec.Raw]
    next: str | int | None = None


_envelope = msgspec.json.Decoder(_Envelope)


class ReturnsFeed:
    """The feed at one address. The cursor is the latest change that was seen, "" for the beginning; `clock` gives now."""

    def __init__(self, wire: Wire, *, clock: Callable[[], datetime]) -> None:
        self._wire, self._clock = wire, clock

    def pages(self, cursor: str) -> Iterator[Page]:
        """Pages of raw returns changed since ten minutes before the cursor, by their numbers. Raises PartnerError.

        Only the last page moves the cursor: what breaks off is read again. A change dated in the future moves it no further than now.
        """
        since, after = _since(cursor), ""
        latest = cursor_at(datetime.fromisoformat(cursor)) if cursor else ""
        while True:
            records, following, body = self._page({"since": since, "after": after})
            latest = max([latest, *_changes(records, until=self._clock())])
            yield Page(records=records, cursor=None if following else latest or None, source="GET /returns", body=body)
            if not following:
                return
            after = following

    def check(self) -> str:
        """Prove that the feed answers, in a sentence."""
        self._page({"since": cursor_at(self._clock())})
        return "ACS's returns answer."

    def _page(self, asked: Mapping[str, str]) -> tuple[list[bytes], str, bytes]:
        answer = self._wire.get("", {name: value for name, value in asked.items() if value}, label="/returns")
        about: dict[str, Any] = {"request_id": answer.request_id, "status": answer.status}
        if answer.is_page:
            raise Unreadable(PARTNER, "A web page answers in ACS's place. Check ACS_RETURNS_URL.", **about)
        try:
            envelope = _envelope.decode(answer.body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise Unreadable(PARTNER, "The page of returns is cut short, or not the JSON that was agreed.", **about) from error
        following = "" if envelope.next is None else identifier(str(envelope.next))
        return [bytes(record) for record in envelope.returns], following, answer.body


def cursor_at(instant: datetime) -> str:
    """The cursor from which everything changed since `instant` is read again."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def _since(cursor: str) -> str:
    return cursor_at(datetime.fromisoformat(cursor) - OVERLAP) if cursor else ""


def _changes(records: list[bytes], *, until: datetime) -> Iterator[str]:
    """When each readable record last changed, as cursors, which sort as their instants do."""
    for raw in records:
        try:
            yield cursor_at(min(decode_return(raw).told_at, until))
        except RecordError:
            continue
