"""ACS's people at work: orders are picked, now and then short at first, and packed into a parcel of a size and weight.

Told of an order (`docs/partners/acs.md`): `PackedLength`, `PackedWidth`, `PackedHeight` in mm and `PackedWeight` in g once it is
packed, `OrderItems[].QuantityPicked` once picking has been reported.
"""

import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, NamedTuple

from partners.sandbox.orders import stamp
from partners.sandbox.world import World

Kept = dict[str, Any]
ACKNOWLEDGED, PICKING, SHORT, PICKED, PACKED, DESPATCHED = (
    *("Acknowledged", "Picking", "Part Picked"),
    *("Pick Confirmed", "Packed", "Despatched"),
)
LADDER = (ACKNOWLEDGED, PICKING, PICKED, PACKED)
SIZES = ("PackedLength", "PackedWidth", "PackedHeight", "PackedWeight")
# Compartments A, B and C in mm, sides sorted; garments give way, and a parcel fills at most so much of the room.
COMPARTMENTS = ((80, 380, 640), (190, 380, 640), (380, 410, 640))
SOFT, FILLS, WRAPPING_G = 0.7, 0.85, 150
SHIRT = {"length": 310, "width": 240, "height": 30, "weight": 280}


class Garment(NamedTuple):
    sides: tuple[int, int, int]
    weight: int
    rigid: bool

    @property
    def volume(self) -> float:
        return math.prod(self.sides) * (1 if self.rigid else SOFT)


# --- work -------------------------------------------------------------------------------------------------------------------------


def work(world: World, said: dict[str, Any]) -> dict[str, Any]:
    """One step for every order, or the named ones; with `to`, as far as that. A short pick stops there once, and is whole next time.

    Raises ValueError for a field or a status it does not know, KeyError for an order that ACS does not have.
    """
    if unknown := set(said) - {"orders", "to"}:
        raise ValueError(f"unknown field {min(unknown)}")
    to = said.get("to")
    if to is not None and to not in LADDER:
        raise ValueError(f"unknown status; choose one of {', '.join(LADDER)}")
    numbers = said["orders"] if said.get("orders") is not None else sorted(world.acs)
    if missing := [number for number in numbers if number not in world.acs]:
        raise KeyError(f"ACS does not have {missing[0]}")
    moved = {number: world.acs[number]["status"] for number in numbers if _moves(world, number, to)}
    return {"moved": moved, "short": sorted(number for number, status in moved.items() if status == SHORT)}


def _moves(world: World, number: str, to: str | None) -> bool:
    kept = world.acs[number]
    before = kept["status"]
    while kept["status"] in (*LADDER[:-1], SHORT) and not _is_far_enough(kept["status"], to):
        _step(world, number, kept)
        if to is None or kept["status"] == SHORT:
            break
    return bool(kept["status"] != before)


def _is_far_enough(status: str, to: str | None) -> bool:
    place = LADDER.index(PICKING if status == SHORT else status)
    return to is not None and place >= LADDER.index(to)


def _step(world: World, number: str, kept: Kept) -> None:
    status = kept["status"]
    if status == PICKING and number in world.fates.short and not kept.get("picked"):
        kept["picked"] = _quantities(kept, missing=1)
        _stand(world, kept, SHORT)
    elif status in (PICKING, SHORT):
        kept["picked"] = _quantities(kept)
        _stand(world, kept, PICKED)
    else:
        _stand(world, kept, LADDER[LADDER.index(status) + 1])
        if kept["status"] == PACKED:
            pack(world, number)


def _quantities(kept: Kept, missing: int = 0) -> dict[str, int]:
    """Garments picked of each line, `missing` of the last one not."""
    picked = {str(line["LineItemId"]): int(line.get("ItemQuantity", 1)) for line in kept["order"]["OrderItems"]}
    last = max(picked)
    return picked | {last: picked[last] - missing}


def _stand(world: World, kept: Kept, status: str) -> None:
    kept["status"], kept["status_at"] = status, stamp(world.now())


# --- packing ----------------------------------------------------------------------------------------------------------------------


def pack(world: World, number: str) -> None:
    """Into one parcel, unless somebody has said how large it is."""
    kept = world.acs[number]
    kept["packed"] = kept.get("packed") or packed(garments(world, kept), larger=number in world.fates.larger)


def garments(world: World, kept: Kept) -> list[Garment]:
    """What is in the order. What the product master cannot tell is measured at the bench: as the plan answers, else as a folded shirt."""
    measured = {sku: size for order in world.orders for sku, size in order.answer.get("sizes", {}).items()}
    known = {product.sku: product for product in world.products}
    found = []
    for line in kept["order"]["OrderItems"]:
        product = known.get(line["GarmentSKU"])
        size = measured.get(line["GarmentSKU"]) or (asdict(product) if product else SHIRT)
        sides = sorted((size[side] or SHIRT[side] for side in ("length", "width", "height")), reverse=True)
        garment = Garment((sides[0], sides[1], sides[2]), size["weight"] or SHIRT["weight"], bool(product and product.rigid))
        found += [garment] * int(line.get("ItemQuantity", 1))
    return found


def packed(goods: list[Garment], *, larger: bool = False) -> dict[str, int]:
    """The smallest box that holds them; `larger`: one that needs the next larger compartment, for no reason that we could know."""
    volume = sum(one.volume for one in goods)
    length, width = (max(one.sides[place] for one in goods) for place in (0, 1))
    height = max(math.ceil(volume / (length * width)), *(one.sides[2] if one.rigid else 1 for one in goods), 1)
    place = _compartment(goods, volume)
    if place is not None and not _fits((length, width, height), place):
        height, width, _ = COMPARTMENTS[place]
        length = math.ceil(volume / (height * width))  # packed by people: what stood on top lies beside it
    if larger and place is not None and place + 1 < len(COMPARTMENTS):
        height = COMPARTMENTS[place][0] + 30
    return dict(zip(SIZES, (length, width, height, sum(one.weight for one in goods) + WRAPPING_G), strict=True))


def _compartment(goods: list[Garment], volume: float) -> int | None:
    """The smallest that holds all of it, as its place in COMPARTMENTS; None where no one does."""
    for place, sides in enumerate(COMPARTMENTS):
        rigid_fit = all(_fits(one.sides, place) for one in goods if one.rigid)
        if rigid_fit and volume <= FILLS * math.prod(sides):
            return place
    return None


def _fits(sides: Iterable[int], place: int) -> bool:
    return all(side <= limit for side, limit in zip(sorted(sides), COMPARTMENTS[place], strict=True))


# --- what is told -----------------------------------------------------------------------------------------------------------------


def told(kept: Kept) -> dict[str, Any]:
    """The order as ACS answers it: as it was sent, and how far it is."""
    shown: dict[str, Any] = kept["order"] | {
        "Status": kept["status"],
        "StatusDate": kept["status_at"],
        "TrackingNumber": kept["tracking"],
    }
    if kept.get("picked"):
        lines = kept["order"]["OrderItems"]
        shown["OrderItems"] = [line | _picked(kept["picked"], str(line["LineItemId"])) for line in lines]
    return shown | (kept.get("packed") or {})


def _picked(picked: dict[str, int], line: str) -> dict[str, int]:
    return {"QuantityPicked": picked[line]} if line in picked else {}


def set_by_hand(world: World, number: str, said: dict[str, Any]) -> None:
    """`Packed` {length, width, height, weight} in mm and g, and `Picked` {line: garments}. Raises ValueError for anything else in them."""
    kept = world.acs[number]
    if "Packed" in said:
        size = said["Packed"]
        if set(size) != {"length", "width", "height", "weight"}:
            raise ValueError("Packed needs length, width, height and weight")
        kept["packed"] = {name: int(size[name.removeprefix("Packed").lower()]) for name in SIZES}
    if "Picked" in said:
        lines = {str(line["LineItemId"]) for line in kept["order"]["OrderItems"]}
        if unknown := set(said["Picked"]) - lines:
            raise ValueError(f"the order has no line {min(unknown)}")
        kept["picked"] = kept.get("picked", {}) | {line: int(count) for line, count in said["Picked"].items()}
