"""Why is this garment not on sale? One answer, the first that holds, in a sentence. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from inventory.rules.phrases import is_in, long
from inventory.rules.sellable import is_ripe, sellable
from inventory.states import GONE_FOR_GOOD, ItemState

Say = Callable[[datetime], str]


class Why(StrEnum):
    """The reason, for whoever counts or colours; the sentence is for people."""

    MISSING = "missing"
    UNMAPPED = "unmapped"
    GONE = "gone"
    NOT_READY = "not_ready"
    KEPT_OFF = "kept_off"
    WITHHELD = "withheld"
    DOUBTED = "doubted"
    BUFFER = "buffer"
    TAKEN = "taken"
    STALE = "stale"
    ON_SALE = "on_sale"


class Usual(NamedTuple):
    """How long garments of its category take from coming into its state until ready: half of them, and four in five."""

    half: timedelta
    most: timedelta


@dataclass(frozen=True)
class Facts:
    """What is known of a garment and of its SKU. `state` is None while nobody has mapped what ACS calls it; `is_stale` where the last
    stock file, of `as_of`, is too old to be believed, or there was none."""

    raw: str
    state: ItemState | None
    sells: bool
    since: datetime
    buffer: timedelta
    missing_since: datetime | None = None
    missing_files: int = 0
    doubted_since: datetime | None = None
    withheld_since: datetime | None = None
    usual: Usual | None = None
    ripe: int = 0
    allocated: int = 0
    reserve: int = 0
    as_of: datetime | None = None
    is_stale: bool = True


class Answer(NamedTuple):
    """`until` is when this reason is expected to be over, where that can be said."""

    why: Why
    sentence: str
    until: datetime | None = None


def why_not(facts: Facts, *, at: datetime, say: Say) -> Answer:
    """The first thing that keeps it off sale, the hardest first. `say` puts an instant into words."""
    if facts.missing_since:
        return _missing(facts, facts.missing_since, say)
    if facts.state is None:
        return Answer(Why.UNMAPPED, f"ACS calls it “{facts.raw}”, and nobody has said what that means; what is unknown is never sold.")
    if facts.state != ItemState.READY:
        return _not_ready(facts, facts.state, at, say)
    if not facts.sells:
        return Answer(Why.KEPT_OFF, f"ACS says it is ready, but the mapping of “{facts.raw}” keeps such garments off sale.")
    if facts.withheld_since:
        since = say(facts.withheld_since)
        return Answer(Why.WITHHELD, f"It is to be written off: kept off sale since {since}, whatever ACS says.")
    if facts.doubted_since:
        return _doubted(facts.doubted_since, say)
    if not is_ripe(since=facts.since, buffer=facts.buffer, at=at):
        return _in_buffer(facts, say)
    return _ripe(facts, at, say)


def expected_ready(since: datetime, usual: Usual, *, at: datetime) -> datetime | None:
    """By when four in five of its kind are ready; None where it has already taken longer than that."""
    ready = since + usual.most
    return ready if ready > at else None


def _missing(facts: Facts, since: datetime, say: Say) -> Answer:
    files = "the last stock file" if facts.missing_files < 2 else f"the last {facts.missing_files} stock files"
    back = f"once it is named again, it waits {long(facts.buffer)} before it can be sold"
    return Answer(Why.MISSING, f"ACS did not name it in {files}: missing since {say(since)}; {back}.")


def _not_ready(facts: Facts, state: ItemState, at: datetime, say: Say) -> Answer:
    here = f"It is {is_in(state)}, since {say(facts.since)}"
    if state in GONE_FOR_GOOD:
        return Answer(Why.GONE, f"{here}; garments do not come back from there by themselves.")
    if facts.usual is None:
        return Answer(Why.NOT_READY, f"{here}; how long that takes is not known yet.")
    ready = expected_ready(facts.since, facts.usual, at=at)
    if ready is None:
        return Answer(Why.NOT_READY, f"{here}; that is longer than four in five of its kind take ({long(facts.usual.most)}).")
    return Answer(Why.NOT_READY, f"{here}; four in five of its kind are ready by {say(ready)}.", ready)


def _doubted(since: datetime, say: Say) -> Answer:
    moved = f"It came to be ready from where nothing comes back, {say(since)}"
    return Answer(Why.DOUBTED, f"{moved}; it is not for sale until a person confirms that, or it is not ready any more.")


def _in_buffer(facts: Facts, say: Say) -> Answer:
    leaves = facts.since + facts.buffer
    return Answer(
        Why.BUFFER, f"It has been ready since {say(facts.since)} and leaves the {long(facts.buffer)} buffer {say(leaves)}.", leaves
    )


def _ripe(facts: Facts, at: datetime, say: Say) -> Answer:
    left = sellable(ripe=facts.ripe, allocated=facts.allocated, reserve=facts.reserve)
    if not left:
        return Answer(Why.TAKEN, f"It could be sold, but {_taken(facts)}.")
    if facts.is_stale:
        age = f"is of {say(facts.as_of)}" if facts.as_of else "has never been read"
        return Answer(Why.STALE, f"It could be sold, but ACS’s stock {age}; what the shop shows is frozen until a newer file.")
    return Answer(Why.ON_SALE, f"It is on sale: {left:,} of the {facts.ripe:,} of this SKU that are past the buffer may be sold.")


def _taken(facts: Facts) -> str:
    """How the ripe ones of its SKU are spoken for."""
    takes = [f"{count:,} {how}" for count, how in ((facts.allocated, "sold to orders"), (facts.reserve, "kept back")) if count]
    ready = "the one of this SKU that is past the buffer is" if facts.ripe == 1 else f"all {facts.ripe:,} of this SKU past the buffer are"
    return f"{ready} spoken for: {' and '.join(takes)}"
