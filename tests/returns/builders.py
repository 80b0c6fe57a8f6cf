"""Returned garments, what they are worth, and the people who decide about them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count

from django.contrib.auth.models import User

from inventory.models import Garment
from partners.models import CodeMapping
from returns.actions import raising
from returns.models import Cost, LedgerAccount, Photo, Return, ReturnItem, WriteOff
from returns.states import Grade
from tests.callers import load_roles, person

NOON = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
ACCOUNTS = {"stock_write_off": "7105", "stock": "1200", "depreciation": "0051", "disposal_loss": "7120", "hire_fleet": "0050"}
_numbers = count(1)


@dataclass(frozen=True)
class People:
    """One of each who has a part in it, and a superuser, who is no exception."""

    finance: User
    colleague: User
    manager: User
    warehouse: User
    boss: User


def make_people() -> People:
    load_roles()
    boss = User.objects.create_superuser("boss", password=None)
    return People(person("finance"), person("finance", "colleague"), person("finance_manager"), person("warehouse"), boss)


def make_accounts() -> None:
    rows = [LedgerAccount(purpose=purpose, code=code, changed_at=NOON) for purpose, code in ACCOUNTS.items()]
    LedgerAccount.objects.bulk_create(rows)


def make_grade(target: str = Grade.BER, raw: str = "BER") -> CodeMapping:
    grade, _ = CodeMapping.objects.get_or_create(
        partner="acs", kind=CodeMapping.Kind.GRADE, folded=raw.lower(), defaults={"raw": raw, "target": target}
    )
    return grade


def make_item(
    *,
    rfid: str = "",
    sku: str = "DRS-1",
    grade: CodeMapping | None = None,
    grader: str = "Morag",
    reason: str = "Torn",
    photos: int = 1,
    ret: Return | None = None,
    at: datetime = NOON,
) -> ReturnItem:
    """A returned garment as the feed tells of it, graded beyond repair unless told."""
    number = next(_numbers)
    grade = grade or make_grade()
    ret = ret or Return.objects.create(acs_id=f"R{number}", arrived_at=at, told_at=at, fetched_at=at, content_hash="x")
    item = ReturnItem.objects.create(
        ret=ret,
        line_id=str(number),
        rfid=rfid or f"E{number:06d}",
        sku=sku,
        raw_grade=grade.raw,
        grade=grade,
        graded_at=at,
        grader=grader,
        reason=reason,
    )
    for place in range(photos):
        content = f"{number}-{place}".encode()
        Photo.objects.create(item=item, content=content, sha256=sha256(content).hexdigest(), bytes=len(content), kept_at=at)
    return item


def make_cost(item: ReturnItem | str, pence: int = 4_200, *, ledger_class: str = "stock", depreciation: int = 0) -> Cost:
    rfid = item if isinstance(item, str) else item.rfid
    return Cost.objects.create(
        rfid=rfid,
        ledger_class=ledger_class,
        owner="Brand" if ledger_class == "consigned" else "",
        cost_pence=pence,
        depreciation_pence=depreciation,
        as_at=NOON.date(),
        told_at=NOON,
    )


def make_write_off(
    pence: int = 4_200, *, ledger_class: str = "stock", at: datetime = NOON, route: str = "recycled", **more: object
) -> WriteOff:
    """One raised by its grade, with everything its checklist asks for."""
    depreciation = int(str(more.pop("depreciation", 0)))
    item = make_item(at=at, **{"sku": f"SKU-{next(_numbers)}", **more})  # type: ignore[arg-type]
    make_cost(item, pence, ledger_class=ledger_class, depreciation=depreciation)
    raising.look([item.pk], at=at)
    WriteOff.objects.filter(item=item).update(route=route)
    raising.look([item.pk], at=at)
    return WriteOff.objects.get(item=item)


def make_garment(rfid: str, *, status: CodeMapping, sku: str = "DRS-1", at: datetime = NOON) -> Garment:
    return Garment.objects.create(rfid=rfid, sku=sku, raw_status=status.raw, status=status, since=at, first_seen_at=at, changed_at=at)


def seen(*write_offs: WriteOff) -> dict[str, str]:
    """What an approver signs who has just looked."""
    return {row.reference: row.lines_hash for row in WriteOff.objects.filter(pk__in=[each.pk for each in write_offs]).order_by("pk")}
