"""Finance said what garments are worth: keep the newest figure of each garment or SKU. Each row is taken, or refused by row and column."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from inventory.sync.files import Layout, Reader, Row, Source, read_csv, rows_of
from partners.errors import RecordError
from partners.pages import Applied, Page, Reject
from partners.values import date_at, identifier_at, text_at, whole_at
from returns.actions import drafting
from returns.models import Cost, WriteOff
from returns.states import BEFORE_APPROVAL, LedgerClass, WriteOffState

MOST_PENCE = 10**10
FIGURES = ("owner", "ledger_class", "cost_pence", "depreciation_pence", "as_at")
WRITTEN = [*FIGURES, "sku", "told_at"]
CLASSES = {
    **{value: value for value in LedgerClass.values},
    **dict.fromkeys(("inventory", "stock_for_sale", "resale"), LedgerClass.STOCK.value),
    **dict.fromkeys(("fleet", "hire", "fleet_ppe", "rental"), LedgerClass.HIRE_FLEET.value),
    **dict.fromkeys(("consignment", "third_party"), LedgerClass.CONSIGNED.value),
}
LAYOUT = Layout(
    columns=frozenset({"rfid", "sku", "currency", *FIGURES}),
    needed=frozenset({"ledger_class", "cost_pence", "as_at"}),
    aliases={
        **dict.fromkeys(("rfid_code", "rfid_tag", "epc", "tag"), "rfid"),
        **dict.fromkeys(("product_sku", "garment_sku", "garmentsku", "stock_code"), "sku"),
        **dict.fromkeys(("class", "ledgerclass"), "ledger_class"),
        **dict.fromkeys(("costpence", "cost_in_pence"), "cost_pence"),
        **dict.fromkeys(("depreciationpence", "depreciation_in_pence", "accumulated_depreciation_pence"), "depreciation_pence"),
        **dict.fromkeys(("asat", "as_of", "date"), "as_at"),
    },
)
Key = tuple[str, str]  # (RFID, "") of one garment, ("", SKU) of all of a SKU


@dataclass
class Worth:
    """What one row says, and what is wrong with it by column ("" for the whole row)."""

    row: Row
    rfid: str = ""
    sku: str = ""
    figures: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        return (self.rfid, "" if self.rfid else self.sku)

    @property
    def refusal(self) -> Reject:
        where = ", ".join(filter(None, self.faults))
        reason = "; ".join(f"{column} {fault}".strip() for column, fault in self.faults.items())
        return Reject(key=self.rfid or self.sku, path=f"row {self.row.number}: {where}".removesuffix(": "), reason=reason, raw=self.row.raw)


def read_costs_csv(source: Source) -> Reader:
    """A reader of the file. A garment or SKU that is in it twice is a fault of the second row. Raises Unreadable with a sentence."""
    read = read_csv(source, LAYOUT)

    def pages(cursor: str) -> Iterator[Page]:
        seen: dict[Key, int] = {}
        for page in read(cursor):
            yield Page([_once(row, seen) for row in page.records], page.cursor, page.source, page.body)

    return pages


def apply_costs(page: Page, at: datetime) -> Applied:
    """Keep what the rows of a page say, in one read and two writes. A figure as of an earlier day than the one known changes nothing."""
    told = [_read(row, at=at) for row in rows_of(page.records, LAYOUT)]
    good = [each for each in told if not each.faults]
    known, applied = _known(good), Applied(rejected=[each.refusal for each in told if each.faults])
    new: dict[Key, Cost] = {}
    moved: dict[Key, Cost] = {}
    for each in good:
        standing = known.get(each.key) or new.get(each.key)
        if standing is None:
            new[each.key] = Cost(rfid=each.rfid, sku=each.sku, told_at=at, **each.figures)
            applied.created += 1
        elif _is_news(each, standing):
            for name, value in {**each.figures, "sku": each.sku or standing.sku, "told_at": at}.items():
                setattr(standing, name, value)
            moved |= {each.key: standing} if standing.pk else {}
            applied.changed += 1
        else:
            applied.unchanged += 1
    Cost.objects.bulk_create(list(new.values()), batch_size=500)
    Cost.objects.bulk_update(list(moved.values()), WRITTEN, batch_size=200)
    _redraft([*new, *moved], at=at)
    applied.read = [each.rfid or each.sku for each in good]
    return applied


def _redraft(changed: Collection[Key], *, at: datetime) -> None:
    """Write-offs whose figures these are, and that are not in the ledger yet, are drafted anew in the same transaction."""
    rfids, skus = [rfid for rfid, _ in changed if rfid], [sku for _, sku in changed if sku]
    concerned = WriteOff.objects.filter(Q(rfid__in=rfids) | Q(sku__in=skus), state__in=(*BEFORE_APPROVAL, WriteOffState.APPROVED))
    if ids := list(concerned.order_by("pk").values_list("pk", flat=True)):
        drafting.redraft(ids, at=at)


def _known(good: list[Worth]) -> dict[Key, Cost]:
    rfids, skus = {each.rfid for each in good if each.rfid}, {each.sku for each in good if not each.rfid}
    rows = [*Cost.objects.filter(rfid__in=rfids), *Cost.objects.filter(rfid="", sku__in=skus)]
    return {(row.rfid, "" if row.rfid else row.sku): row for row in rows}


def _is_news(each: Worth, standing: Cost) -> bool:
    if each.figures["as_at"] < standing.as_at:
        return False
    return any(getattr(standing, name) != each.figures[name] for name in FIGURES) or each.sku not in ("", standing.sku)


def _once(row: Row, seen: dict[Key, int]) -> Row:
    rfid, sku = (row.cells.get(name, "").strip() for name in ("rfid", "sku"))
    key = (rfid, "" if rfid else sku)
    if row.fault or key == ("", ""):
        return row
    if key in seen:
        return row._replace(fault=f"names {(rfid or sku)[:64]} again: row {seen[key]} was used")
    seen[key] = row.number
    return row


def _read(row: Row, *, at: datetime) -> Worth:
    worth = Worth(row, faults={"": row.fault} if row.fault else {})
    if row.fault:
        return worth

    def take(column: str, parse: Callable[[str], Any]) -> Any:
        try:
            return parse(row.cells.get(column, "").strip())
        except RecordError as error:
            worth.faults[column] = error.reason
            return None

    worth.rfid = take("rfid", lambda cell: identifier_at(cell, "rfid") if cell else "") or ""
    worth.sku = take("sku", lambda cell: identifier_at(cell, "sku") if cell else "") or ""
    if not (worth.rfid or worth.sku or worth.faults):
        worth.faults["rfid"] = "is missing, and so is the SKU: give one of them"
    worth.figures = {
        "owner": take("owner", lambda cell: text_at(cell, "owner", limit=120)),
        "ledger_class": take("ledger_class", _class),
        "cost_pence": take("cost_pence", lambda cell: _pence(cell, needed=True)),
        "depreciation_pence": take("depreciation_pence", lambda cell: _pence(cell, needed=False)),
        "as_at": take("as_at", lambda cell: _day(cell, at=at)),
    }
    take("currency", _pounds)
    _weigh(worth)
    return worth


def _weigh(worth: Worth) -> None:
    cost, depreciation = worth.figures["cost_pence"], worth.figures["depreciation_pence"]
    if cost is not None and depreciation is not None and depreciation > cost:
        worth.faults["depreciation_pence"] = f"is {depreciation}, more than the cost of {cost}"


def _class(cell: str) -> str:
    known = CLASSES.get("_".join(cell.casefold().replace("-", " ").split()))
    if known is None:
        raise RecordError("ledger_class", f"is {cell[:40] or 'empty'}: it must be stock, hire_fleet or consigned")
    return known


def _pence(cell: str, *, needed: bool) -> int:
    if not cell and not needed:
        return 0
    try:
        return whole_at(cell, "pence", most=MOST_PENCE)
    except RecordError as error:
        what = "is missing" if not cell else f"is {cell[:20]}: it must be whole pence, such as 4200, no less than 0"
        raise RecordError("pence", what) from error


def _day(cell: str, *, at: datetime) -> date:
    day = _british(cell) or date_at(cell, "as_at")
    if day is None:
        raise RecordError("as_at", "is missing")
    if not date(2000, 1, 1) <= day <= (at + timedelta(days=1)).date():
        raise RecordError("as_at", "is no day from the year 2000 to today")
    return day


def _british(cell: str) -> date | None:
    try:
        return datetime.strptime(cell, "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def _pounds(cell: str) -> None:
    if cell.upper() not in ("", "GBP"):
        raise RecordError("currency", f"is {cell[:10]}: only figures in GBP can be used")
