"""When is somebody to be told, told again, and told that it is over?"""

from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

GROWTH = 5
MOST_UPDATES = 3


class Step(StrEnum):
    """What a message says of its alert."""

    RAISED = "raised"
    GREW = "grew"
    OVER = "over"
    TEST = "test"


class Told(NamedTuple):
    """What one channel has heard of one alert: `last`, the count it was last given, and how many times it was told of growth."""

    last: int
    updates: int


def next_step(*, is_open: bool, age: timedelta, delay: timedelta, count: int, told: Told | None, quiet: bool) -> Step | None:
    """What to say now, if anything. One message when it is raised, at most three as it grows fivefold, one when it is over.

    `delay` is how long a channel waits before it speaks of this kind; `quiet` is a maintenance window: nothing new is raised in
    it, and what was raised before still ends.
    """
    if told is None:
        return Step.RAISED if is_open and not quiet and age >= delay else None
    if not is_open:
        return Step.OVER
    grew = count >= GROWTH * max(told.last, 1) and told.updates < MOST_UPDATES
    return Step.GREW if grew and not quiet else None
