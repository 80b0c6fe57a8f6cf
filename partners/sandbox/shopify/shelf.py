"""What the shop keeps of a variant beside the product itself: metafields, a bar code, and when it last changed."""

import hashlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from partners.sandbox.goods import Product

SIZES = "logistics"
Names = tuple[str, str]


@dataclass
class Metafield:
    """`text` is its value, which is text whatever its type."""

    id: int
    type: str
    text: str
    created_at: datetime
    updated_at: datetime

    @property
    def digest(self) -> str:
        """By which one says which value one has seen."""
        return hashlib.sha256(f"{self.type} {self.text}".encode()).hexdigest()

    @property
    def value(self) -> Any:
        is_json = self.type in ("json", "boolean", "number_integer", "dimension", "weight") or self.type.startswith("list.")
        return json.loads(self.text) if is_json else self.text


@dataclass
class Variant:
    product: Product
    created_at: datetime
    updated_at: datetime
    barcode: str | None = None
    metafields: dict[Names, Metafield] = field(default_factory=dict)


def shelved(products: list[Product], start: datetime, ids: Iterator[int]) -> dict[str, Variant]:
    """Each variant with the sizes that the shop knows. Each was last changed an hour before the one that follows it."""
    made = {}
    for product, hours in zip(products, itertools.count(len(products), -1), strict=False):
        changed_at = start - timedelta(hours=hours)
        made[product.sku] = Variant(product, start - timedelta(days=60), changed_at)
        for side in ("length", "width", "height"):
            if (size := getattr(product, side)) is not None:
                one = Metafield(next(ids), "number_integer", str(size), changed_at, changed_at)
                made[product.sku].metafields[(SIZES, f"{side}_mm")] = one
    return made
