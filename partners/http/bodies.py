"""The bytes of an answer, never more of them than agreed: neither on the wire nor unpacked."""

import zlib
from collections.abc import Iterator

import httpx

from partners.http import deadline

GZIP_OR_ZLIB = 47  # zlib: either header, the largest window
STEP = 1_000_000


class Unusable(Exception):
    """The body cannot be had. `why` says so, as the end of a sentence about the answer."""

    def __init__(self, why: str, *, status: int) -> None:
        super().__init__(why)
        self.why, self.status = why, status


def read(response: httpx.Response, *, cap: int) -> bytes:
    """The whole body. Raises Unusable, or httpx's errors when the line breaks or the time is over."""
    status = response.status_code
    packing = response.headers.get("content-encoding", "").strip().lower()
    if packing not in ("", "identity", "gzip", "deflate"):
        raise Unusable("is packed in a way that was not agreed", status=status)
    parts = response.iter_raw()
    body, size = [], 0
    for part in parts if packing in ("", "identity") else _unpacked(parts, status):
        size += len(part)
        if size > cap:
            raise Unusable(f"is larger than {cap} bytes", status=status)
        if deadline.is_past():
            raise httpx.ReadTimeout("the whole call took too long")
        body.append(part)
    return b"".join(body)


def _unpacked(parts: Iterator[bytes], status: int) -> Iterator[bytes]:
    """Unpack in small steps, so that a few kilobytes cannot become gigabytes before somebody counts them."""
    unpacker, began = zlib.decompressobj(GZIP_OR_ZLIB), False
    try:
        for part in parts:
            began = True
            yield from _steps(unpacker, part)
            if unpacker.eof:
                return
    except zlib.error as error:
        raise Unusable("is not packed as it says", status=status) from error
    if began:
        raise Unusable("is cut short", status=status)


def _steps(unpacker: "zlib._Decompress", part: bytes) -> Iterator[bytes]:
    while True:
        step = unpacker.decompress(part, STEP)
        yield step
        part = unpacker.unconsumed_tail
        if not part and len(step) < STEP:
            return
