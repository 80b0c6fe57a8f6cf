"""What ACS measured of a packed parcel, and the compartment that takes it."""

from collections.abc import Mapping

from lockers.rules import sizes

SIDES = ("length_mm", "width_mm", "height_mm")


def is_whole(packed: Mapping[str, int]) -> bool:
    """ACS gave every side and the weight."""
    return all(packed.get(name) for name in (*SIDES, "weight_g"))


def size_of(packed: Mapping[str, int]) -> str:
    """The compartment that the parcel needs as ACS measured it; "" where none takes it."""
    return sizes.size_of_parcel(*(packed[name] for name in (*SIDES, "weight_g")))
