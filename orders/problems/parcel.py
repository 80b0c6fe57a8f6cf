"""Does a parcel fit a locker? The one judgement that the release gate and the shop's checkout share.

Both bring the facts in their own way, an order's lines or a cart's; what is made of them is decided here and in
`places.wrong_with_locker` alone, so that a cart which the checkout accepts is not refused afterwards.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from exceptions_queue.catalogue import Code
from lockers.rules import sizes
from orders.problems.facts import Line
from partners.inpost.compartments import LIMITS, Limits

Evidence = dict[str, Any]
Found = dict[str, Evidence]


class Packed(NamedTuple):
    """The compartment that some goods need together ("" where none takes them or nobody can tell), and what is wrong."""

    size: str
    found: Found
    unsized: list[str]


def pack(lines: Sequence[Line], *, limits: Limits = LIMITS) -> Packed:
    """Everything in one parcel: VAL-DIM-MISSING where a size is not known, VAL-OVERSIZE where no compartment takes it."""
    unsized = sorted({line.sku for line in lines if not is_sized(line)})
    if unsized or not lines:
        return Packed("", {Code.VAL_DIM_MISSING: {"field": "size", "fault": "unknown", "skus": unsized[:5]}}, unsized)
    fit = sizes.fit([item_of(line) for line in lines], limits=limits)
    if fit.size:
        return Packed(fit.size, {}, [])
    return Packed("", {Code.VAL_OVERSIZE: {"field": "size", "fault": fit.why}}, [])


def too_big_alone(lines: Sequence[Line], *, limits: Limits = LIMITS) -> list[str]:
    """The SKUs of which not even one piece goes into a locker: they are to blame, not the basket. Every line's size must be known."""
    return sorted({line.sku for line in lines if not sizes.fit([item_of(line)._replace(quantity=1)], limits=limits).size})


def item_of(line: Line) -> sizes.Item:
    _, quantity, length, width, height, weight, rigid, *_, factor = line
    return sizes.Item(length or 0, width or 0, height or 0, weight or 0, bool(rigid), quantity, factor)


def is_sized(line: Line) -> bool:
    return bool(line.length_mm and line.width_mm and line.height_mm and line.weight_g)
