"""A ZIP that is sent while it is made: it opens, its sums agree, memory holds little of it, and hanging up closes what it reads from."""

import io
import subprocess
from collections.abc import Generator
from datetime import datetime
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest

from returns.queries.exports.zipping import BLOCK, Entry, stream


def entries(*named: tuple[str, bytes]) -> Generator[Entry, None, None]:
    yield from (Entry(path, [content]) for path, content in named)


def test_it_opens_and_its_sums_agree_with_what_unpacks(noon: datetime, tmp_path: Path):
    named = [("a.txt", b"one\n" * 1000), ("deep/b.bin", bytes(range(256))), ("empty", b"")]

    body = b"".join(stream(entries(*named), at=noon))

    with ZipFile(io.BytesIO(body)) as opened:
        assert opened.testzip() is None
        assert [*opened.namelist()] == ["a.txt", "deep/b.bin", "empty", "SHA256SUMS"]
        assert opened.read("deep/b.bin") == bytes(range(256))
        assert opened.getinfo("a.txt").date_time == (2026, 6, 9, 12, 0, 0)  # London's clock
        opened.extractall(tmp_path)
    checked = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout.count(": OK")) == (0, 3)


def test_what_is_packed_already_is_stored_as_it_is(noon: datetime):
    body = b"".join(stream((Entry("a.jpg", [b"x" * 9000], packs=False) for _ in range(1)), at=noon))

    with ZipFile(io.BytesIO(body)) as opened:
        assert opened.getinfo("a.jpg").compress_type == ZIP_STORED


def test_a_large_file_goes_out_while_it_is_read(noon: datetime):
    read: list[int] = []

    def pieces() -> Generator[bytes, None, None]:
        for number in range(20):
            read.append(number)
            yield bytes([number]) * BLOCK

    sent = stream((Entry("big", pieces(), packs=False) for _ in range(1)), at=noon)

    first = next(sent)

    assert (len(read), BLOCK <= len(first) < 2 * BLOCK) == (1, True)
    assert max(len(piece) for piece in sent) < 2 * BLOCK + 1000


def test_who_hangs_up_closes_what_the_files_come_from(noon: datetime):
    closed: list[str] = []

    def files() -> Generator[Entry, None, None]:
        try:
            for number in range(1000):
                yield Entry(f"{number}", [bytes(BLOCK)], packs=False)
        finally:
            closed.append("files")

    sent = stream(files(), at=noon)
    next(sent)
    sent.close()

    assert closed == ["files"]


def test_more_files_than_a_plain_zip_can_name_are_all_there(noon: datetime, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("zipfile.ZIP_FILECOUNT_LIMIT", 10)  # in truth 65,535

    body = b"".join(stream((Entry(f"f/{number}", [b"x"]) for number in range(11)), at=noon))

    with ZipFile(io.BytesIO(body)) as opened:
        assert (len(opened.namelist()), b"PK\x06\x06" in body) == (12, True)
