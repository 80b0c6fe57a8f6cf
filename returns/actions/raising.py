"""Stand-in until the write-off engine is merged: the engine's file of this name replaces this one."""

from collections.abc import Collection
from datetime import datetime


def look(item_ids: Collection[int], *, at: datetime) -> None:
    """Make write-offs equal to the grades of these items."""
