"""STORE chooses the shop: its settings, its client, its test, and where its line is known to have worked."""

import os
import subprocess
import sys

import pytest

from partners import connect
from partners.connections import check
from partners.errors import Denied, Throttled, Unreachable
from partners.models import Circuit
from partners.shopify.client import ShopifyStore
from tests.partners.fake_web import FakeWeb, one_by_one
from tests.partners.shopify.fake_shopify import TOKEN, FakeShopify, answer, order, refusal

SETTINGS = {"STORE": "shopify", "SHOPIFY_URL": "http://shop.test", "SHOPIFY_ACCESS_TOKEN": TOKEN, "SHOPIFY_API_VERSION": "2026-07"}


@pytest.fixture
def by_shopify(settings):
    for name, value in SETTINGS.items():
        setattr(settings, name, value)
    settings.STORE_FOLDER = ""
    return settings


class TestSettings:
    def test_what_is_missing_is_named(self, by_shopify):
        assert connect.missing("store") == []
        by_shopify.SHOPIFY_ACCESS_TOKEN = ""
        assert connect.missing("store") == ["SHOPIFY_ACCESS_TOKEN"]
        with pytest.raises(Unreachable, match="SHOPIFY_ACCESS_TOKEN must be set"):
            connect.store()

    @pytest.mark.parametrize("token", ["shpat_é", "shpat 1", "shpat\n1"])
    def test_a_token_copied_badly_is_said_without_showing_it(self, by_shopify, token):
        by_shopify.SHOPIFY_ACCESS_TOKEN = token
        with pytest.raises(Unreachable, match="Copy it again") as refused:
            connect.store()
        assert token not in refused.value.sentence

    def test_a_client_is_made_once_for_the_same_shop(self, by_shopify):
        first = connect.store()
        assert isinstance(first, ShopifyStore)
        assert connect.store() is first
        by_shopify.SHOPIFY_API_VERSION = "2026-10"
        assert connect.store() is not first

    def test_the_folder_of_lists_is_a_setting_of_its_own(self, by_shopify, tmp_path):
        with pytest.raises(Unreachable, match="STORE_FOLDER must be set"):
            connect.store_folder()
        by_shopify.STORE_FOLDER = str(tmp_path)
        assert connect.store_folder() == tmp_path

    @pytest.mark.parametrize(("name", "value"), [("SHOPIFY_API_VERSION", "../2026"), ("SHOPIFY_API_VERSION", "latest"), ("STORE", "etsy")])
    def test_a_value_that_cannot_be_right_stops_the_start_by_its_name(self, name, value):
        env = {**os.environ, name: value}
        ended = subprocess.run(
            [sys.executable, "-c", "import config.settings"], env=env, capture_output=True, text=True, timeout=60, check=False
        )
        assert ended.returncode != 0
        assert f"{name} is '{value}'" in ended.stderr


@pytest.mark.django_db
class TestLine:
    def test_orders_come_over_the_gate_and_the_test_says_what_was_proved(self, by_shopify, noon):
        shop = FakeShopify().add(order(1))
        with connect.use({"store": FakeWeb(shop.reply).transport}):
            assert connect.store().order("LS-1", store_id="1") is not None
            checked = check("store", noon)

        assert (checked.ok, checked.scopes) == (True, tuple(sorted(shop.scopes)))
        assert "Lovely Dresses" in checked.said
        assert Circuit.objects.get(partner="store").last_good_at is not None

    def test_a_wait_asked_for_in_a_200_is_kept_for_everybody(self, by_shopify):
        web = one_by_one(answer(refusal("THROTTLED", cost=None)))
        with connect.use({"store": web.transport}):
            for _ in range(2):
                with pytest.raises(Throttled):
                    connect.store().order("LS-1", store_id="1")
        assert len(web.asked) == 1

    def test_a_refused_token_is_not_tried_again_and_again(self, by_shopify):
        by_shopify.SHOPIFY_ACCESS_TOKEN = "wrong"
        web = FakeWeb(FakeShopify().reply)
        with connect.use({"store": web.transport}):
            for _ in range(3):
                with pytest.raises(Denied):
                    connect.store().order("LS-1", store_id="1")
        assert len(web.asked) == 1

    def test_neither_the_token_nor_a_customer_s_data_is_written_into_the_log(self, by_shopify, caplog, capsys):
        shop = FakeShopify().add(order(1))
        with connect.use({"store": FakeWeb(shop.reply).transport}):
            list(connect.store().orders(""))
            connect.store().tag("LS-1", store_id="1", add=("a",))
            by_shopify.SHOPIFY_ACCESS_TOKEN = "shpat_withdrawn"
            with pytest.raises(Denied) as denied:
                connect.store().order("LS-1", store_id="1")
        told = caplog.text + "".join(capsys.readouterr()) + str(denied.value)

        assert "/graphql Orders" in told
        assert not any(secret in told for secret in (TOKEN, "shpat_withdrawn", "07700", "ada@", "Order/1", "LS-1"))
