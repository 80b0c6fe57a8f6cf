"""The returns of one world, decided by its seed: which orders came back, which garments, what was found, and what the plan says of them.

An order that comes back is one with which all goes well, sent to a locker and collected; in a small world any sound one. Its garment
is one that ACS has back already (receipted or at inspection), so that none of what may be sold depends on a return.
"""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from partners.sandbox.fates import PLAIN, Fates
from partners.sandbox.goods import Product
from partners.sandbox.inpost.scripts import HAPPY
from partners.sandbox.orders import Order
from partners.sandbox.returned.cases import APPROVE, CASES, CONSIGNED, NO_COST, REFUSE, REVERSE, Case
from partners.sandbox.returned.records import BER, Item, Return, picture
from partners.sandbox.warehouse import words
from partners.sandbox.warehouse.garments import Garment

FIRST = 70_001
# Each grades at most two of what is beyond repair, so that no one's batch looks split; the large one has a grader of its own.
GRADERS = ("M. Kerr", "A. Boyle", "J. Osei", "S. Wren", "T. Novak", "P. Lal", "D. Reid", "C. Ferry")
OF_THE_LARGE, STATIONS = "R. Adeyemi", ("G1", "G2", "G3", "G4")
REASONS = {
    "stain": "Set-in stain on the front panel, did not lift in two washes.",
    "tear": "Torn at the side seam, fabric frayed beyond the allowance.",
    "odour": "Smoke odour after ozone treatment.",
    "fibre failure": "Fibre breakage across the back, shows in daylight.",
    "missing part": "Belt and two buttons missing, no match in stock.",
}
STOCK, HIRE_FLEET, OURS = "stock", "hire_fleet", "Lockstep Sandbox Ltd"
LARGE_PENCE = 24_000


class Pair(NamedTuple):
    """An order that came back, the line of it and the garment for that line."""

    order: Order
    line: dict[str, Any]
    garment: Garment


class Worth(NamedTuple):
    """One line of the costs file, in pence."""

    owner: str
    ledger_class: str
    cost: int
    depreciation: int


@dataclass
class Told:
    """What the plan says of one garment that came back."""

    case: Case
    ret: Return
    item: Item
    hire: bool = False
    worth: Worth | None = None


@dataclass
class Returned:
    """Guarded by the world's lock. `returns` by id; `told` by RFID, as decided at the start; `as_at` is the day of the costs."""

    seed: int
    as_at: date
    returns: dict[str, Return] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    skus: dict[str, Worth] = field(default_factory=dict)

    def next_id(self) -> str:
        return f"RMA-{FIRST + len(self.returns)}"

    def plan(self) -> dict[str, Any]:
        """The counts that the story must come to, each return's garment with its fate, and the odd ones."""
        fates = [one.case.fate for one in self.told.values()]
        approved, reversed_ = sum(fate in (APPROVE, REVERSE) for fate in fates), fates.count(REVERSE)
        counts = {
            "ber": sum(one.case.grade == BER for one in self.told.values()),
            "approved": approved,
            "refused": fates.count(REFUSE),
            "posted": approved,
            "verified": approved,
            "reversed": reversed_,
            "in_ledger": approved + reversed_,
            "in_ledger_twice": 0,
        }
        return {"write_offs": counts, "returned": {rfid: _shown(one) for rfid, one in self.told.items()}}


def bring_back(
    seed: int, orders: list[Order], fates: Fates, products: list[Product], garments: Iterable[Garment], now: datetime
) -> Returned:
    rng = random.Random(f"returns {seed}")  # noqa: S311 - a make-believe world, not a secret
    book = Returned(seed, (now - timedelta(days=1)).date())
    pairs = _pairs(rng, orders, fates, garments)
    for place, (case, pair) in enumerate(zip(CASES, pairs, strict=False)):
        _come_back(rng, book, case, pair, place, now)
    _twice(book)
    _nobodys(rng, book, now)
    _value(book, products)
    return book


def _pairs(rng: random.Random, orders: list[Order], fates: Fates, garments: Iterable[Garment]) -> list[Pair]:
    """Each SKU once. Every third is of a hire, as far as they go."""
    back: dict[str, list[Garment]] = defaultdict(list)
    for one in garments:
        if one.status in (words.RECEIPTED, words.INSPECTION):
            back[one.sku].append(one)
    good = [one for one in orders[PLAIN:] if not one.code]
    odd = {*fates.pulled, *fates.short, *fates.larger}
    calm = [one for one in good if fates.scripts.get(one.number) == HAPPY and one.number not in odd]
    others = [one for one in good if one not in calm]
    rng.shuffle(calm)
    pairs: list[Pair] = []
    for order in [*_mixed(calm), *_mixed(others)]:
        line = next((line for line in order.body["lines"] if back.get(line["sku"])), None)
        if line:
            pairs.append(Pair(order, line, back.pop(line["sku"])[0]))
    return pairs


def _mixed(orders: list[Order]) -> list[Order]:
    hires, bought = [one for one in orders if one.is_hire], [one for one in orders if not one.is_hire]
    mixed = []
    while bought:
        mixed += [bought.pop(0) for _ in bought[:2]] + [hires.pop(0) for _ in hires[:1]]
    return mixed + hires


def _come_back(rng: random.Random, book: Returned, case: Case, pair: Pair, place: int, now: datetime) -> None:
    placed = pair.order.placed_at
    arrived = _between(placed, now, rng.uniform(0.5, 0.7))
    graded = _between(placed, now, rng.uniform(0.75, 0.95)) if case.grade else None
    item = Item(pair.line["id"], pair.garment.rfid, pair.garment.sku)
    if graded:
        _grade(rng, item, case, _beyond_repair(book) if case.grade == BER else place, graded)
        photos = 2 if case.grade == BER else 1
        item.photos = [picture(book.seed, item.rfid, number, graded - timedelta(minutes=2 - number)) for number in range(photos)]
    ret = Return(book.next_id(), pair.order.number, f"RT{rng.randrange(10**10, 10**11)}", arrived, graded or arrived, [item])
    book.returns[ret.id] = ret
    book.told[item.rfid] = Told(case, ret, item, hire=pair.line["hire"])
    if case.grade == BER:
        pair.garment.to_come = [words.REFURBISHMENT] if case.fate == REFUSE else [words.BER]


def _beyond_repair(book: Returned) -> int:
    return sum(one.case.grade == BER for one in book.told.values())


def _between(first: datetime, last: datetime, part: float) -> datetime:
    return (first + (last - first) * part).replace(microsecond=0)


def _grade(rng: random.Random, item: Item, case: Case, place: int, at: datetime) -> None:
    item.grade, item.graded_at = case.grade, at
    item.grader, item.station = OF_THE_LARGE if case.large else GRADERS[place % len(GRADERS)], rng.choice(STATIONS)
    if case.grade == BER:
        item.reason = rng.choice(sorted(REASONS))
        item.note, item.repair_pence = REASONS[item.reason], rng.randrange(5_500, 14_000, 50)


def _twice(book: Returned) -> None:
    """The same garment is told of once more, in a return of its own: one write-off all the same."""
    for one in [one for one in book.told.values() if one.case.again]:
        again = replace(one.ret, id=book.next_id(), items=[replace(one.item)])
        book.returns[again.id] = again


def _nobodys(rng: random.Random, book: Returned, now: datetime) -> None:
    """A parcel that belongs to no order, with a garment that ACS never had in stock."""
    arrived = now - timedelta(hours=30)
    graded = arrived + timedelta(hours=1)
    item = Item("1", f"E28099990000{rng.randrange(16**12):012X}", "UNKNOWN-0001", "C", graded, GRADERS[0], STATIONS[0])
    ret = Return(book.next_id(), "LS-99999", "", arrived, graded, [item])
    book.returns[ret.id] = ret
    book.told[item.rfid] = Told(Case("C", kind="unmatched"), ret, item)


# --- what they are worth ----------------------------------------------------------------------------------------------------------


def _value(book: Returned, products: list[Product]) -> None:
    """Every garment that came back has a line of its own, but one; all other SKUs one of theirs, but for that garment's."""
    known = {product.sku: product for product in products if product.at_acs}
    book.skus = {sku: Worth(OURS, STOCK, _pence(product) // 5, 0) for sku, product in known.items()}
    for one in book.told.values():
        product = known.get(one.item.sku)
        if one.case.fate == NO_COST or product is None:
            book.skus.pop(one.item.sku, None)
        else:
            one.worth = _worth(one, product)


def _worth(one: Told, product: Product) -> Worth:
    left = LARGE_PENCE if one.case.large else _pence(product) // 5
    if one.case.fate == CONSIGNED:
        return Worth(product.brand, CONSIGNED, left, 0)
    return Worth(OURS, HIRE_FLEET, left * 5 // 2, left * 5 // 2 - left) if one.hire else Worth(OURS, STOCK, left, 0)


def _pence(product: Product) -> int:
    return int(product.price.replace(".", ""))


def _shown(one: Told) -> dict[str, Any]:
    worth = one.worth
    return {
        "return": one.ret.id,
        "order": one.ret.order,
        "line": one.item.line,
        "sku": one.item.sku,
        "grade": one.case.grade,
        "kind": one.case.kind,
        "fate": one.case.fate,
        "approver": one.case.approver,
        "ledger_class": worth.ledger_class if worth else "",
        "carrying_pence": worth.cost - worth.depreciation if worth else None,
    }
