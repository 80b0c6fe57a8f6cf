"""Shopify's carrier-service callback: the rates an admin keeps, lockers only where the basket fits one."""

import base64
import hmac
import json
from pathlib import Path

import pytest

from lockers.queries import checkout
from orders.api import carrier
from orders.models import CarrierRate, CheckoutRefusal
from tests.callers import is_problem
from tests.orders.builders import make_product, make_shopfloor
from tests.orders.test_eligibility import failing

pytestmark = pytest.mark.django_db
PATH = "/api/v1/carrier-service/"


@pytest.fixture(autouse=True)
def shopfloor(settings):
    settings.SHOPIFY_WEBHOOK_SECRET = "hush"
    settings.ELIGIBILITY_SAMPLE = 0
    carrier.kept.forget()
    checkout.forget()
    make_shopfloor()
    CarrierRate.objects.create(service_code="home", name="To your door", price_pence=399, min_days=1, max_days=2)
    CarrierRate.objects.create(service_code="locker", name="InPost locker", price_pence=295, locker=True, description="Open day and night")
    CarrierRate.objects.create(service_code="old", name="Withdrawn", price_pence=100, active=False)
    yield
    carrier.kept.forget()


def request_for(*items: dict[str, object], country: str = "GB", postcode: str = "NW1 2DB") -> bytes:
    basket = items or ({"sku": "DRS-0012-10", "quantity": 1, "grams": 99_000},)
    return json.dumps({"rate": {"destination": {"country": country, "postal_code": postcode}, "items": basket, "currency": "GBP"}}).encode()


def ask(client, body: bytes, secret: bytes = b"hush", **headers: str):
    signature = base64.b64encode(hmac.digest(secret, body, "sha256")).decode()
    return client.post(PATH, body, content_type="application/json", headers={"X-Shopify-Hmac-Sha256": signature} | headers)


def codes(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [rate["service_code"] for rate in answer.json()["rates"]]


def test_a_basket_that_fits_is_offered_the_locker_and_a_mobile_is_demanded(client):
    rates = ask(client, request_for()).json()["rates"]

    assert [rate["service_code"] for rate in rates] == ["locker", "home"]
    assert rates[0] == {
        "service_name": "InPost locker",
        "service_code": "locker",
        "total_price": "295",
        "description": "Open day and night",
        "currency": "GBP",
        "phone_required": True,
    }
    assert rates[1]["phone_required"] is False
    assert rates[1]["min_delivery_date"] < rates[1]["max_delivery_date"]


def test_the_shops_own_grams_say_nothing(client):
    make_product("LEAD-1", weight_g=16_000)

    assert codes(ask(client, request_for({"sku": "LEAD-1", "quantity": 1, "grams": 1}))) == ["home"]


@pytest.mark.parametrize(
    "item",
    [
        {"sku": "NOBODY-KNOWS", "quantity": 1},
        {"sku": "", "quantity": 1},
        {"sku": None, "quantity": 1},
        {"sku": "A\x00", "quantity": 1},
        {"sku": "A\nB", "quantity": 1},
        {"quantity": 2},
    ],
)
def test_what_the_product_master_does_not_know_goes_to_no_locker(client, item):
    assert codes(ask(client, request_for(item))) == ["home"]


@pytest.mark.parametrize(("country", "postcode"), [("IE", "D02 X285"), ("GB", "🦊"), ("GB", ""), ("GB", "ZE1 0AA")])
def test_a_destination_without_a_locker_near_is_offered_none(client, country, postcode):
    assert codes(ask(client, request_for(country=country, postcode=postcode))) == ["home"]


class TestWhileProductsCannotBeRead:
    """And lockers are to be offered then."""

    @pytest.fixture(autouse=True)
    def allowing(self, client, settings):
        ask(client, request_for())
        settings.ELIGIBILITY_FALLBACK = "allow"
        with failing("inventory_product"):
            yield

    def test_a_basket_that_may_fit_is_offered_the_locker(self, client):
        assert codes(ask(client, request_for())) == ["locker", "home"]

    @pytest.mark.parametrize(
        "body",
        [
            request_for(country="IE", postcode="D02 X285"),
            request_for(postcode=""),
            request_for({"sku": "GIFT", "quantity": 1, "requires_shipping": False}),
            request_for({"sku": "", "quantity": 1}),
            request_for(*[{"sku": "DRS-0012-10", "quantity": 1}] * 501),
        ],
        ids=["abroad", "nowhere", "nothing shipped", "no SKU", "too many lines"],
    )
    def test_one_that_cannot_whatever_the_database_says_is_not(self, client, body):
        carrier.kept.fresh_until = 0.0  # the rates are to be read again, and cannot
        with failing("orders_carrierrate"):
            assert codes(ask(client, body)) == ["home"]


def test_what_is_not_shipped_takes_no_room(client):
    gift_card = {"sku": "GIFT", "quantity": 1, "requires_shipping": False}

    assert codes(ask(client, request_for({"sku": "DRS-0012-10", "quantity": 1}, gift_card))) == ["locker", "home"]


def test_without_rates_the_shop_is_told_none(client):
    CarrierRate.objects.all().delete()

    assert ask(client, request_for()).json() == {"rates": []}


def test_three_statements_and_then_two(client, django_assert_num_queries):
    with django_assert_num_queries(3):
        ask(client, request_for())
    with django_assert_num_queries(2):
        ask(client, request_for())


def test_a_refused_basket_is_counted_here_too(client, settings):
    settings.ELIGIBILITY_SAMPLE = 1

    ask(client, request_for({"sku": "NOBODY-KNOWS", "quantity": 1}))

    assert CheckoutRefusal.objects.get().sku == "NOBODY-KNOWS"


def test_a_sku_of_two_lines_is_no_sku_and_is_not_counted(client, settings):
    settings.ELIGIBILITY_SAMPLE = 1

    ask(client, request_for({"sku": "A\nB", "quantity": 1}))

    assert not CheckoutRefusal.objects.exists()


class TestTheSignature:
    def test_made_with_another_secret_is_refused(self, client):
        is_problem(ask(client, request_for(), b"wrong"), 401)

    @pytest.mark.parametrize("signature", ["", "not base64 !", "🦊"])
    def test_absent_or_garbled_is_refused(self, client, signature):
        headers = {"X-Shopify-Hmac-Sha256": signature} if signature else {}

        is_problem(client.post(PATH, request_for(), content_type="application/json", headers=headers), 401)

    def test_by_the_old_secret_holds_while_it_is_being_changed(self, client, settings):
        settings.SHOPIFY_WEBHOOK_SECRET = "new, hush"

        assert codes(ask(client, request_for())) == ["locker", "home"]

    def test_is_wanted_even_where_no_secret_is_set(self, client, settings):
        settings.SHOPIFY_WEBHOOK_SECRET = ""

        is_problem(ask(client, request_for(), b""), 401)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"rate": {"items": 3}}', b"\xff", b"[" * 50_000], ids=str)
def test_a_signed_body_that_is_no_request_is_a_problem_document(client, body):
    is_problem(ask(client, body), 400)


def test_it_can_only_be_posted_to(client):
    is_problem(client.get(PATH), 405)


def test_shopifys_own_example_is_understood(client, shared: Path):
    """A Canadian basket without SKUs: no locker, and the same keys as in Shopify's example of an answer."""
    body = (shared / "data/shopify/official_carrier_service_rate_request.json").read_bytes()
    example = json.loads((shared / "data/shopify/official_carrier_service_rate_response.json").read_text())

    answer = ask(client, body)

    assert codes(answer) == ["home"]
    known = {name for rate in example["rates"] for name in rate} | {"phone_required"}
    assert {name for rate in answer.json()["rates"] for name in rate} <= known
    assert isinstance(answer.json()["rates"][0]["total_price"], str)
