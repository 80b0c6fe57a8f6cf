"""InPost's public points feed: pages of raw records, GB only. Source: the feed itself; it is undocumented for this use."""

from collections.abc import Iterator
from urllib.parse import quote

import msgspec

from partners.errors import Unreadable
from partners.http import Wire
from partners.pages import Page

PARTNER = "points"
PER_PAGE = 5_000
MOST_PAGES = 200
NO_SUCH_POINT = "point_not_found"


class _Envelope(msgspec.Struct):
    """`count` is the whole feed's size; `items` stay raw, so that one bad point spoils no other."""

    items: list[msgspec.Raw]
    count: int | None = None
    total_pages: int = 1


class _Refusal(msgspec.Struct):
    """`key` says what is wrong: a locker that is gone is another thing than an address that is."""

    key: str = ""


_envelope = msgspec.json.Decoder(_Envelope)
_refusal = msgspec.json.Decoder(_Refusal)


def split_page(body: bytes) -> list[bytes]:
    """The raw records of one stored page."""
    return [bytes(item) for item in _envelope.decode(body).items]


class PointsFeed:
    """The feed at one address, such as https://api-global-points.easypack24.net/v1/points."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def pages(self, *, per_page: int = PER_PAGE) -> Iterator[Page]:
        """Every page of GB. Unknown parameters are ignored by the feed, so `declared` says what it thinks it sends."""
        number, last = 1, 1
        while number <= min(last, MOST_PAGES):
            page, last = self._page(number, per_page)
            yield page
            number += 1

    def point(self, point_id: str) -> bytes | None:
        """One point of GB as it stands now, raw as in a page; None where the feed says that it has no such point."""
        if not point_id.strip("."):
            return None
        answer = self._wire.get(f"/GB/{quote(point_id, safe='')}", label="/v1/points/GB/{id}", expect=(404,))
        if answer.status != 404:
            return answer.body
        try:
            key = _refusal.decode(answer.body).key
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            key = ""
        if key == NO_SUCH_POINT:
            return None
        raise Unreadable(PARTNER, "It has no page for single points at this address.", request_id=answer.request_id, status=404)

    def check(self) -> str:
        """Prove that the feed answers, in a sentence."""
        page, _ = self._page(1, 1)
        return f"The feed answers and declares {page.declared} points."

    def _page(self, number: int, per_page: int) -> tuple[Page, int]:
        answer = self._wire.get("", {"country": "GB", "page": number, "per_page": per_page}, label="/v1/points")
        try:
            envelope = _envelope.decode(answer.body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise Unreadable(PARTNER, "The page of points is not the JSON we know.", request_id=answer.request_id) from error
        records = [bytes(item) for item in envelope.items]
        page = Page(records=records, cursor=None, source=f"GET /v1/points page {number}", body=answer.body, declared=envelope.count)
        return page, envelope.total_pages
