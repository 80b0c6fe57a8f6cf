"""The shop's products through its port: one source among others, quarantined record by record, listed for what it is told back."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.running import run_feed
from inventory.actions import set_size, set_source_order
from inventory.models import Listing, Measure, Product
from inventory.sync import apply_products, apply_store_products, read_products_csv
from partners import connect
from partners.models import SyncRun
from partners.pages import Applied, Page
from tests.inventory.builders import file_of
from tests.partners.fake_web import FakeWeb
from tests.partners.shopify.fake_products import SIZED, FakeProducts, gid, variant
from tests.partners.shopify.fake_shopify import TOKEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(settings):
    settings.STORE, settings.SHOPIFY_URL, settings.SHOPIFY_ACCESS_TOKEN, settings.SANDBOX = "shopify", "http://shop.test", TOKEN, True
    fake = FakeProducts()
    with connect.use({"store": FakeWeb(fake.reply).transport}):
        yield fake


def hear(shop, at: datetime, *variants) -> Applied:
    records = [json.dumps(one).encode() for one in variants]
    return apply_store_products(Page(records=records, cursor=None, source="test", body=b""), at)


def load(at: datetime, *rows: str) -> Applied:
    [page] = read_products_csv(file_of("sku,brand,name,length,width,height,weight", *rows))("")
    return apply_products(page, at)


def used(sku: str = "DRS-1") -> tuple:
    return Product.objects.values_list("length_mm", "weight_g", "size_source").get(sku=sku)


@pytest.mark.django_db(transaction=True)
def test_the_feed_reads_lists_and_quarantines(shop):
    shop.variants = [variant(1, fields=SIZED), variant(2, sku=""), variant(3, fields={"length_mm": "wide"})]

    run = run_feed("store.products")

    assert (run.outcome, run.seen, run.created, run.rejected) == ("ok", 3, 1, 2)
    assert sorted(run.rejected_records.values_list("key", "path")) == [("DRS-3", "$.metafields.length_mm"), (gid(2), "$.sku")]
    assert used() == (340, 520, "pim")
    assert list(Listing.objects.values_list("store_id", "sku")) == [(gid(1), "DRS-1")]
    assert run_feed("store.products").unchanged == 1


@pytest.mark.django_db(transaction=True)
def test_a_token_without_the_right_fails_this_feed_with_a_sentence(shop):
    shop.may_read_products = False

    run = run_feed("store.products")

    assert (run.outcome, "read_products" in run.why) == (SyncRun.Outcome.FAILED, True)


def test_the_shop_is_heard_before_the_file(shop, noon):
    load(noon, "DRS-1,Arden,Dress,300,200,30,400")

    assert hear(shop, noon, variant(1, fields=SIZED)).changed == 1
    assert used() == (340, 520, "pim")

    load(noon, "DRS-1,Arden,Renamed,310,200,30,400")
    assert used() == (340, 520, "pim")
    assert Product.objects.get().name == "Midi dress, 10"


def test_where_the_file_is_heard_first_the_shop_only_fills_what_it_lacks(shop, noon, admin_user):
    set_source_order("Arden", ["csv", "pim", "acs_measured"], actor=admin_user, at=noon)
    load(noon, "DRS-1,Arden,Dress,300,200,30,")

    hear(shop, noon, variant(1, fields=SIZED))

    product = Product.objects.get()
    assert used() == (300, 520, "csv")
    assert (product.name, product.ean) == ("Dress", "5012345678900")


def test_a_variant_without_sizes_leaves_them_to_the_file(shop, noon):
    load(noon, "DRS-1,Arden,Dress,300,200,30,")

    hear(shop, noon, variant(1))

    assert used() == (300, 520, "csv")


def test_what_the_desk_entered_stands_when_the_shop_first_repeats_what_the_file_said(shop, noon, admin_user):
    load(noon, "DRS-1,Arden,Dress,340,260,40,520")
    set_size("DRS-1", length_mm=390, width_mm=300, height_mm=50, weight_g=600, actor=admin_user, at=noon)

    hear(shop, noon, variant(1, fields=SIZED))
    assert used() == (390, 600, "desk")

    hear(shop, noon, variant(1, fields=SIZED | {"length_mm": "350"}))
    assert used() == (350, 520, "pim")


def test_what_the_desk_entered_stands_when_only_the_shops_title_changes(shop, noon, admin_user):
    hear(shop, noon, variant(1, fields=SIZED))
    set_size("DRS-1", length_mm=390, width_mm=300, height_mm=50, weight_g=600, actor=admin_user, at=noon)

    hear(shop, noon, variant(1, title="12", fields=SIZED))

    assert used() == (390, 600, "desk")
    assert Product.objects.get().name == "Midi dress, 12"


def test_what_the_desk_entered_stands_when_only_the_files_title_changes(noon, admin_user):
    load(noon, "DRS-1,Arden,Dress,340,260,40,520")
    set_size("DRS-1", length_mm=390, width_mm=300, height_mm=50, weight_g=600, actor=admin_user, at=noon)

    load(noon, "DRS-1,Arden,Renamed,340,260,40,520")

    assert used() == (390, 600, "desk")
    assert Product.objects.get().name == "Renamed"


def test_a_product_that_changes_its_brand_is_measured_by_the_new_brands_order_at_once(shop, noon, admin_user):
    set_source_order("Wilde", ["csv", "pim", "acs_measured"], actor=admin_user, at=noon)
    load(noon, "DRS-1,Arden,Dress,300,200,30,400")
    hear(shop, noon, variant(1, fields=SIZED))
    before = used()

    hear(shop, noon, variant(1, fields=SIZED, product={"title": "Midi dress", "vendor": "Wilde", "productType": "Dresses"}))

    assert (before, used()) == ((340, 520, "pim"), (300, 400, "csv"))


def test_our_own_words_coming_back_are_no_news(shop, noon):
    hear(shop, noon, variant(1, fields=SIZED))

    back = hear(shop, noon, variant(1, fields=SIZED | {"dims_version": "abc", "locker_eligible": "true", "locker_max_size": "A"}))

    assert (back.changed, back.unchanged) == (0, 1)


def test_a_sku_that_two_variants_share_is_one_product_with_two_listings(shop, noon):
    applied = hear(shop, noon, variant(1, fields=SIZED), variant(2, sku="DRS-1", fields=SIZED | {"length_mm": "350"}))

    assert (applied.seen, applied.created, applied.unchanged) == (2, 1, 1)
    assert (used()[0], Listing.objects.count()) == (350, 2)


def test_an_absurd_size_is_unknown_and_kept_in_words(shop, noon):
    hear(shop, noon, variant(1, weight=400, fields=SIZED))

    assert used() == (340, None, "pim")
    assert "400,000 g" in Measure.objects.get().absurd


def test_a_page_of_thirty_takes_as_many_statements_as_one_of_three(shop, noon):
    def statements(first: int, count: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            hear(shop, noon, *(variant(number, fields=SIZED) for number in range(first, first + count)))
        return len(queries)

    assert statements(100, 30) == statements(1, 3) <= 12


@pytest.mark.django_db(transaction=True)
def test_a_folder_shop_speaks_through_the_same_port(settings, tmp_path: Path):
    settings.STORE, settings.STORE_FOLDER, settings.SANDBOX = "folder", str(tmp_path), True
    file = tmp_path / "products.csv"
    file.write_text("sku,name,length,width,height,dim_unit,weight,weight_unit\nA-1,Dress,34,26,4,cm,520,GRM\nB-1,Coat,wide,1,1,,,\n")

    run = run_feed("store.products")

    assert (run.outcome, run.created, run.rejected) == ("ok", 1, 1)
    assert list(run.rejected_records.values_list("key", "path")) == [("B-1", "row 3: length")]
    assert used("A-1") == (340, 520, "pim")
    assert run_feed("store.products").seen == 0  # the same file
    file.unlink()
    assert run_feed("store.products").outcome == "ok"
