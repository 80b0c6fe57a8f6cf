"""The evidence of a month as one ZIP: its register and journals, a page for each write-off, its photos, and the sums to check it by."""

import json
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.template.loader import get_template

from exceptions_queue import audit
from returns.models import PeriodSignOff, Photo
from returns.queries import register
from returns.queries.exports import journals
from returns.queries.exports.cases import AT_ONCE, Case, Known, cases_of, path_of
from returns.queries.exports.zipping import BLOCK, Entry, stream
from returns.rules.months import name_of

PHOTOS_AT_ONCE = 4_000_000  # bytes of photos that are held at a time; one that is larger is held alone, and none is above 10 MB
README = """Evidence of the write-offs of {month}, made {made} for {person}.

To check it, unpack it and run "sha256sum -c SHA256SUMS" in its folder: every other file is named there with its hash. A photo's name
is the hash it had when it was kept. register.csv has a line for each write-off that happened, was posted or was reversed in the month,
and cases/ a page for each; journals.csv has the lines that were sent to the ledger and those it shows; sign-off.json has the figures
that were signed. manifest.json names the head of the audit log when this was made: the log's own export has every entry with its seal.
Money is in pounds; times are London's.
"""


@dataclass(frozen=True)
class Asked:
    """Of which month, which write-offs, for whom and when."""

    month: date
    ids: Sequence[int]
    person: str
    at: datetime


def ask(month: date, *, person: str, at: datetime) -> Asked:
    """Settle what is in the ZIP. One statement."""
    return Asked(month, register.ids_of(month), person, at)


def archive(asked: Asked) -> Generator[bytes, None, None]:
    """The ZIP, piece by piece: memory stays flat, and nothing is held open between two pieces.

    Six statements for each 200 write-offs, besides the photos' bytes, which come about 4 MB at a time.
    """
    return stream(_entries(asked), at=asked.at)


def _entries(asked: Asked) -> Generator[Entry, None, None]:
    known = Known(people=register.names())
    made = known.when(asked.at)
    yield Entry("README.txt", [README.format(month=name_of(asked.month), made=made, person=asked.person).encode()])
    yield Entry("register.csv", _in_pieces(register.lines(asked.ids)))
    yield Entry("journals.csv", _in_pieces(journals.lines(journals.ids_of(asked.month))))
    yield Entry("sign-off.json", [_json(_signed(asked.month, known))])
    yield Entry("cases/print.css", [get_template("returns/evidence/print.css").render().encode()])
    photos = yield from _cases(asked, known, made)
    yield Entry("manifest.json", [_json(_manifest(asked, photos))])


def _in_pieces(lines: Iterator[str]) -> Iterator[bytes]:
    while piece := "".join(islice(lines, 500)):
        yield piece.encode()


def _cases(asked: Asked, known: Known, made: str) -> Generator[Entry, None, int]:
    """A page for each write-off and, once each, its photos after the pages of its part; how many photos."""
    page, seen = get_template("returns/evidence/case.html"), set[str]()
    for ids in register.in_parts(asked.ids, AT_ONCE):
        fresh: dict[str, Photo] = {}
        for case, photos in cases_of(ids, known):
            fresh |= {photo.sha256: photo for photo in photos}
            yield Entry(f"cases/{case.reference}.html", [page.render(_context(case, asked, made)).encode()])
        yield from _photos([photo for key, photo in fresh.items() if key not in seen])
        seen |= fresh.keys()
    return len(seen)


def _context(case: Case, asked: Asked, made: str) -> dict[str, Any]:
    return {"case": case, "month": name_of(asked.month), "made": made, "person": asked.person}


def _photos(photos: Iterable[Photo]) -> Iterator[Entry]:
    for some in _by_weight(photos):
        paths = {photo.pk: path_of(photo) for photo in some}
        for pk, content in Photo.objects.filter(pk__in=paths).order_by("pk").values_list("pk", "content"):
            yield Entry(paths[pk], _blocks(memoryview(content or b"")), packs=False)


def _by_weight(photos: Iterable[Photo]) -> Iterator[list[Photo]]:
    """In groups of about 4 MB."""
    group, weight = list[Photo](), 0
    for photo in photos:
        if group and weight + photo.bytes > PHOTOS_AT_ONCE:
            yield group
            group, weight = [], 0
        group.append(photo)
        weight += photo.bytes
    if group:
        yield group


def _blocks(content: memoryview) -> Iterator[bytes]:
    return (bytes(content[start : start + BLOCK]) for start in range(0, len(content), BLOCK))


def _signed(month: date, known: Known) -> list[dict[str, Any]]:
    """Each time the month was signed off, and reopened, the first one first. One statement."""
    return [
        {
            "figures": row.figures,
            "figures_sha256": row.figures_hash,
            "signed_by": known.people.get(row.signed_by_id, ""),
            "signed_at": row.signed_at,
            "reopened_by": known.people.get(row.reopened_by_id, ""),
            "reopened_at": row.reopened_at,
            "reopened_why": row.reopened_why,
        }
        for row in PeriodSignOff.objects.filter(month=month).order_by("signed_at", "pk")
    ]


def _manifest(asked: Asked, photos: int) -> dict[str, Any]:
    log = audit.standing()
    return {
        "month": name_of(asked.month),
        "made_at": asked.at,
        "made_for": asked.person,
        "write_offs": len(asked.ids),
        "photos": photos,
        "audit_log": {"sealed": log.sealed, "head": log.head, "waiting_for_a_seal": log.waiting},
        "sums": "SHA256SUMS names every other file with its SHA-256.",
    }


def _json(told: Any) -> bytes:
    return (json.dumps(told, indent=2, ensure_ascii=False, default=_instant) + "\n").encode()


def _instant(value: Any) -> str:
    return str(value.isoformat())
