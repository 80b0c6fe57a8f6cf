"""A feed of our own making: pages of JSON records, and a room that keeps them in a dictionary."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from partners.pages import Applied, Page, Reject

Record = dict[str, Any]


def body(records: Sequence[Record]) -> bytes:
    return json.dumps(records).encode()


def split(raw: bytes) -> list[bytes]:
    return [json.dumps(record).encode() for record in json.loads(raw)]


def page(records: Sequence[Record], cursor: str | None = None, **facts: Any) -> Page:
    raw = body(records)
    return Page(records=split(raw), cursor=cursor, source="GET /records", body=raw, **facts)


class Feed:
    """What the partner shows: a list of pages, or an error in their place."""

    def __init__(self, *pages: Page | Exception) -> None:
        self.pages = list(pages)
        self.asked: list[str] = []

    def __call__(self, cursor: str) -> Iterator[Page]:
        self.asked.append(cursor)
        for shown in self.pages:
            if isinstance(shown, Exception):
                raise shown
            yield shown


class Room:
    """Keeps records by id; one without a number is refused."""

    def __init__(self) -> None:
        self.rows: dict[str, Any] = {}
        self.applied: list[list[str]] = []

    def apply(self, shown: Page, at: datetime) -> Applied:
        done = Applied(read=[])
        for raw in shown.records:
            self._take(json.loads(raw), raw, done)
        self.applied.append([json.loads(raw)["id"] for raw in shown.records])
        return done

    def _take(self, record: Record, raw: bytes, done: Applied) -> None:
        if not isinstance(record.get("n"), int):
            done.rejected.append(Reject(key=record["id"], path="$.n", reason="must be a whole number", raw=raw))
            return
        done.read.append(record["id"])
        known = self.rows.get(record["id"])
        done.created += known is None
        done.changed += known not in (None, record["n"])
        done.unchanged += known == record["n"]
        self.rows[record["id"]] = record["n"]

    def count_unreadable(self, shown: Page) -> int:
        return sum(not isinstance(json.loads(raw).get("n"), int) for raw in shown.records)


def records(start: int, stop: int, **more: Any) -> list[Record]:
    return [{"id": f"R{number}", "n": number, **more} for number in range(start, stop)]
