"""The shop's counts: compared and set, a bad line kept from the good ones, and nothing sent blindly."""

import pytest

from partners.errors import Rejected, Throttled, UnknownOutcome
from partners.http import Wire
from partners.shop import Place, Reason, StockAnswer, StockChange, Told
from partners.shopify.client import ShopifyStore
from partners.shopify.inventory import TWICE, UNTRACKED
from tests.partners.fake_web import FakeWeb
from tests.partners.shopify.fake_shopify import TOKEN, refusal
from tests.partners.shopify.fake_stock import ASIDE, SALE, FakeStock

REFERENCE = "gid://lockstep/StockPublish/7"


def client(shop: FakeStock, **options: str) -> ShopifyStore:
    wire = Wire("store", "http://shop.test", transport=FakeWeb(shop.reply).transport, headers={"X-Shopify-Access-Token": TOKEN})
    return ShopifyStore(wire, **{"location": "1", **options})


def levels(shop: FakeStock, *skus: str, **options: str) -> dict[str, int]:
    return {level.sku: level.quantity for page in client(shop, **options).levels(skus) for level in page}


def change(shop: FakeStock, sku: str, quantity: int, seen: int) -> StockChange:
    return StockChange(sku, quantity, seen, item_id=shop.item(sku).item_id)


def tell(shop: FakeStock, *changes: StockChange, key: str = "k", reason: Reason = Reason.CORRECTION) -> dict[str, StockAnswer]:
    answers = client(shop).set_levels(changes, key=key, reference=REFERENCE, reason=reason)
    assert [answer.sku for answer in answers] == [one.sku for one in changes]
    return {answer.sku: answer for answer in answers}


def outcomes(answers: dict[str, StockAnswer]) -> dict[str, Told]:
    return {sku: answer.outcome for sku, answer in answers.items()}


class TestReading:
    def test_only_the_named_skus_are_read_however_many_pages_that_takes(self):
        shop = FakeStock(page_size=2)
        for number in range(7):
            shop.sells(f"A{number}", number)

        assert levels(shop, *(f"A{number}" for number in range(5)), "B") == {f"A{number}": number for number in range(5)}

    def test_the_search_finds_more_than_was_meant_and_only_the_exact_sku_counts(self):
        assert levels(FakeStock().sells("DRS-1", 3).sells("DRS-10", 4), "DRS-1") == {"DRS-1": 3}

    def test_a_sku_with_a_quotation_mark_is_found(self):
        assert levels(FakeStock().sells("O'NEIL\\1", 3), "O'NEIL\\1") == {"O'NEIL\\1": 3}

    def test_what_the_shop_does_not_keep_at_our_location_shows_nothing(self):
        assert levels(FakeStock().sells("A", None), "A") == {"A": 0}

    def test_a_sku_of_two_products_and_one_that_is_not_counted_say_why_they_cannot_be_told(self):
        shop = FakeStock().sells("A", 1).sells("A", 2).sells("B", 1, tracked=False)

        whys = [level.why for page in client(shop).levels(["A", "B"]) for level in page]

        assert whys == ["", TWICE, UNTRACKED]

    def test_a_shop_with_one_location_needs_no_setting_and_one_with_two_is_asked_for_it(self):
        assert levels(FakeStock().sells("A", 3), "A", location="") == {"A": 3}
        with pytest.raises(Rejected, match="SHOPIFY_LOCATION"):
            levels(FakeStock(locations=(SALE, ASIDE)).sells("A", 3), "A", location="")

    def test_a_location_that_is_none_of_shopifys_is_named(self):
        with pytest.raises(Rejected, match="SHOPIFY_LOCATION is no location"):
            levels(FakeStock().sells("A", 3), "A", location="Leeds")


class TestSetting:
    def test_counts_are_set_under_our_reference_with_a_reason(self):
        shop = FakeStock().sells("A", 5).sells("B", 0)

        assert outcomes(tell(shop, change(shop, "A", 3, 5), change(shop, "B", 9, 0))) == {"A": Told.SET, "B": Told.SET}

        assert (shop.shows(), shop.references) == ({"A": 3, "B": 9}, [REFERENCE])
        assert shop.asked[-1][1]["input"]["reason"] == "correction"

    def test_bad_lines_cost_a_call_and_never_the_good_ones(self):
        shop = FakeStock().sells("GOOD", 5).sells("STALE", 8).sells("BUNDLE", 1, refuses="NON_MUTABLE_INVENTORY_ITEM").sells("FINE", 1)
        gone = StockChange("GONE", 1, 0, item_id="gid://shopify/InventoryItem/99")

        told = tell(
            shop, change(shop, "GOOD", 3, 5), change(shop, "STALE", 3, 5), gone, change(shop, "BUNDLE", 2, 1), change(shop, "FINE", 2, 1)
        )

        assert outcomes(told) == {
            "GOOD": Told.SET,
            "STALE": Told.STALE,
            "GONE": Told.REFUSED,
            "BUNDLE": Told.REFUSED,
            "FINE": Told.SET,
        }
        assert told["BUNDLE"].code == "NON_MUTABLE_INVENTORY_ITEM"
        assert "bundles" in told["BUNDLE"].sentence
        assert shop.shows() == {"GOOD": 3, "STALE": 8, "BUNDLE": 1, "FINE": 2}
        assert shop.names().count("SetStock") == 2

    @pytest.mark.parametrize(
        "code", ["INVALID_INVENTORY_ITEM", "INVALID_LOCATION", "INVALID_QUANTITY_TOO_HIGH", "INVALID_QUANTITY_TOO_LOW", "NEW_CODE"]
    )
    def test_every_code_of_a_line_is_a_sentence_of_that_line(self, code):
        shop = FakeStock().sells("A", 1, refuses=code).sells("B", 1)

        told = tell(shop, change(shop, "A", 2, 1), change(shop, "B", 2, 1))

        assert (told["A"].outcome, told["A"].code, told["B"].outcome) == (Told.REFUSED, code, Told.SET)
        assert told["A"].sentence.endswith(".")

    def test_what_the_shop_does_not_keep_here_yet_begins_with_the_right_number(self):
        shop = FakeStock().sells("NEW", None).sells("OLD", 1)

        told = tell(shop, change(shop, "NEW", 4, 0), change(shop, "OLD", 2, 1))

        assert outcomes(told) == {"NEW": Told.SET, "OLD": Told.SET}
        assert shop.shows() == {"NEW": 4, "OLD": 2}

    def test_a_key_that_failed_is_never_used_again(self):
        shop = FakeStock().sells("A", 5)
        tell(shop, change(shop, "A", 3, 4))
        shop.item("A").counts[SALE] = 4

        assert outcomes(tell(shop, change(shop, "A", 3, 4))) == {"A": Told.SET}
        assert shop.effects == [("A", 3)]

    def test_the_same_content_again_goes_by_the_same_key(self):
        shop = FakeStock().sells("A", 5)
        keys = []
        for _ in range(2):
            tell(shop, change(shop, "A", 3, 5))
            keys.append(shop.asked[-1][1]["key"])
            shop.item("A").counts[SALE] = 5

        assert keys[0] == keys[1]

    def test_a_request_still_in_the_air_is_an_unknown_outcome(self):
        shop = FakeStock().sells("A", 5)
        shop.refuse_all = {
            "data": {"answer": {"userErrors": [{"field": None, "message": "In progress.", "code": "IDEMPOTENCY_CONCURRENT_REQUEST"}]}}
        }
        with pytest.raises(UnknownOutcome):
            tell(shop, change(shop, "A", 3, 5))

    def test_an_answer_that_was_lost_is_an_unknown_outcome_and_asked_for_once(self):
        shop = FakeStock(lose=1).sells("A", 5)
        with pytest.raises(UnknownOutcome):
            tell(shop, change(shop, "A", 3, 5))
        assert shop.names() == ["SetStock"]

    def test_throttled_is_a_wait(self):
        shop = FakeStock().sells("A", 5)
        shop.refuse_all = refusal("THROTTLED", "Throttled")
        with pytest.raises(Throttled):
            tell(shop, change(shop, "A", 3, 5))

    def test_a_missing_scope_refuses_only_this(self):
        shop = FakeStock().sells("A", 5)
        shop.refuse_all = refusal("ACCESS_DENIED", "Access denied.", requiredAccess="`write_inventory` access scope.")
        with pytest.raises(Rejected, match="write_inventory"):
            tell(shop, change(shop, "A", 3, 5))

    def test_a_fault_of_the_whole_call_refuses_the_batch(self):
        shop = FakeStock().sells("A", 5)
        shop.refuse_all = {"data": {"answer": {"userErrors": [{"field": ["input", "reason"], "message": "No.", "code": "INVALID_REASON"}]}}}
        with pytest.raises(Rejected, match="takes no numbers"):
            tell(shop, change(shop, "A", 3, 5))

    def test_what_is_set_aside_stands_at_its_own_location_as_on_hand(self):
        shop = FakeStock(locations=(SALE, ASIDE)).sells("A", 5)
        store = client(shop, aside="2")
        [there] = [level for page in store.levels(["A"], place=Place.ASIDE) for level in page]
        store.set_levels(
            [StockChange("A", 7, 0, there.item_id)],
            key="k",
            reference=REFERENCE,
            reason=Reason.DAMAGED,
            place=Place.ASIDE,
        )

        assert store.places() == (Place.SALE, Place.ASIDE)
        assert shop.item("A").counts == {SALE: 5, ASIDE: 7}
        assert shop.asked[-2][1]["input"]["name"] == "on_hand"
