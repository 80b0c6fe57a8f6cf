"""Write-offs for the tests of the desk, as the engine would leave them."""

import struct
import zlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.contrib.auth.models import User

from returns.models import Journal, LedgerAccount, Photo, Return, ReturnItem, WriteOff
from returns.rules import journal as rules
from returns.states import Cause, JournalState, LedgerClass, Method, Route, WriteOffState

ACCOUNTS = {
    "stock_write_off": ("7105", "Stock write-off"),
    "stock": ("1200", "Stock at ACS"),
    "depreciation": ("0051", "Accumulated depreciation"),
    "disposal_loss": ("7110", "Loss on disposal"),
    "hire_fleet": ("0050", "Hire fleet at cost"),
}
_S = WriteOffState
SIGNED = (_S.APPROVED, _S.POSTING, _S.POST_UNKNOWN, _S.POSTED, _S.VERIFIED, _S.REVERSED)


def make_accounts(*, at: datetime) -> None:
    LedgerAccount.objects.bulk_create(
        [LedgerAccount(purpose=purpose, code=code, name=name, changed_at=at) for purpose, (code, name) in ACCOUNTS.items()],
        ignore_conflicts=True,
    )


def make_item(number: int, *, at: datetime, rfid: str, sku: str, photos: int = 2, **changed: Any) -> ReturnItem:
    """A garment of a return of its own, graded BER, with photos."""
    returned = Return.objects.create(
        acs_id=f"RET-{number:05}", order_number=f"LS-{number:05}", arrived_at=at, told_at=at, content_hash="x", fetched_at=at
    )
    facts: dict[str, Any] = {"raw_grade": "Beyond Economic Repair", "graded_at": at, "grader": "M. Brodie", "station": "QC 4"}
    facts |= {"reason": "Stain", "note": "Red wine along the hem; two ozone cycles did not lift it."}
    item = ReturnItem.objects.create(ret=returned, line_id="1", rfid=rfid, sku=sku, **facts | changed)
    for place in range(photos):
        content = photo(number * 10 + place)
        Photo.objects.create(
            item=item, content=content, content_type=Photo.Type.PNG, sha256=sha256(content).hexdigest(), bytes=len(content)
        )
    return item


def make_write_off(number: int = 1, *, at: datetime, pence: int = 4_210, photos: int = 2, **changed: Any) -> WriteOff:
    """One BER garment of the stock, complete and awaiting approval unless `changed` says otherwise."""
    rfid, sku = changed.pop("rfid", f"E200{number:08}"), changed.pop("sku", f"DRS-{number % 40:04}-10")
    grader, reason = changed.pop("grader", "M. Brodie"), changed.pop("reason", "Stain")
    state = changed.get("state", _S.AWAITING_APPROVAL)
    item = make_item(number, at=at, rfid=rfid, sku=sku, photos=photos, grader=grader, reason=reason) if "item" not in changed else None
    reference, on = f"BER-{at:%y%m%d}-{number:05}", at.date()
    pictures = list(item.photos.values_list("sha256", flat=True)) if item else []
    lines, signed = drafted(reference, rfid, sku, pence, on, reason=reason, photos=pictures)
    facts: dict[str, Any] = {
        "reference": reference, "rfid": rfid, "sku": sku, "item": item, "cause": Cause.GRADED, "state": state,
        "happened_on": on, "raw_grade": "Beyond Economic Repair", "reason": reason, "grader": grader,
        "raised_at": at, "ledger_class": LedgerClass.STOCK, "cost_pence": pence, "depreciation_pence": 0,
        "cost_as_at": on - timedelta(days=20), "carrying_pence": pence, "route": Route.RECYCLED,
        "certificate": "REC-2211", "method": Method.JOURNAL, "post_on": on, "lines": lines, "lines_hash": signed,
        "approved_hash": signed if state in SIGNED else "", "first_at": at if changed.get("first_by") else None,
    }  # fmt: skip
    return WriteOff.objects.create(**facts | changed)


def drafted(
    reference: str, rfid: str, sku: str, pence: int, on: date, *, reason: str = "", photos: Sequence[str] = ()
) -> tuple[list[dict[str, Any]], str]:
    """Its lines, and the hash that is signed."""
    worth = rules.Worth(LedgerClass.STOCK, pence)
    named = {purpose: code for purpose, (code, _) in ACCOUNTS.items()}
    lines = rules.as_rows(rules.draft(worth, named, memo=rules.memo(reference, rfid, happened_on=on, post_on=on)))
    signed = rules.hash_to_sign(
        reference=reference,
        rfid=rfid,
        sku=sku,
        ledger_class=LedgerClass.STOCK,
        method=Method.JOURNAL,
        post_on=on,
        rows=lines,
        reason=reason,
        route=Route.RECYCLED,
        certificate="REC-2211",
        photos=photos,
    )
    return lines, signed


def make_posted(
    number: int, *, at: datetime, first_by: User, pence: int = 4_210, state: str = JournalState.VERIFIED, **changed: Any
) -> WriteOff:
    """One that stands in the ledger."""
    on_desk = {JournalState.VERIFIED: _S.VERIFIED}.get(JournalState(state), _S.POSTED)
    write_off = make_write_off(number, at=at, pence=pence, state=on_desk, first_by=first_by, **changed)
    verified = {"verified_at": at, "shown_hash": "h"} if state == JournalState.VERIFIED else {}
    journal = Journal.objects.create(
        key=f"ber:{write_off.reference}:1", kind=Journal.Kind.WRITE_OFF, state=state, post_on=write_off.post_on or at.date(),
        narration=f"{write_off.reference} [ber:{write_off.reference}:1]", lines=write_off.lines, lines_hash="h", total_pence=pence,
        made_at=at, external_id=f"x-{number}", number=f"JNL-{10_000 + number}", status="POSTED", posted_at=at, **verified,
    )  # fmt: skip
    WriteOff.objects.filter(pk=write_off.pk).update(journal=journal)
    write_off.refresh_from_db()
    return write_off


def make_many(numbers: Sequence[int], *, at: datetime, **changed: Any) -> list[WriteOff]:
    return [make_write_off(number, at=at - timedelta(hours=number), **changed) for number in numbers]


def photo(seed: int) -> bytes:
    """A small PNG of one colour, another for each seed."""

    colour = bytes((90 + seed * 37 % 120, 80 + seed * 53 % 110, 90 + seed * 71 % 100))
    rows = (b"\x00" + colour * 64) * 64

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
