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
