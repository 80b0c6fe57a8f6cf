"""Is this the same order twice?"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import blake2b

WINDOW = timedelta(hours=24)


def customer_key(email: str, mobile: str, postcode: str) -> str:
    """The same for the same customer: their e-mail address, else mobile and postcode; "" when nothing identifies them."""
    if email.strip():
        return _digest("e", email.strip().casefold())
    digits = "".join(letter for letter in mobile if letter.isdecimal())[-10:]
    return _digest("m", digits, "".join(postcode.split()).upper()) if digits else ""


def contents_key(lines: Iterable[tuple[str, int]], address: str) -> str:
    """The same for the same goods to the same address, whatever the order of the lines."""
    return _digest(*sorted(f"{sku} x{quantity}" for sku, quantity in lines), "".join(address.split()).casefold())


def is_duplicate(placed_at: datetime, other_placed_at: datetime, *, window: timedelta = WINDOW) -> bool:
    """The later of two look-alikes inside the window is the duplicate; the first never is."""
    return timedelta(0) < placed_at - other_placed_at <= window


def _digest(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
