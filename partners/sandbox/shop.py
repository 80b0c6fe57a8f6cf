"""The make-believe shop: a folder that it fills, in the format of docs/partners/folder.md."""

import csv
import io
import json
import os
from collections.abc import Iterable
from pathlib import Path

from partners.sandbox.world import World

PRODUCTS = "sku,ean,name,brand,category,length,width,height,dim_unit,weight,weight_unit,rigid,customs_description,hs_code,origin_country"
SETUP = "product_sku,unique_sku,name,designer,garment_type,sizes,description"


def open_shop(world: World, folder: Path) -> None:
    """Write every order, the product list and the set-up list. What an earlier world left in this folder is taken away first."""
    (folder / "orders").mkdir(parents=True, exist_ok=True)
    (folder / "out").mkdir(exist_ok=True)
    for old in (folder / "orders").glob("LS-*.json"):
        old.unlink()
    (folder / "out" / "holds.csv").unlink(missing_ok=True)
    put(folder / "products.csv", _products(world))
    put(folder / "acs_setup.csv", _setup(world))
    for order in world.orders:
        put(folder / "orders" / f"{order.number}.json", json.dumps(order.body, ensure_ascii=False, indent=1))


def put(path: Path, text: str) -> None:
    """Write beside the final name and rename, so that a reader never meets half a file."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="")
    os.replace(part, path)


def _products(world: World) -> str:
    return _csv(
        PRODUCTS,
        (
            (
                *(p.sku, "", p.name, p.brand, p.category),
                *map(_or_blank, (p.length, p.width, p.height)),
                *("mm", _or_blank(p.weight), "g"),
                *("yes" if p.rigid else "no", p.category, "62044300", p.origin),
            )
            for p in world.products
        ),
    )


def _setup(world: World) -> str:
    known = (p for p in world.products if p.at_acs)
    return _csv(SETUP, ((p.sku, f"{p.sku}-001", p.name, p.brand, p.category, p.sku.rpartition("-")[2], p.name) for p in known))


def _csv(heading: str, rows: Iterable[tuple[str, ...]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(heading.split(","))
    writer.writerows(rows)
    return text.getvalue()


def _or_blank(value: int | None) -> str:
    return "" if value is None else str(value)
