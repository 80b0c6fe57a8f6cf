"""From what ACS holds to what the website may sell, step by step, and what would make it more. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from inventory.rules.phrases import is_in, long, number_are
from inventory.rules.whynot import Say, Usual, expected_ready
from inventory.states import GONE_FOR_GOOD, ItemState

NOT_MAPPED, UNTIL_CONFIRMED = "not mapped", "not for sale until confirmed"


@dataclass(frozen=True)
class OffSale:
    """The garments of a SKU in one status that is not sellable. `since` is when the last of them came into it."""

    status: int
    raw: str
    state: ItemState | None
    count: int
    since: datetime
    usual: Usual | None = None


@dataclass(frozen=True)
class Step:
    """One line of the waterfall: `key` names it, `less` says it takes away. `start` and `length` are out of 100 of its widest."""

    key: str
    label: str
    count: int
    less: bool
    start: float
    length: float
    status: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Lever:
    """How many more there would be, and what has to happen."""

    key: str
    count: int
    sentence: str
    status: int | None = None


class Counters(NamedTuple):
    """What is counted of one SKU now. `leaves` is when how many leave the buffer, the earliest first; `doubted` are not for sale until
    a person confirms that they came back; `picked` are the orders' too, and stand in their own status at ACS."""

    on_hand: int
    missing: int
    ripe: int
    waiting: int
    allocated: int
    reserve: int
    buffer: timedelta
    leaves: Sequence[tuple[datetime, int]] = ()
    doubted: int = 0
    picked: int = 0

    @property
    def oversold(self) -> int:
        """How many more are sold than ACS holds in a sellable state; of what it never named nobody knows."""
        return max(0, self.allocated - self.ripe - self.waiting) if self.on_hand or self.missing else 0

    @property
    def for_sale(self) -> int:
        """In a sellable state, whether a person or the buffer still keeps them off."""
        return self.ripe + self.waiting + self.doubted


def steps(now: Counters, off_sale: Sequence[OffSale], *, sellable: int, shown: int | None = None) -> list[Step]:
    """The lines of the waterfall. Terms that take nothing away are left out, but for the two ends and what is in a sellable state."""
    widest = max(now.on_hand, now.for_sale, shown or 0, 1)
    takes = [("status", each.raw, each.count, each.status, _note(each)) for each in off_sale]
    lines = [_total("on-hand", "ACS holds", now.on_hand, widest)]
    lines += _less(takes, now.on_hand, widest)
    lines.append(_total("for-sale", "In a sellable state", now.for_sale, widest))
    rest = [
        ("doubted", "Came back from where nothing comes back", now.doubted, None, UNTIL_CONFIRMED),
        ("waiting", "Waiting in the buffer", now.waiting, None, ""),
        ("allocated", "Sold to orders", now.allocated, None, _picked(now.picked)),
        ("reserve", "Kept back", now.reserve, None, ""),
    ]
    lines += _less(rest, now.for_sale, widest)
    lines.append(_total("sellable", "The website may sell", sellable, widest))
    return [*lines, _total("shown", "The shop shows", shown, widest)] if shown is not None else lines


def _total(key: str, label: str, count: int, widest: int) -> Step:
    return Step(key, label, count, less=False, start=0, length=_share(count, widest))


def _less(takes: Sequence[tuple[str, str, int, int | None, str]], left: int, widest: int) -> list[Step]:
    """What is taken away, each from where the one before it ended; never drawn below nothing."""
    lines = []
    for key, label, count, status, note in takes:
        if count:
            end = max(left, 0)
            left -= count
            start = max(left, 0)
            place = {"start": _share(start, widest), "length": _share(end - start, widest)}
            lines.append(Step(key, label, count, less=True, status=status, note=note, **place))
    return lines


def _share(count: int, widest: int) -> float:
    return round(count / widest * 100, 2)


def _note(each: OffSale) -> str:
    """What ACS's text means, where the text does not say it already."""
    if each.state is None:
        return NOT_MAPPED
    meant = "the mapping keeps it off sale" if each.state == ItemState.READY else is_in(each.state)
    return "" if _letters(meant) == _letters(each.raw) else meant


def _picked(count: int) -> str:
    """A garment is taken away once: in its status at ACS, or as sold."""
    return f"{number_are(count)} picked for an order already and taken away above" if count else ""


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def levers(now: Counters, off_sale: Sequence[OffSale], *, at: datetime, say: Say) -> list[Lever]:
    """What would make it more, the largest first. What never comes back is no lever."""
    found = [_buffer(now, say), *(_status(each, now, at, say) for each in off_sale), _doubted(now), _reserve(now), _missing(now)]
    return sorted((lever for lever in found if lever and lever.count), key=lambda lever: -lever.count)


def _buffer(now: Counters, say: Say) -> Lever | None:
    if not now.leaves:
        return None
    (first, few), (last, _) = now.leaves[0], now.leaves[-1]
    more = f"{now.waiting:,} more {'leaves' if now.waiting == 1 else 'leave'} the buffer"
    when = f"{more} {say(last)}." if first == last else f"{more} by {say(last)}, the first {few:,} {say(first)}."
    return Lever("waiting", now.waiting, when)


def _status(each: OffSale, now: Counters, at: datetime, say: Say) -> Lever | None:
    if each.state in GONE_FOR_GOOD:
        return None
    if each.state is None:
        have = "has" if each.count == 1 else "have"
        return Lever("unmapped", each.count, f"{each.count:,} {have} a status nobody has mapped: “{each.raw}”.", each.status)
    if each.state == ItemState.READY:
        return Lever(
            "kept-off", each.count, f"{number_are(each.count)} ready, but the mapping of “{each.raw}” keeps them off.", each.status
        )
    told = f"{number_are(each.count)} {is_in(each.state)}"
    return Lever("status", each.count, f"{told}{_by(each, now.buffer, at, say)}.", each.status)


def _by(each: OffSale, buffer: timedelta, at: datetime, say: Say) -> str:
    if each.usual is None:
        return ""
    ready = expected_ready(each.since, each.usual, at=at)
    if ready is None:
        return f", for longer than four in five take ({long(each.usual.most)})"
    return f": expected ready by {say(ready)} (four in five are), on sale {long(buffer)} later"


def _doubted(now: Counters) -> Lever:
    """What waits for a person's word; its own buffer runs meanwhile."""
    return Lever("doubted", now.doubted, f"{now.doubted:,} came back from where nothing comes back: {UNTIL_CONFIRMED}.")


def _reserve(now: Counters) -> Lever | None:
    return Lever("reserve", now.reserve, f"{number_are(now.reserve)} kept back from sale.") if now.reserve else None


def _missing(now: Counters) -> Lever | None:
    was = "was" if now.missing == 1 else "were"
    return Lever("missing", now.missing, f"{now.missing:,} {was} not in ACS’s last file.") if now.missing else None
