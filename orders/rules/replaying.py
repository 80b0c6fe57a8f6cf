"""What would another setting have done to an order that was decided already?"""

from collections.abc import Collection
from enum import StrEnum


class Effect(StrEnum):
    """Held although it went, let go although it was held, or held all the same for other reasons."""

    HELD = "held"
    FREED = "freed"
    OTHER = "other"
    NONE = ""


def effect(*, passed: bool, now: Collection[str], then: Collection[str]) -> Effect:
    """`now` are the codes that the rules find as they stand, `then` those that they would find; `passed` is what was decided.

    An order that passed in spite of a code had that code waived, and would have it waived again. One that did not pass although
    the rules found nothing was held by somebody or something else, and would be still.
    """
    added, gone = set(then) - set(now), set(now) - set(then)
    if not added and not gone:
        return Effect.NONE
    if passed:
        return Effect.HELD if added else Effect.NONE
    return Effect.FREED if now and not then else Effect.OTHER
