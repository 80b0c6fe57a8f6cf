"""Which known code does a new one look like? An offer for a person to take, never taken by itself."""

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from partners.mappings import fold

LIKE_ENOUGH, STEM = 0.72, 4
_WORDS = re.compile(r"[^\W\d_]+")


class Offer(NamedTuple):
    """A known code, or a word of ours, and the meaning that goes with it."""

    text: str
    target: str
    flags: Mapping[str, Any]


def likest(raw: str, known: Iterable[Offer]) -> Offer | None:
    """The offer whose text is most like `raw`; None where none is like it enough."""
    best = max(((_likeness(raw, offer.text), offer) for offer in known), key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] >= LIKE_ENOUGH else None


def _likeness(one: str, other: str) -> float:
    """From 0 to 1: by letters, or by a word that begins as the other's does, as QUAR-2 and Quarantine do."""
    here, there = fold(one), fold(other)
    stems = any(_begins_alike(a, b) for a in _WORDS.findall(here) for b in _WORDS.findall(there))
    return max(SequenceMatcher(None, here, there).ratio(), LIKE_ENOUGH if stems else 0)


def _begins_alike(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= STEM and (one.startswith(other) or other.startswith(one))
