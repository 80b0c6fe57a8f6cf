"""What one parcel for a UK locker may be: InPost's sides and weight, and the margin that we keep below them."""

from dataclasses import dataclass
from typing import NamedTuple


class Compartment(NamedTuple):
    """One size of compartment; sides in mm, shortest first, volume in mm³."""

    size: str
    sides: tuple[int, int, int]
    volume: int


@dataclass(frozen=True)
class Limits:
    """Sides in mm and weight in g: InPost UK API Specifications 0.4.2. `fill`, `softness` (both in thousandths, so that sums stay
    whole numbers) and `packing_g` are ours: how full a compartment may get, how much of a soft garment's volume counts, what
    the wrapping weighs.
    """

    sides: tuple[tuple[str, int, int, int], ...] = (("A", 80, 380, 640), ("B", 190, 380, 640), ("C", 410, 380, 640))
    weight_g: int = 15_000
    packing_g: int = 150
    fill: int = 850
    softness: int = 700

    @property
    def smallest_first(self) -> tuple[Compartment, ...]:
        made = [Compartment(size, _ascending(a, b, c), a * b * c) for size, a, b, c in self.sides]
        return tuple(sorted(made, key=lambda compartment: compartment.volume))


def _ascending(a: int, b: int, c: int) -> tuple[int, int, int]:
    low, middle, high = sorted((a, b, c))
    return low, middle, high


LIMITS = Limits()
