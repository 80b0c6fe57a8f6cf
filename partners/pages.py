"""What a room's reader yields and what its writer answers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Page:
    """One page of a feed. `records` are still raw; `cursor` is the partner's own value after this page; `body` is stored as it came.

    `declared` is how many records the partner says the whole feed has; `as_of` how old the partner says it is.
    """

    records: Sequence[Any]
    cursor: str | None
    source: str
    body: bytes
    declared: int | None = None
    as_of: datetime | None = None


@dataclass(frozen=True)
class Reject:
    """One record that cannot be used: its key where it has one, where in it (`path`), why, and the record itself."""

    key: str
    path: str
    reason: str
    raw: bytes | str


@dataclass
class Applied:
    """What one page did. created + changed + unchanged + len(rejected) is the number of its records.

    `read` names the records that could be read, by the keys their rejections have: what was refused before is solved then.
    `forget`: the page speaks of somebody whose data were erased, so its bytes are not kept.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: list[Reject] = field(default_factory=list)
    read: Collection[str] = ()
    forget: bool = False

    @property
    def seen(self) -> int:
        return self.created + self.changed + self.unchanged + len(self.rejected)
