"""The shop's folder, held against its contract in docs/partners/folder.md."""

import csv
import json
import re
from datetime import datetime

import pytest

from partners.sandbox.shop import open_shop
from partners.sandbox.world import World
from tests.partners.sandbox.conftest import START


@pytest.fixture
def folder(tmp_path, world):
    open_shop(world, tmp_path)
    return tmp_path


def test_an_order_file_is_what_the_contract_shows(folder, world, settings):
    contract = (settings.BASE_DIR / "docs/partners/folder.md").read_text()
    example = json.loads(re.search(r"```json\n(.*?)```", contract, re.DOTALL)[1])
    written = json.loads((folder / "orders/LS-10001.json").read_text())

    assert set(written) == set(example) - {"customs"}
    assert set(written["shipTo"]) == set(example["shipTo"])
    assert set(written["lines"][0]) == set(example["lines"][0])
    assert [json.loads(path.read_text()) for path in sorted((folder / "orders").iterdir())] == [order.body for order in world.orders]


def test_products_and_setup_have_the_contracts_columns(folder, world, settings):
    contract = (settings.BASE_DIR / "docs/partners/folder.md").read_text()
    products, setup = (
        list(csv.DictReader((folder / name).read_text(encoding="utf-8").splitlines())) for name in ("products.csv", "acs_setup.csv")
    )

    assert f"`{','.join(products[0])}`" in contract
    assert f"`{','.join(setup[0])}`" in contract
    assert len(products) == 66
    assert {row["product_sku"] for row in setup} == {row["sku"] for row in products} - {"CAP-0001-12"}


def test_another_world_in_the_same_folder_leaves_nothing_of_the_first(folder):
    (folder / "out/holds.csv").write_text("handle\n")
    open_shop(World(8, 3, 80, start=START), folder)

    assert sorted(path.name for path in (folder / "orders").iterdir()) == ["LS-10001.json", "LS-10002.json", "LS-10003.json"]
    assert list((folder / "out").iterdir()) == []


def test_placed_times_carry_a_zone(folder):
    written = json.loads((folder / "orders/LS-10001.json").read_text())

    assert datetime.fromisoformat(written["placedAt"]).tzinfo is not None


class TestStock:
    def test_the_folder_tells_what_the_shop_shows(self, folder, world):
        rows = list(csv.DictReader((folder / "levels.csv").read_text(encoding="utf-8").splitlines()))

        assert list(rows[0]) == ["sku", "available"]
        assert {row["sku"]: int(row["available"]) for row in rows} == world.stock.shown

    def test_what_the_desk_publishes_is_shown_the_last_row_for_a_sku(self, folder, world, client):
        (folder / "out/stock.csv").write_text(
            "sku,quantity,was,at,reference\nDRE-0001-8,4,9,2026-11-23T09:00:00Z,a\nDRE-0001-8,3,4,2026-11-23T10:00:00Z,b\n"
        )

        assert client.get("/_sandbox/shop/stock").json() == world.stock.shown | {"DRE-0001-8": 3}

    def test_before_the_desk_has_published_both_shops_show_the_same(self, folder, world, client):
        told = [client.get("/_sandbox/shop/stock", params=params).json() for params in ({}, {"store": "folder"}, {"store": "shopify"})]

        assert told == [world.stock.shown] * 3

    def test_the_other_shop_tells_what_was_set_there(self, client, world):
        client.post("/_sandbox/shopify/stock", json={"set": {"DRE-0001-8": 77}})

        assert client.get("/_sandbox/shop/stock").json()["DRE-0001-8"] == 77
        assert client.get("/_sandbox/shop/stock", params={"store": "folder"}).json()["DRE-0001-8"] != 77

    def test_a_third_shop_is_none(self, client):
        assert client.get("/_sandbox/shop/stock", params={"store": "etsy"}).status_code == 400

    def test_what_was_published_into_an_earlier_world_is_taken_away(self, folder):
        (folder / "out/stock.csv").write_text("sku,quantity,was,at,reference\n")
        open_shop(World(8, 3, 80, start=START), folder)

        assert not (folder / "out/stock.csv").exists()
