"""The shop is told which locker takes each product: when that changes, once, by batches, and never in observe mode."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from inventory.actions import follow_limits, set_size, telling
from inventory.models import Listing
from inventory.tasks import tell_sizes
from partners import connect
from partners.inpost.compartments import LIMITS, Limits
from partners.models import Intent
from tests.inventory.builders import make_product
from tests.partners.fake_web import FakeWeb
from tests.partners.shopify.fake_products import FakeProducts, gid, variant
from tests.partners.shopify.fake_shopify import TOKEN

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(settings):
    settings.STORE, settings.SHOPIFY_URL, settings.SHOPIFY_ACCESS_TOKEN, settings.SANDBOX = "shopify", "http://shop.test", TOKEN, True
    settings.MODES = settings.MODES | {"store": "live"}
    fake = FakeProducts()
    with connect.use({"store": FakeWeb(fake.reply).transport}):
        yield fake


def sell(shop: FakeProducts, number: int, **columns) -> None:
    make_product(f"DRS-{number}", **columns)
    shop.variants.append(variant(number))
    Listing.objects.create(store_id=gid(number), sku=f"DRS-{number}", seen_at=timezone.now())


def shown(shop: FakeProducts, number: int) -> tuple[str | None, str | None]:
    return shop.flags.get((gid(number), "locker_eligible")), shop.flags.get((gid(number), "locker_max_size"))


def test_each_product_is_told_by_what_takes_one_of_it(shop):
    sell(shop, 1)
    sell(shop, 2, height_mm=None)
    sell(shop, 3, rigid=True, length_mm=640, width_mm=380, height_mm=100)
    sell(shop, 4, rigid=True, length_mm=641)
    sell(shop, 5, weight_g=14_851)

    assert tell_sizes() == {"done": 1}

    assert [shown(shop, number) for number in (1, 2, 3, 4, 5)] == [
        ("true", "A"),
        ("false", "none"),
        ("true", "B"),
        ("false", "none"),
        ("false", "none"),
    ]
    assert Listing.objects.exclude(told_at=None).count() == 5


def test_what_was_told_is_told_again_only_when_it_changes(shop, admin_user):
    sell(shop, 1)
    tell_sizes()
    assert tell_sizes() == {}

    set_size("DRS-1", length_mm=341, width_mm=260, height_mm=40, weight_g=520, actor=admin_user, at=timezone.now())
    assert tell_sizes() == {}

    set_size("DRS-1", length_mm=700, width_mm=600, height_mm=390, weight_g=520, actor=admin_user, at=timezone.now())
    assert tell_sizes() == {"done": 1}
    assert shown(shop, 1) == ("false", "none")


def test_what_the_rules_publish_about_a_parcel_is_told_and_taken_back(shop):
    sell(shop, 1, weight_g=12_000)
    tell_sizes()
    said = [shown(shop, 1)]

    for version, limits in enumerate((Limits(weight_g=10_000), LIMITS), 1):
        follow_limits(limits, version=version)
        assert tell_sizes() == {"done": 1}
        said.append(shown(shop, 1))

    assert said == [("true", "A"), ("false", "none"), ("true", "A")]


def test_a_call_carries_at_most_twenty_five_metafields(shop):
    for number in range(1, 20):
        sell(shop, number)

    tell_sizes()

    assert [len(said["flags"]) for name, said in shop.asked if name == "Flag"] == [24, 24, 9]
    assert Intent.objects.filter(kind="product_metafields", state=Intent.State.DONE).count() == 3


def test_in_observe_mode_nothing_is_asked_or_written(shop, settings):
    settings.MODES = settings.MODES | {"store": "observe"}
    sell(shop, 1)

    assert tell_sizes() == {}
    assert telling.queue_sizes(at=timezone.now()) == 0
    assert (shop.flags, Intent.objects.count()) == ({}, 0)


def test_a_line_that_is_refused_is_kept_with_its_reason_and_the_others_are_told(shop):
    sell(shop, 1)
    sell(shop, 2)
    shop.refusing = {gid(1)}

    tell_sizes()

    refused, told = Listing.objects.order_by("sku")
    assert ("not allowed" in refused.refused, refused.told_size) == (True, "")
    assert (told.refused, told.told_size) == ("", "A")


def test_what_was_refused_is_asked_again_after_an_hour_and_not_before(shop):
    sell(shop, 1)
    shop.refusing = {gid(1)}
    tell_sizes()
    assert tell_sizes() == {}

    shop.refusing = set()
    Listing.objects.update(asked_at=timezone.now() - timedelta(minutes=61))

    assert tell_sizes() == {"done": 1}
    assert (shown(shop, 1), Listing.objects.get().refused) == (("true", "A"), "")


def test_an_unknown_outcome_is_read_back_and_not_written_twice(shop):
    sell(shop, 1)
    losing = FakeWeb(lambda asked: (500, {}, b"") if shop.reply(asked) and shop.names()[-1] == "Flag" else shop.reply(asked))
    with connect.use({"store": losing.transport}):
        assert tell_sizes() == {"unknown": 1}
    Intent.objects.update(next_at=timezone.now() - timedelta(minutes=5))
    shop.asked.clear()

    assert tell_sizes() == {"done": 1}

    assert "Flag" not in shop.names()
    assert Listing.objects.get().told_size == "A"


def test_a_folder_shop_finds_it_in_a_file_and_formulas_are_defused(settings, tmp_path: Path):
    settings.STORE, settings.STORE_FOLDER = "folder", str(tmp_path)
    settings.MODES = settings.MODES | {"store": "live"}
    for sku in ("A-1", "=cmd()"):
        make_product(sku)
        Listing.objects.create(store_id=sku, sku=sku, seen_at=timezone.now())

    assert [tell_sizes(), tell_sizes()] == [{"done": 1}, {}]

    with (tmp_path / "out/eligibility.csv").open(newline="") as file:
        rows = {row["sku"]: (row["locker_eligible"], row["locker_max_size"]) for row in csv.DictReader(file)}
    assert rows == {"A-1": ("true", "A"), "'=cmd()": ("true", "A")}
