"""Products and files of them."""

import io
from datetime import UTC, datetime
from typing import Any, BinaryIO

from inventory.models import Product

LONG_AGO = datetime(2026, 6, 1, tzinfo=UTC)


def file_of(*lines: str, encoding: str = "utf-8") -> BinaryIO:
    """A CSV file in memory, as an upload hands it over."""
    return io.BytesIO("\r\n".join(lines).encode(encoding))


def make_product(sku: str = "DRS-0012-10", **columns: Any) -> Product:
    """A sized, soft dress from the product file."""
    standing: dict[str, Any] = {
        "name": "Midi dress",
        "length_mm": 340,
        "width_mm": 260,
        "height_mm": 40,
        "weight_g": 520,
        "rigid": False,
        "fetched_at": LONG_AGO,
        "changed_at": LONG_AGO,
    }
    return Product.objects.create(sku=sku, **standing | columns)
