"""A ZIP file that is sent while it is made: nothing of it is kept but its list of files, and each file's hash is taken on the way."""

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from datetime import datetime
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.utils import timezone

BLOCK = 256 * 1024  # sent at once
SUMS = "SHA256SUMS"
READABLE = 0o644 << 16


class Entry(NamedTuple):
    """One file: its path in the ZIP and its bytes, piece by piece. What is packed already, as photos are, is not `packs`."""

    path: str
    pieces: Iterable[bytes]
    packs: bool = True


class _Sink:
    """What the ZIP is written into: it cannot go back, and hands over what has come."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def take(self) -> bytes:
        taken, self._parts, self.size = b"".join(self._parts), [], 0
        return taken


def stream(entries: Generator[Entry, None, None], *, at: datetime) -> Generator[bytes, None, None]:
    """The bytes of a ZIP of these files, in pieces of about 256 KiB; its last file is `SHA256SUMS`, as `sha256sum -c` reads it.

    Whoever hangs up closes it, and with it everything that `entries` holds open. ZIP64 comes by itself where there is much.
    """
    sums: list[str] = []
    sink = _Sink()
    with closing(entries) as files, ZipFile(sink, "w", ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for entry in files:
            yield from _one(archive, sink, entry, at, sums.append)
        yield from _one(archive, sink, Entry(SUMS, [line.encode() for line in sums]), at, lambda _: None)
    yield sink.take()


def _one(archive: ZipFile, sink: _Sink, entry: Entry, at: datetime, note: Callable[[str], None]) -> Iterator[bytes]:
    """Write one file and note its line of the sums."""
    digest = hashlib.sha256()
    with archive.open(_info(entry, at), "w") as file:
        for piece in entry.pieces:
            digest.update(piece)
            file.write(piece)
            if sink.size >= BLOCK:
                yield sink.take()
    note(f"{digest.hexdigest()}  {entry.path}\n")
    if sink.size >= BLOCK:
        yield sink.take()


def _info(entry: Entry, at: datetime) -> ZipInfo:
    there = timezone.localtime(at)
    info = ZipInfo(entry.path, (there.year, there.month, there.day, there.hour, there.minute, there.second))
    info.compress_type = ZIP_DEFLATED if entry.packs else ZIP_STORED
    info.external_attr = READABLE
    return info
