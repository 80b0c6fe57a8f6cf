"""A stock file before it is read: its encoding, whether it was cut, and of when it is."""

import codecs
import hashlib
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from io import SEEK_END, BufferedReader
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from partners.errors import Unreadable

PARTNER = "acs"
CHUNK = 1 << 20
MOST_TAIL = 100_000
QUARTERS, HASHED_AT_ONCE = 4, 1 << 18
LONDON = ZoneInfo("Europe/London")
AHEAD = timedelta(days=1)  # a name that says later than this is not believed
_NAMED = re.compile(
    r"(?<!\d)(20\d\d)-?(\d\d)-?(\d\d)(?:[T_ -](\d\d)[:.-]?(\d\d)(?:[:.-]?(\d\d))?(Z|[+-]\d\d:?\d\d)?)?(?!\d)", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True)
class Scan:
    """`plain` says that a database may read the bytes as they are: UTF-8, no quotes, no control characters, and no loose spaces
    in its beginning. Where not the `whole` file was read, that is a guess by its first bytes, and the lines are not counted.

    `tail` are the bytes behind the last line end, where there are any; `half` says that the last character of them is cut.
    """

    size: int
    lines: int
    encoding: str
    plain: bool
    tail: bytes
    half: bool
    whole: bool = True


_USUAL = bytes(byte for byte in range(256) if byte >= 0x20 and byte not in b'"\\\x7f') + b"\r\n"
_LOOSE = (b" ,", b", ", b" ;", b"; ", b" \n", b" \r", b"\n ", b"\n\n")


class _Reading:
    """What is known of the bytes so far."""

    def __init__(self) -> None:
        self.size, self.lines, self.plain = 0, 0, True
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.encoding, self.seen_utf8, self.tail = "utf-8-sig", False, b""

    def take(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self._decode(chunk)
        self.lines += chunk.count(b"\n")
        self.plain = self.plain and not chunk.translate(None, _USUAL) and (self.size > CHUNK or not _is_loose(chunk))
        _, line_end, after = chunk.rpartition(b"\n")
        self.tail = (after if line_end else self.tail + chunk)[-MOST_TAIL:]

    def _decode(self, chunk: bytes) -> None:
        if self.encoding != "utf-8-sig" or (chunk.isascii() and not self.decoder.getstate()[0]):
            return
        try:
            self.seen_utf8 = bool(not self.decoder.decode(chunk).isascii()) or self.seen_utf8
        except UnicodeDecodeError as wrong:
            before = wrong.object[: wrong.start]
            if self.seen_utf8 or not before.isascii():
                row = self.lines + before.count(b"\n") + 1
                raise Unreadable(PARTNER, f"Row {row} holds a damaged character: the file was not received as it was sent.") from wrong
            self.encoding = "cp1252"


def _is_loose(chunk: bytes) -> bool:
    """A file that pads its cells does so from its first rows on; whoever reads the others as they are looks at the cells."""
    return any(loose in chunk for loose in _LOOSE)


def glance(path: Path) -> Scan | None:
    """What the first bytes and the last one say of a file that looks plain; None where all of it must be read. Raises as `scan` does.

    Whoever reads on from here checks the rest for what a `plain` file has not, and scans it where something is found.
    """
    seen = _Reading()
    with _opened(path) as file:
        _refuse_utf16(file)
        seen.take(file.read(CHUNK))
        size = file.seek(0, SEEK_END)
        file.seek(max(0, size - 1))
        is_plain = seen.plain and seen.encoding == "utf-8-sig" and file.read(1) == b"\n"
    return Scan(size, 0, seen.encoding, plain=True, tail=b"", half=False, whole=False) if is_plain else None


def scan(path: Path) -> Scan:
    """Read the bytes once. Raises Unreadable, in a sentence, for a file that is empty, damaged, or no text in a usual encoding."""
    seen = _Reading()
    with _opened(path) as file:
        _refuse_utf16(file)
        while chunk := file.read(CHUNK):
            seen.take(chunk)
    half = seen.encoding == "utf-8-sig" and bool(seen.decoder.getstate()[0])
    plain = seen.plain and not half and seen.encoding == "utf-8-sig"
    return Scan(seen.size, seen.lines, seen.encoding, plain, seen.tail, half)


def _refuse_utf16(file: BufferedReader) -> None:
    if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise Unreadable(PARTNER, "The file is in UTF-16: save it as CSV in UTF-8.")
    file.seek(0)


@contextmanager
def _opened(path: Path) -> Iterator[BufferedReader]:
    """Raises Unreadable for a file that is there and may not be read, or that a broken disk or share does not give."""
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        why = error.strerror or type(error).__name__
        sentence = f"The file cannot be opened ({why}). Put it into the folder again, so that Lockstep may read it."
        raise Unreadable(PARTNER, sentence) from error


def digest_of(path: Path) -> str:
    """A hash of the bytes alone: the SHA-256 of the SHA-256 of its quarters, which are read beside each other. Raises Unreadable where
    they cannot be had."""
    with _opened(path) as file:
        size = file.seek(0, SEEK_END)
    starts = [size * number // QUARTERS for number in range(QUARTERS + 1)]
    with ThreadPoolExecutor(QUARTERS) as threads:
        parts = list(threads.map(partial(_digest_between, path), starts, [*starts[1:-1], None]))
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _digest_between(path: Path, start: int, end: int | None) -> bytes:
    """Of the bytes from `start` to `end`, or to the last one, be it one that came meanwhile. The interpreter is free while it hashes."""
    told, left = hashlib.sha256(), sys.maxsize if end is None else end - start
    with _opened(path) as file:
        file.seek(start)
        while left and (chunk := file.read(min(HASHED_AT_ONCE, left))):
            told.update(chunk)
            left -= len(chunk)
    return told.digest()


def expected_by() -> time:
    """By when ACS's file should be here, London time (ACS_STOCK_BY)."""
    return time.fromisoformat(settings.ACS_STOCK_BY)


def as_of(name: str, *, written_at: datetime, at: datetime, by: time) -> datetime:
    """Of when a file is: the date and time in its name (London time where no zone is named), else when it was written.

    Where the name has a date alone, it is of `by` (London) on that day, or of when it was written where that was earlier: a daily file
    is never of the midnight before. A name that lies more than a day in the future is not believed, and no file is of later than now.
    """
    found = _NAMED.search(name)
    named = _instant(found) if found else None
    if named and found and found[4] is None:
        named = _on(named.astimezone(LONDON).date(), by, written_at)
    return min(named if named and named <= at + AHEAD else written_at, at)


def _on(day: date, by: time, written_at: datetime) -> datetime:
    return min(datetime.combine(day, by, LONDON).astimezone(UTC), written_at)


def _instant(found: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    zone = (found[7] or "").upper().replace("Z", "+00:00")
    try:
        there = datetime(year, month, day, hour, minute, second, tzinfo=LONDON)
        there = datetime.fromisoformat(there.replace(tzinfo=None).isoformat() + zone) if zone else there
    except ValueError:
        return None
    return there.astimezone(UTC)
