"""Every garment of the world with its past, one status for each daily file, and what will become of it.

How long a garment has been ready never lies near the 72 hours: ready since at least the fourth file before the last one, or since
one of the last two. So what the world holds does not depend on the minute at which somebody counts.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from partners.sandbox.goods import Product
from partners.sandbox.warehouse.words import (
    ABSENT,
    BER,
    EX_HIRED,
    INSPECTION,
    PROCESSING,
    READY,
    RECEIPTED,
    REFURBISHMENT,
    UNHEARD_OF,
    WITH_CUSTOMER,
)

FEWEST_FILES, RIPE_FROM, SPARE, MORE = 6, 4, (8, 16), (6, 9)
MENDED = [REFURBISHMENT, PROCESSING, READY]


@dataclass
class Garment:
    """`history` has what each file so far said ("" where it was absent), oldest first; `to_come` what the next ones will.

    `status` is what ACS knows now: the next file says so. `order` is the order it was picked for.
    """

    rfid: str
    sku: str
    grade: str
    history: list[str]
    to_come: list[str] = field(default_factory=list)
    status: str = ""
    order: str = ""

    def __post_init__(self) -> None:
        self.status = self.status or self.history[-1]

    @property
    def size(self) -> str:
        return self.sku.rpartition("-")[2]

    def since(self, place: int = -1) -> int:
        """The place of the first file of the run that ends with this one."""
        place %= len(self.history)
        first = place
        while first and self.history[first - 1] == self.history[place]:
            first -= 1
        return first


Past = tuple[list[str], list[str]]


def _ripe(rng: random.Random, files: int) -> Past:
    """Ready from the first file on, or once it had been worked on."""
    since = rng.choice((files, files, rng.randint(RIPE_FROM + 1, files)))
    return [PROCESSING] * (files - since) + [READY] * since, []


def _fresh(rng: random.Random, files: int) -> Past:
    """Ready in the last file or the last two; some of these for the second time."""
    since = rng.choice((1, 2))
    before = rng.choice(([PROCESSING] * (files - since), [READY] * (files - since - 1) + [PROCESSING]))
    return before + [READY] * since, []


def _in_work(rng: random.Random, files: int) -> Past:
    return _since(rng, files, RECEIPTED, PROCESSING), [PROCESSING] * rng.randrange(2) + [READY]


def _receipted(rng: random.Random, files: int) -> Past:
    return _since(rng, files, WITH_CUSTOMER, RECEIPTED), [PROCESSING, READY]


def _inspected(rng: random.Random, files: int) -> Past:
    return _since(rng, files, RECEIPTED, INSPECTION), rng.choice(([PROCESSING, READY], list(MENDED), [BER]))


def _mended(rng: random.Random, files: int) -> Past:
    """A refurbished garment comes back."""
    return _since(rng, files, INSPECTION, REFURBISHMENT), list(MENDED[rng.randrange(2) :])


def _hired(rng: random.Random, files: int) -> Past:
    return _since(rng, files, READY, WITH_CUSTOMER), [WITH_CUSTOMER] * rng.randint(2, 6) + [RECEIPTED, INSPECTION, PROCESSING, READY]


def _beyond_repair(rng: random.Random, files: int) -> Past:
    return _since(rng, files, INSPECTION, BER), []


def _retired(rng: random.Random, files: int) -> Past:
    return _since(rng, files, WITH_CUSTOMER, EX_HIRED), []


def _since(rng: random.Random, files: int, before: str, now: str) -> list[str]:
    since = rng.randint(1, files)
    return [before] * (files - since) + [now] * since


def _vanished(rng: random.Random, files: int) -> Past:
    return [READY] * (files - 3) + [ABSENT] * 3, []


def _overlooked(rng: random.Random, files: int) -> Past:
    return [READY] * (files - 1) + [ABSENT], [READY]


def _back_again(rng: random.Random, files: int) -> Past:
    return [READY] * (files - 3) + [ABSENT] + [READY] * 2, []


def _odd(rng: random.Random, files: int) -> Past:
    """Long enough that it could be sold at once, did anybody know what it means."""
    return [PROCESSING] * (files - 5) + [UNHEARD_OF] * 5, []


Kind = Callable[[random.Random, int], Past]
EVERYDAY: dict[Kind, int] = {_fresh: 2, _in_work: 3, _receipted: 2, _inspected: 2, _mended: 2, _hired: 5, _beyond_repair: 1, _retired: 1}
ONCE: dict[Kind, int] = {
    **dict.fromkeys((_fresh, _beyond_repair, _retired, _mended), 4),
    _vanished: 1,
    _overlooked: 1,
    _back_again: 1,
    _odd: 3,
}


def stocked(rng: random.Random, products: Iterable[Product], wanted: Mapping[str, int], files: int) -> list[Garment]:
    """Of each product as many ripe garments as the orders want and some to spare, and others in every state there is."""
    kinds: list[tuple[str, Kind]] = []
    skus = [product.sku for product in products if product.at_acs]  # what ACS was never told of it does not hold
    for sku in skus:
        kinds += [(sku, _ripe)] * (wanted.get(sku, 0) + rng.randint(*SPARE))
        kinds += [(sku, kind) for kind in rng.choices(list(EVERYDAY), list(EVERYDAY.values()), k=rng.randint(*MORE))]
    kinds += [(rng.choice(skus), kind) for kind, times in ONCE.items() for _ in range(times)]
    return [_garment(rng, place, sku, kind(rng, files)) for place, (sku, kind) in enumerate(kinds, start=1)]


def _garment(rng: random.Random, place: int, sku: str, past: Past) -> Garment:
    return Garment(f"E28011700000{place:012X}", sku, rng.choice("AAABBC"), *past)
