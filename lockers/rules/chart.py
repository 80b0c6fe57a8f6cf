"""A flat map of the islands: which part of the world is drawn, and where a place stands in it.

Degrees in, drawing units out. A degree of longitude is squeezed as at the middle of the box: right for an island this size.
"""

from math import cos, floor, radians
from typing import NamedTuple

WIDTH = 600.0  # of every drawing; its height follows from the box
CELLS = 30  # columns of the grid that gathers lockers while too many are in sight
_MOST = 90.0


class Box(NamedTuple):
    """A part of the world, in degrees."""

    south: float
    west: float
    north: float
    east: float

    @property
    def squeeze(self) -> float:
        return max(cos(radians((self.south + self.north) / 2)), 0.1)

    @property
    def scale(self) -> float:
        """Drawing units per degree of latitude."""
        return WIDTH / ((self.east - self.west) * self.squeeze)

    @property
    def height(self) -> float:
        return (self.north - self.south) * self.scale

    @property
    def step(self) -> tuple[float, float]:
        """The sides of one square cell of the grid, in degrees of latitude and of longitude."""
        across = (self.east - self.west) / CELLS
        return across * self.squeeze, across

    def place(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Where a place stands in the drawing, from its upper left corner."""
        return (longitude - self.west) * self.squeeze * self.scale, (self.north - latitude) * self.scale

    def text(self) -> str:
        """As it stands in an address: south,west,north,east."""
        return ",".join(f"{edge:.3f}" for edge in self)


ISLANDS = Box(49.75, -8.5, 58.85, 2.1)  # without the northern isles, whose sea would fill a third of the drawing
SMALLEST = 0.02  # degrees of latitude: some two kilometres, a few streets


def read_box(text: str) -> Box | None:
    """The box that an address names; None when it names none: four numbers, on the globe, a little apart."""
    try:
        box = Box(*(float(edge) for edge in text.split(",")))
    except (TypeError, ValueError):
        return None
    if not (box.south > -_MOST and box.south + SMALLEST / 2 <= box.north < _MOST):  # also false for NaN
        return None
    return box if box.west >= -180 and box.west + SMALLEST / 2 <= box.east <= 180 else None


def around(latitude: float, longitude: float, tall: float) -> Box:
    """A box `tall` degrees of latitude high around a place, four to three."""
    high = max(tall, SMALLEST) / 2
    latitude = min(max(latitude, -_MOST + high + 1), _MOST - high - 1)
    wide = high * 4 / 3 / max(cos(radians(latitude)), 0.1)
    west = min(max(longitude - wide, -180.0), 180.0 - 2 * wide)
    return Box(latitude - high, west, latitude + high, west + 2 * wide)


def holding(places: list[tuple[float, float]]) -> Box:
    """The box that holds these places with a little room around them."""
    latitudes, longitudes = [place[0] for place in places], [place[1] for place in places]
    middle = (min(latitudes) + max(latitudes)) / 2, (min(longitudes) + max(longitudes)) / 2
    squeeze = max(cos(radians(middle[0])), 0.1)
    return around(*middle, max(max(latitudes) - min(latitudes), (max(longitudes) - min(longitudes)) * squeeze * 3 / 4) * 1.35)


def islands(north: float) -> Box:
    """The whole map, as far north as there is something to see."""
    return ISLANDS._replace(north=max(ISLANDS.north, min(north + 0.25, 61.0)))


def wider(box: Box) -> Box | None:
    """A box twice as large around the same middle; None when that is the whole map."""
    tall = (box.north - box.south) * 2
    if tall >= (ISLANDS.north - ISLANDS.south):
        return None
    return around((box.south + box.north) / 2, (box.west + box.east) / 2, tall)


def cell_of(box: Box, latitude: float, longitude: float) -> tuple[int, int]:
    """The row and column of the grid a place falls in."""
    up, across = box.step
    return floor((latitude - box.south) / up), floor((longitude - box.west) / across)


# The coast, roughly: (longitude, latitude), clockwise from Land's End. Enough to know where one is looking.
BRITAIN = (
    (-5.7, 50.07), (-5.2, 49.96), (-4.8, 50.22), (-4.2, 50.33), (-3.7, 50.22), (-3.4, 50.62), (-2.95, 50.72), (-2.45, 50.52), (-1.95, 50.6),
    (-1.3, 50.77), (-0.75, 50.75), (0.25, 50.74), (0.97, 50.92), (1.38, 51.15), (1.44, 51.38), (0.75, 51.45), (0.95, 51.75), (1.3, 51.85),
    (1.6, 52.1), (1.75, 52.5), (1.65, 52.77), (1.3, 52.93), (0.5, 52.97), (0.3, 52.8), (0.05, 52.9), (0.35, 53.15), (0.1, 53.5),
    (-0.3, 53.7), (0.12, 53.6), (-0.2, 54.0), (-0.08, 54.12), (-0.6, 54.5), (-1.2, 54.65), (-1.4, 55.0), (-1.6, 55.5), (-2.0, 55.8),
    (-2.6, 56.05), (-3.3, 55.98), (-3.6, 56.05), (-2.6, 56.28), (-3.0, 56.43), (-2.45, 56.7), (-2.1, 57.15), (-1.8, 57.5), (-2.0, 57.7),
    (-3.4, 57.72), (-4.2, 57.5), (-3.8, 57.85), (-4.1, 57.95), (-3.1, 58.4), (-3.05, 58.65), (-4.0, 58.58), (-5.0, 58.62), (-5.3, 58.2),
    (-5.8, 57.85), (-5.6, 57.35), (-5.8, 56.95), (-6.2, 56.7), (-5.5, 56.4), (-5.65, 55.9), (-5.75, 55.3), (-5.45, 55.55), (-5.3, 55.9),
    (-4.9, 55.95), (-4.65, 55.55), (-5.05, 55.0), (-4.87, 54.64), (-4.4, 54.72), (-3.6, 54.88), (-3.1, 54.97), (-3.6, 54.5), (-3.2, 54.1),
    (-2.85, 54.18), (-3.05, 53.9), (-3.0, 53.45), (-3.4, 53.34), (-4.1, 53.22), (-4.6, 53.4), (-4.4, 53.1), (-4.75, 52.8), (-4.1, 52.9),
    (-4.1, 52.4), (-4.7, 52.1), (-5.3, 51.9), (-5.05, 51.63), (-4.4, 51.72), (-4.25, 51.55), (-3.6, 51.42), (-3.1, 51.4), (-2.65, 51.62),
    (-3.0, 51.3), (-3.1, 51.2), (-4.2, 51.2), (-4.55, 51.0), (-5.05, 50.4), (-5.5, 50.2),
)  # fmt: skip
NORTHERN_IRELAND = (
    (-8.15, 54.45), (-7.6, 54.13), (-7.2, 54.35), (-6.65, 54.05), (-6.1, 54.03), (-5.55, 54.3), (-5.5, 54.65), (-5.75, 54.85), (-6.1, 55.2),
    (-6.9, 55.2), (-7.3, 55.05), (-7.5, 54.75),
)  # fmt: skip
COASTS = (BRITAIN, NORTHERN_IRELAND)


def coast(box: Box, shore: tuple[tuple[float, float], ...]) -> str:
    """The shore as the points of an SVG polygon."""
    return " ".join("{:.0f},{:.0f}".format(*box.place(latitude, longitude)) for longitude, latitude in shore)
