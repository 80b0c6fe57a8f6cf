"""The shape of one page of the operational reference."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """What one code means for the person who has it in front of them: plain sentences, no codes.

    Title, owner, what it stops, fixes and when it closes come from the catalogue and are not repeated here.
    """

    means: str
    do: tuple[str, ...]
    do_not: tuple[str, ...]
    next: str
