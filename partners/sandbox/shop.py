"""The make-believe shop: a folder that it fills, in the format of docs/partners/folder.md. Beside it lies that of ACS's stock files."""

import csv
import io
import json
import os
from collections.abc import Iterable
from pathlib import Path

from partners.sandbox.returned.files import costs_csv
from partners.sandbox.world import World

PRODUCTS = "sku,ean,name,brand,category,length,width,height,dim_unit,weight,weight_unit,rigid,customs_description,hs_code,origin_country"
PUBLISHED = "stock.csv"
SETUP = "product_sku,unique_sku,name,designer,garment_type,sizes,description"


def drop_beside(folder: Path) -> Path:
    """Where ACS drops its stock files when nobody says where."""
    return folder.with_name(f"{folder.name}-acs-stock")


def open_shop(world: World, folder: Path, drop: Path | None = None) -> None:
    """Write every order, the product, set-up and costs lists, and what the shop shows of each SKU; and ACS's stock files of the past.

    `drop` is their folder, by default one beside the shop's. What an earlier world left in either is taken away first.
    """
    (folder / "orders").mkdir(parents=True, exist_ok=True)
    (folder / "out").mkdir(exist_ok=True)
    for old in (folder / "orders").glob("LS-*.json"):
        old.unlink()
    for name in ("holds.csv", PUBLISHED):
        (folder / "out" / name).unlink(missing_ok=True)
    put(folder / "products.csv", _products(world))
    put(folder / "acs_setup.csv", _setup(world))
    put(folder / "levels.csv", _csv("sku,available", ((sku, str(quantity)) for sku, quantity in world.stock.shown.items())))
    put(folder / "costs.csv", costs_csv(world.returned))
    world.shop_folder = folder
    world.stock.open(drop or drop_beside(folder))
    for order in world.orders:
        put(folder / "orders" / f"{order.number}.json", json.dumps(order.body, ensure_ascii=False, indent=1))


def has_published(folder: Path | None) -> bool:
    return folder is not None and (folder / "out" / PUBLISHED).exists()


def shown(world: World) -> dict[str, int]:
    """What the folder shop shows of each SKU: as at the start, and as the desk has published it since, the last row for a SKU."""
    return world.stock.shown | (_published(world.shop_folder / "out" / PUBLISHED) if world.shop_folder else {})


def _published(path: Path) -> dict[str, int]:
    if not path.exists():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return {row["sku"]: int(row["quantity"]) for row in csv.DictReader(lines) if row["quantity"]}


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
