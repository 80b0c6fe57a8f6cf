"""What ACS could not pick. Pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

# From these words on, a garment that is not picked is missing; before them it only has not been picked yet.
PICKED = frozenset({"part_picked", "pick_confirmed", "packed", "despatched"})


class Wanted(NamedTuple):
    """One line of an order at ACS and how many garments of it ACS was asked for."""

    line_id: str
    sku: str
    quantity: int


def short_lines(wanted: Iterable[Wanted], picked: Mapping[str, int], acs_status: str) -> list[dict[str, str | int]]:
    """The lines of which ACS picked fewer than were wanted, once it says that it has picked; a line it says nothing of is not short."""
    if acs_status not in PICKED:
        return []
    return [
        {"line_id": line.line_id, "sku": line.sku, "wanted": line.quantity, "picked": picked[line.line_id]}
        for line in wanted
        if picked.get(line.line_id, line.quantity) < line.quantity
    ]


def missing_garments(short: Iterable[Mapping[str, object]]) -> int:
    """How many garments the short lines lack together."""
    return sum(int(str(line["wanted"])) - int(str(line["picked"])) for line in short)
