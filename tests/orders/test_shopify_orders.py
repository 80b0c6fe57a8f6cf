"""A shop on Shopify that has been selling for years: what it has shipped is shown, and never sent once more."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from config.running import run_feed
from inventory.models import Allocation
from orders import tasks
from orders.models import Order
from partners import connect
from partners.models import Intent
from tests.orders.builders import make_shopfloor
from tests.partners.fake_web import FakeWeb
from tests.partners.shopify.fake_shopify import TOKEN, FakeShopify, line, order, page

pytestmark = pytest.mark.django_db
SETTINGS = {"STORE": "shopify", "SHOPIFY_URL": "http://shop.test", "SHOPIFY_ACCESS_TOKEN": TOKEN, "SHOPIFY_API_VERSION": "2026-07"}


@pytest.fixture
def shop(settings) -> Iterator[FakeShopify]:
    for name, value in SETTINGS.items():
        setattr(settings, name, value)
    settings.MODES = {**settings.MODES, "acs": "live", "store": "observe"}
    make_shopfloor()
    made = FakeShopify()
    with connect.use({"store": FakeWeb(made.reply).transport}):
        yield made


def test_what_was_shipped_before_we_came_is_mirrored_and_never_released(shop):
    paid = {"displayFinancialStatus": "PAID"}
    shop.add(order(1, displayFulfillmentStatus="FULFILLED", **paid), order(2, displayFulfillmentStatus="UNFULFILLED", **paid))
    shop.add(order(3, lineItems=page(line(1, requiresShipping=False)), **paid))
    run_feed("store.orders")
    tasks.review_new()
    tasks.watch()

    kept = dict(Order.objects.order_by("number").values_list("number", "excluded_why"))
    assert kept == {"LS-1": "The shop had shipped it before Lockstep saw it.", "LS-2": "", "LS-3": "Nothing in it is shipped."}
    assert set(Order.objects.exclude(state="received").values_list("number", flat=True)) == {"LS-2"}
    assert not Intent.objects.filter(business_id__in=["LS-1", "LS-3"]).exists()


def test_what_is_shipped_while_we_look_after_it_stays_ours(shop):
    shop.add(order(1))
    run_feed("store.orders")
    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    shop.add(order(1, displayFulfillmentStatus="FULFILLED", updatedAt=now))
    run_feed("store.orders")

    assert Order.objects.get().excluded_why == ""


def test_what_others_send_takes_its_garments_until_the_shop_says_that_it_went(shop, settings):
    settings.RELEASES = "locker"
    later = (timezone.now() + timedelta(minutes=n) for n in (1, 2, 3))
    stamp = (f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in later)
    home = {"displayFinancialStatus": "PAID", "shippingLine": {"code": "royal_mail_48", "title": "Royal Mail 48"}}
    shop.add(order(1, **home))
    run_feed("store.orders")
    tasks.review_new()
    (waiting,) = Allocation.objects.all()
    assert (Order.objects.get().excluded_why[:13], waiting.left_at) == ("Home delivery", None)

    shop.add(order(1, displayFulfillmentStatus="PARTIALLY_FULFILLED", updatedAt=next(stamp), **home))
    run_feed("store.orders")
    assert Allocation.objects.get().left_at is None

    shop.add(order(1, displayFulfillmentStatus="FULFILLED", updatedAt=next(stamp), **home))
    run_feed("store.orders")
    assert Allocation.objects.get().left_at is not None

    shop.add(order(1, displayFulfillmentStatus="RESTOCKED", updatedAt=next(stamp), **home))
    run_feed("store.orders")
    assert not Allocation.objects.exists()
