"""A file of JSON lines that is only ever added to: by one process at a time, and each line on the disk before anybody is told of it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from partners.errors import Unreachable
from partners.failpoints import failpoint

PARTNER = "ledger"


class Lines:
    """The lines of one file. A last one without its end was never told to anybody: it is not read, and cut off before the next.

    What was read once is kept: the file only grows, so that a long one costs no more each time than what is new in it.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._read, self._lines = path, 0, list[bytes]()

    def read(self) -> list[bytes]:
        """The whole lines. Raises Unreachable."""
        try:
            return self._whole()
        except OSError as error:
            raise Unreachable(PARTNER, "The ledger's folder cannot be read.") from error

    @contextmanager
    def changing(self) -> Iterator[list[bytes]]:
        """The whole lines, with nobody else at the file. Raises Unreachable."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.with_name(f".{self._path.stem}.lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield self._whole()
        except OSError as error:
            raise Unreachable(PARTNER, "The ledger's folder cannot be written.") from error

    def append(self, line: bytes) -> list[bytes]:
        """Put one line on the disk; return all of them. Only inside `changing`."""
        with self._path.open("ab") as file:
            file.truncate(self._read)
            file.write(line + b"\n")
            file.flush()
            failpoint("ledger.written")
            os.fsync(file.fileno())
        return self._whole()

    def _whole(self) -> list[bytes]:
        if not self._path.exists():
            self._read, self._lines = 0, []
            return []
        with self._path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < self._read:  # put back from a backup, or begun anew
                self._read, self._lines = 0, []
            file.seek(self._read)
            new, _, _ = file.read().rpartition(b"\n")
            if new:
                self._lines = [*self._lines, *new.split(b"\n")]
                self._read += len(new) + 1
        return self._lines
