"""Variants are read by pages and decoded strictly; locker flags are set by compare-and-set, line by line."""

import json
from typing import Any

import pytest

from partners.errors import RecordError, Rejected, UnknownOutcome
from partners.shop import LockerSize, SizeTold, StoreProduct
from partners.shopify.client import ShopifyStore
from tests.partners.fake_web import FakeWeb
from tests.partners.shopify.fake_products import SIZED, FakeProducts, gid, variant
from tests.partners.shopify.fake_shopify import page, store_of


def shop(*variants: dict[str, Any], **facts: Any) -> tuple[FakeProducts, ShopifyStore]:
    fake = FakeProducts(variants=list(variants), **facts)
    return fake, store_of(FakeWeb(fake.reply))


def decoded(**facts: Any) -> StoreProduct:
    return ShopifyStore.decode_product(None, json.dumps(variant(1, **facts)).encode())  # type: ignore[arg-type]


class TestReading:
    def test_every_variant_is_read_and_only_the_last_page_moves_the_cursor(self):
        late = variant(2, updatedAt="2026-11-23T10:00:00Z")
        _, store = shop(late, *(variant(number) for number in range(3, 8)), variant_pages=2)

        pages = list(store.products(""))

        assert [len(page.records) for page in pages] == [2, 2, 2]
        assert [page.cursor for page in pages] == [None, None, "2026-11-23T10:00:00+00:00"]

    def test_the_next_reading_begins_five_minutes_before_the_cursor(self):
        fake, store = shop(variant(1), variant(2, updatedAt="2026-11-23T10:00:00Z"))

        pages = list(store.products("2026-11-23T10:00:00+00:00"))

        assert fake.asked[-1][1]["since"] == "updated_at:>='2026-11-23T09:55:00Z'"
        assert [len(page.records) for page in pages] == [1]
        assert pages[0].cursor is None

    def test_what_is_dated_in_our_future_never_moves_the_cursor(self):
        _, store = shop(variant(1, updatedAt="2030-01-01T00:00:00Z"))

        assert [page.cursor for page in store.products("")] == [None]

    def test_a_shop_without_products_has_no_pages(self):
        assert list(shop()[1].products("")) == []

    def test_a_token_that_may_not_read_products_is_refused_that_and_nothing_else(self):
        with pytest.raises(Rejected, match="read_products"):
            list(shop(may_read_products=False)[1].products(""))


class TestDecoding:
    def test_a_variant_becomes_a_product_in_mm_and_g(self):
        assert decoded(fields=SIZED | {"dims_version": "abc", "locker_eligible": "true"}) == StoreProduct(
            store_id=gid(1),
            sku="DRS-1",
            ean="5012345678900",
            name="Midi dress, 10",
            brand="Arden",
            category="Dresses",
            weight_g=520,
            length_mm=340,
            width_mm=260,
            height_mm=40,
            version="abc",
        )

    @pytest.mark.parametrize(
        ("weight", "unit", "grams"),
        [(520, "GRAMS", 520), (520.2, "GRAMS", 521), (1, "POUNDS", 454), (16.0, "OUNCES", 454), (0.1 + 0.2, "KILOGRAMS", 300)],
    )
    def test_weights_are_rounded_up_from_any_unit(self, weight, unit: str, grams: int):
        assert decoded(weight=weight, unit=unit).weight_g == grams

    def test_a_weight_of_nought_is_what_shopify_shows_where_nobody_entered_one(self):
        assert (decoded(weight=0, unit="GRAMS").weight_g, decoded(weight=0.0).absurd) == (None, "")

    def test_a_variant_without_sizes_or_weight_is_a_product_without(self):
        product = decoded(inventoryItem=None, product=None, barcode=None, title="Default Title")

        assert (product.weight_g, product.length_mm, product.name, product.brand) == (None, None, "Default Title", "")

    def test_what_cannot_be_right_is_unknown_and_said(self):
        product = decoded(fields=SIZED | {"height_mm": "0"}, weight=500)

        assert (product.height_mm, product.weight_g) == (None, None)
        assert product.absurd.startswith("weight comes to 500,000 g") or "height_mm is nought" in product.absurd

    @pytest.mark.parametrize(
        ("facts", "path", "key"),
        [
            ({"sku": ""}, "$.sku", gid(1)),
            ({"sku": None}, "$.sku", gid(1)),
            ({"id": None}, "$.id", "DRS-1"),
            ({"fields": {"length_mm": "34 cm"}}, "$.metafields.length_mm", "DRS-1"),
            ({"fields": {"length_mm": "-1"}}, "$.metafields.length_mm", "DRS-1"),
            ({"weight": "heavy"}, "$.inventoryItem.measurement.weight", "DRS-1"),
            ({"weight": [1]}, "$.inventoryItem.measurement.weight.value", "DRS-1"),
            ({"unit": "STONES"}, "$.inventoryItem.measurement.weight", "DRS-1"),
            ({"product": "dress"}, "$.product", "DRS-1"),
            ({"metafields": page({"key": "length_mm", "value": "1"}, more="x")}, "$.metafields", "DRS-1"),
        ],
    )
    def test_what_cannot_be_used_is_named_by_its_path(self, facts: dict[str, Any], path: str, key: str):
        with pytest.raises(RecordError) as wrong:
            decoded(**facts)

        assert (wrong.value.path, wrong.value.key) == (path, key)

    @pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff", b'"x"', b"[" * 3_000])
    def test_what_is_no_object_is_a_refusal(self, raw: bytes):
        with pytest.raises(RecordError):
            ShopifyStore.decode_product(None, raw)  # type: ignore[arg-type]


def line(number: int, size: str = "A", version: str = "v1") -> LockerSize:
    return LockerSize(gid(number), f"DRS-{number}", size, version)


class TestTelling:
    def test_three_flags_of_each_variant_are_set_once(self):
        fake, store = shop(variant(1), variant(2))

        told = [store.tell_sizes([line(1), line(2, "none")]) for _ in range(2)]

        assert told == [{gid(1): SizeTold(is_news=True), gid(2): SizeTold(is_news=True)}, {gid(1): SizeTold(), gid(2): SizeTold()}]
        assert {key: fake.flags[gid(2), key] for key in ("locker_eligible", "locker_max_size", "dims_version")} == {
            "locker_eligible": "false",
            "locker_max_size": "none",
            "dims_version": "v1",
        }
        assert fake.names().count("Flag") == 1

    def test_only_what_differs_is_sent(self):
        fake, store = shop(variant(1))
        store.tell_sizes([line(1, "A")])

        store.tell_sizes([line(1, "B")])

        assert [flag["key"] for flag in fake.asked[-1][1]["flags"]] == ["locker_max_size"]

    def test_never_more_than_twenty_five_at_once(self):
        fake, store = shop(*(variant(number) for number in range(1, 21)))

        told = store.tell_sizes([line(number) for number in range(1, 21)])

        assert sum(one.is_news for one in told.values()) == 20
        assert [len(said["flags"]) for name, said in fake.asked if name == "Flag"] == [24, 24, 12]

    def test_what_another_changed_meanwhile_is_read_again_and_told(self):
        fake, store = shop(variant(1), variant(2), meddling=1)

        assert store.tell_sizes([line(1), line(2)]) == {gid(1): SizeTold(is_news=True), gid(2): SizeTold(is_news=True)}
        assert fake.flags[gid(1), "locker_eligible"] == "true"

    def test_what_another_changes_for_ever_is_given_up_with_a_sentence(self):
        _, store = shop(variant(1), meddling=99)

        assert store.tell_sizes([line(1)]) == {gid(1): SizeTold(refused="Somebody else keeps changing it.")}

    def test_one_line_refused_does_not_take_the_others_along(self):
        fake, store = shop(variant(1), variant(2), variant(3), refusing={gid(2)})

        told = store.tell_sizes([line(1), line(2), line(3)])

        assert [told[gid(number)].is_news for number in (1, 2, 3)] == [True, False, True]
        assert "not allowed" in told[gid(2)].refused
        assert (gid(2), "locker_eligible") not in fake.flags

    def test_a_variant_that_is_gone_is_said(self):
        assert shop(variant(1))[1].tell_sizes([line(1), line(9)])[gid(9)].refused == "The shop no longer has it."

    def test_a_lost_answer_is_an_unknown_outcome_and_is_read_back(self):
        fake = FakeProducts(variants=[variant(1)])

        def losing(asked):
            answer = fake.reply(asked)
            return (500, {}, b"") if fake.names()[-1] == "Flag" else answer

        store = store_of(FakeWeb(losing))
        assert store.shows_sizes([line(1)]) is False
        with pytest.raises(UnknownOutcome):
            store.tell_sizes([line(1)])

        assert store.shows_sizes([line(1)]) is True
        assert store.tell_sizes([line(1)]) == {gid(1): SizeTold()}
