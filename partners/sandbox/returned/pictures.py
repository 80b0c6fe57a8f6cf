"""Small true JPEG and PNG files, made without a library: a garment on a table, seen through a mosaic of eight-pixel squares.

The JPEG is baseline, three components, each square its average alone (a DC coefficient and an end of block).
"""

import random
import struct
import zlib
from collections.abc import Iterator

WIDE, HIGH, SIDE = 15, 20, 8
Colour = tuple[int, int, int]
Grid = list[list[Colour]]
# How many codes there are of each length, and what they mean (ISO 10918-1, annex K.3.1); of AC only the end of a block.
DC_LENGTHS, DC_MEANS = bytes([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]), bytes(range(12))
AC_LENGTHS, AC_MEANS = bytes([1] + [0] * 15), b"\x00"


def drawn(name: str) -> tuple[bytes, str]:
    """The bytes of the photo of this name and their type: always the same."""
    grid = _grid(random.Random(f"picture {name}"))  # noqa: S311 - what a make-believe photo shows
    return (_png(grid), "image/png") if name.endswith(".png") else (_jpeg(grid), "image/jpeg")


def _grid(rng: random.Random) -> Grid:
    cloth, table = _colour(rng, 40, 200), _colour(rng, 190, 225)
    at, wide = (rng.uniform(5, 10), rng.uniform(6, 15)), rng.uniform(1, 2.4)
    return [[_square(rng, x, y, cloth, table, (x - at[0]) ** 2 + (y - at[1]) ** 2 < wide**2) for x in range(WIDE)] for y in range(HIGH)]


def _square(rng: random.Random, x: int, y: int, cloth: Colour, table: Colour, stained: bool) -> Colour:
    """A skirt that widens downwards; where it is stained it is brown."""
    on_it = 2 <= y < HIGH - 2 and abs(x - WIDE / 2 + 0.5) <= 2 + y / 4
    red, green, blue = ((92, 64, 40) if stained else cloth) if on_it else table
    shade = rng.randint(-9, 9)
    return (_byte(red + shade), _byte(green + shade), _byte(blue + shade))


def _colour(rng: random.Random, low: int, high: int) -> Colour:
    return (rng.randint(low, high), rng.randint(low, high), rng.randint(low, high))


def _byte(value: float) -> int:
    return max(0, min(255, round(value)))


# --- PNG --------------------------------------------------------------------------------------------------------------------------


def _png(grid: Grid) -> bytes:
    rows = [b"\x00" + b"".join(bytes(one) * SIDE for one in row) for row in grid for _ in range(SIDE)]
    header = struct.pack(">IIBBBBB", WIDE * SIDE, HIGH * SIDE, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


# --- JPEG -------------------------------------------------------------------------------------------------------------------------


def _jpeg(grid: Grid) -> bytes:
    frame = struct.pack(">BHHB", 8, HIGH * SIDE, WIDE * SIDE, 3) + b"".join(bytes([number, 0x11, 0]) for number in (1, 2, 3))
    scan = bytes([3, 1, 0, 2, 0, 3, 0, 0, 63, 0])
    segments = [
        (0xE0, b"JFIF\x00" + struct.pack(">BBBHHBB", 1, 1, 0, 1, 1, 0, 0)),
        (0xDB, b"\x00" + bytes([SIDE] * 64)),
        (0xC0, frame),
        (0xC4, b"\x00" + DC_LENGTHS + DC_MEANS),
        (0xC4, b"\x10" + AC_LENGTHS + AC_MEANS),
        (0xDA, scan),
    ]
    body = b"".join(bytes([0xFF, marker]) + struct.pack(">H", len(said) + 2) + said for marker, said in segments)
    return b"\xff\xd8" + body + _packed("".join(_bits(grid))) + b"\xff\xd9"


def _bits(grid: Grid) -> Iterator[str]:
    """Each square as what its three components differ by from those before it."""
    codes, before = _codes(), (0, 0, 0)
    for row in grid:
        for colour in row:
            now = _components(colour)
            for value, last in zip(now, before, strict=True):
                yield _difference(value - last, codes) + "0"
            before = now


def _components(colour: Colour) -> Colour:
    """Brightness and the two of colour, about nought."""
    red, green, blue = colour
    bright = 0.299 * red + 0.587 * green + 0.114 * blue
    return (round(bright) - 128, round((blue - bright) * 0.564), round((red - bright) * 0.713))


def _difference(value: int, codes: list[str]) -> str:
    length = abs(value).bit_length()
    shifted = value if value > 0 else value + (1 << length) - 1
    return codes[length] + (f"{shifted:0{length}b}" if length else "")


def _codes() -> list[str]:
    """Huffman's codes of DC_LENGTHS, in order."""
    codes, code = [], 0
    for length, count in enumerate(DC_LENGTHS, start=1):
        for _ in range(count):
            codes.append(f"{code:0{length}b}")
            code += 1
        code <<= 1
    return codes


def _packed(bits: str) -> bytes:
    bits += "1" * (-len(bits) % 8)
    raw = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return raw.replace(b"\xff", b"\xff\x00")
