"""The shop is told what may be sold: once, compared, never by an old file, and never over somebody else's number blindly."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from exceptions_queue.models import ExceptionCase
from inventory.actions import publishing, recount
from inventory.invariants import INVARIANTS
from inventory.models import Allocation, Garment, ShopLevel, StockPublish
from inventory.queries import sellable_now
from inventory.tasks import publish_stock, read_shop_levels
from partners.models import Circuit, CodeMapping, Intent
from tests.inventory.publishing.conftest import BER, good_file, orders_read, stock
from tests.partners.shopify.fake_shopify import data, refusal
from tests.partners.shopify.fake_stock import ASIDE, SALE, FakeStock, connected

pytestmark = pytest.mark.django_db
State = StockPublish.State


def told(clock) -> dict[str, object]:
    outcomes = publish_stock(clock)
    assert [breach for _, check in INVARIANTS for breach in check(clock())] == []
    return outcomes


class TestTelling:
    def test_the_shop_shows_what_may_be_sold_of_every_sku_and_hears_it_once(self, shop, clock):
        for number in range(7):
            stock(f"A{number}", number, at=clock())
            shop.sells(f"A{number}", 3)

        told(clock)
        told(clock)

        assert shop.shows() == sellable_now(at=clock())
        assert len(shop.effects) == 6  # one showed the right number already
        assert Intent.objects.count() == StockPublish.objects.count() == 1

    def test_more_than_250_skus_go_in_batches(self, shop, clock):
        for number in range(253):
            shop.sells(f"A{number}", 1)
            stock(f"A{number}", 2, at=clock())

        told(clock)

        assert sorted(StockPublish.objects.values_list("wanted", flat=True)) == [3, 250]
        assert set(shop.shows().values()) == {2}

    def test_a_refused_line_keeps_no_other_back_and_says_why_for_an_hour(self, shop, clock):
        for sku in ("A", "B", "BUNDLE"):
            stock(sku, 2, at=clock())
            shop.sells(sku, 0, refuses="NON_MUTABLE_INVENTORY_ITEM" if sku == "BUNDLE" else "")

        told(clock)
        told(clock)

        assert shop.shows() == {"A": 2, "B": 2, "BUNDLE": 0}
        batch = StockPublish.objects.get()
        assert (batch.state, batch.wanted, batch.told, batch.refused) == (State.DONE, 3, 2, 1)
        assert "bundles" in ShopLevel.objects.get(sku="BUNDLE").refused

        clock.forward(minutes=61)
        shop.item("BUNDLE").refuses = ""
        told(clock)
        assert (shop.shows()["BUNDLE"], ShopLevel.objects.get(sku="BUNDLE").refused) == (2, "")

    def test_a_sku_that_the_shop_does_not_have_is_left_alone_until_it_has(self, shop, clock):
        stock("A", 2, at=clock())
        told(clock)
        assert (shop.effects, ShopLevel.objects.get().unusable) == ([], "The shop has no product with this SKU.")

        shop.sells("A", 0)
        clock.forward(minutes=61)
        orders_read(clock() + timedelta(minutes=1))
        read_shop_levels(clock)
        told(clock)
        assert shop.shows() == {"A": 2}

    def test_garments_beyond_repair_are_told_as_damage(self, shop, clock):
        for sku in ("A", "B"):
            stock(sku, 3, at=clock())
            shop.sells(sku, 0)
        told(clock)
        later = clock.forward(hours=3)
        good_file(later - timedelta(hours=1))
        ber = CodeMapping.objects.get_or_create(
            partner="acs", kind="stock_status", raw=BER, folded=BER.lower(), defaults={"target": "ber"}
        )[0]
        Garment.objects.filter(rfid="A/0").update(status=ber, raw_status=BER, since=later - timedelta(hours=1))
        Allocation.objects.create(order_number="LS-1", sku="B", quantity=1, made_at=later)
        recount(at=later)
        shop.item("B").counts[SALE] = 2  # it sold one

        told(clock)

        assert shop.shows() == {"A": 2, "B": 2}
        assert shop.effects[-1] == ("A", 2)
        assert StockPublish.objects.filter(told=1).get().reason == "damaged"

    def test_what_is_not_for_sale_stands_at_its_own_location(self, settings, clock, noon, db):
        good_file(noon - timedelta(hours=6))
        orders_read(noon + timedelta(minutes=1))
        with connected(FakeStock(locations=(SALE, ASIDE)).sells("A", 0), settings, aside="2") as shop:
            stock("A", 2, at=noon)
            stock("A", 3, at=noon, status="In-Refurbishment")
            stock("A", 4, at=noon, status="With customer")

            told(clock)

            assert shop.item("A").counts == {SALE: 2, ASIDE: 3}


class TestComparing:
    def test_what_changed_in_the_shop_is_read_again_and_told_anew_in_the_same_run(self, shop, clock):
        stock("A", 2, at=clock())
        shop.sells("A", 9)
        publishing.look_at_unknown(clock=clock)
        shop.item("A").counts[SALE] = 8

        told(clock)

        assert shop.shows() == {"A": 2}
        assert [line.stale for line in StockPublish.objects.order_by("pk")] == [1, 0]
        assert ShopLevel.objects.get().stale_times == 0

    @pytest.mark.parametrize(("looked_after", "shows"), [(10, 0), (-1, 5)])
    def test_no_number_goes_up_by_a_reading_of_orders_that_began_before_the_look(self, shop, clock, looked_after, shows):
        stock("A", 5, at=clock())
        shop.sells("A", 0)
        orders_read(clock())  # and ended thirty seconds later
        clock.forward(seconds=looked_after)

        told(clock)

        assert shop.shows() == {"A": shows}

    def test_stale_for_ever_ends_in_a_rest_and_a_case_and_never_in_a_blind_number(self, shop, clock):
        stock("A", 5, at=clock())
        shop.sells("A", 1)

        def meddle(shop: FakeStock) -> None:
            shop.item("A").counts[SALE] = 2 if shop.item("A").counts[SALE] == 1 else 1

        shop.meddle = meddle
        orders_read(clock() + timedelta(hours=5))
        for _ in range(4):
            told(clock)
            clock.forward(minutes=1)

        assert shop.effects == []
        assert shop.names().count("SetStock") == 5
        assert all(
            line["changeFromQuantity"] is not None
            for name, said in shop.asked
            if name == "SetStock"
            for line in said["input"]["quantities"]
        )
        assert cases() == [("STK-INFLATED", "A", "contested")]

        clock.forward(minutes=61)
        shop.meddle = lambda shop: None
        told(clock)
        assert (shop.shows(), cases()) == ({"A": 5}, [])

    def test_what_the_shop_has_just_sold_is_not_offered_again_before_its_orders_were_read(self, shop, clock):
        stock("A", 10, at=clock())
        shop.sells("A", 0)
        told(clock)
        clock.forward(hours=2)
        shop.item("A").counts[SALE] = 9
        read_shop_levels(clock)

        told(clock)
        assert shop.shows() == {"A": 9}  # not 10: the order that took it has not been mirrored

        Allocation.objects.create(order_number="LS-1", sku="A", quantity=1, made_at=clock())
        recount(["A"], at=clock())
        orders_read(clock() + timedelta(minutes=1))
        told(clock)
        assert shop.shows() == {"A": 9}
        assert len(shop.effects) == 1

    def test_sales_that_both_sides_know_never_count_as_contested(self, shop, clock):
        stock("A", 20, at=clock())
        shop.sells("A", 0)
        told(clock)
        for number in range(7):
            clock.forward(minutes=1)
            shop.item("A").counts[SALE] -= 1
            Allocation.objects.create(order_number=f"LS-{number}", sku="A", quantity=1, made_at=clock())
            recount(["A"], at=clock())
            told(clock)

        assert (shop.shows(), cases(), ShopLevel.objects.get().stale_times) == ({"A": 13}, [], 0)
        assert len(shop.effects) == 1

    def test_a_number_overtaken_while_it_waited_is_not_sent(self, shop, clock):
        stock("A", 5, at=clock())
        stock("B", 5, at=clock())
        shop.sells("A", 0).sells("B", 0)
        publishing.look_at_unknown(clock=clock)
        publishing.queue_publishes(at=clock())
        stock("A", 1, at=clock())

        assert publishing.drain_publishes(clock=clock) == {"done": 1}
        assert (shop.effects, StockPublish.objects.get().left) == ([("B", 5)], 1)
        told(clock)
        assert shop.shows() == {"A": 6, "B": 5}


class TestTrouble:
    def test_a_product_that_the_shop_shows_strangely_keeps_no_other_back(self, shop, clock):
        for sku in ("A", "ODD"):
            stock(sku, 2, at=clock())
        shop.sells("A", 0).sells("ODD", 10**12)

        told(clock)

        assert shop.shows() == {"A": 2, "ODD": 10**12}
        assert "no whole number" in ShopLevel.objects.get(sku="ODD").unusable

    def test_a_bad_row_of_a_folder_keeps_no_other_back(self, tmp_path, settings, clock):
        settings.STORE, settings.STORE_FOLDER, settings.MODES = "folder", str(tmp_path), {**settings.MODES, "store": "live"}
        (tmp_path / "orders").mkdir()
        (tmp_path / "levels.csv").write_text("sku,available\nA,0\nODD,12.0\nOTHER,\n")
        good_file(clock() - timedelta(hours=6))
        orders_read(clock() + timedelta(minutes=1))
        for sku in ("A", "ODD"):
            stock(sku, 2, at=clock())

        told(clock)

        assert dict(ShopLevel.objects.values_list("sku", "published")) == {"A": 2, "ODD": None}
        assert "no whole number for ODD" in ShopLevel.objects.get(sku="ODD").unusable

    def test_what_cannot_be_looked_at_keeps_nothing_known_from_being_told(self, shop, clock):
        stock("A", 5, at=clock())
        shop.sells("A", 9)
        publishing.look_at_unknown(clock=clock)
        stock("NEW", 1, at=clock())
        shop.on_stock = lambda **asked: data(productVariants={"nodes": None})

        outcomes = told(clock)

        assert shop.shows() == {"A": 5}
        assert outcomes["why"] == "A page of Shopify's products is not as agreed."

    def test_applied_then_the_answer_lost_is_looked_up_and_done_once(self, shop, clock):
        stock("A", 5, at=clock())
        shop.sells("A", 0)
        shop.lose = 1

        assert told(clock)["unknown"] == 1
        assert (Intent.objects.get().state, ShopLevel.objects.get().published) == (Intent.State.UNKNOWN, None)
        told(clock)
        clock.forward(minutes=3)
        told(clock)

        assert shop.effects == [("A", 5)]
        assert shop.names().count("SetStock") == 1
        assert (Intent.objects.get().state, ShopLevel.objects.get().published) == (Intent.State.DONE, 5)

    def test_lost_and_not_applied_is_computed_anew_and_never_sent_as_it_was(self, shop, clock):
        stock("A", 5, at=clock())
        shop.sells("A", 0)
        shop.lose = 1
        told(clock)
        shop.item("A").counts[SALE] = 0  # as if it had never arrived
        stock("A", 1, at=clock())
        clock.forward(minutes=3)
        orders_read(clock() + timedelta(minutes=1))

        told(clock)

        assert shop.effects == [("A", 5), ("A", 6)]
        assert list(StockPublish.objects.order_by("pk").values_list("told", "left")) == [(0, 1), (1, 0)]

    def test_a_shop_that_throttles_is_asked_later_and_nobody_waits_for_it(self, shop, clock):
        stock("A", 5, at=clock())
        shop.sells("A", 0)
        publishing.look_at_unknown(clock=clock)
        shop.refuse_all = refusal("THROTTLED", "Throttled")

        assert told(clock)["later"] == 1
        assert "wait" in StockPublish.objects.get().why
        shop.refuse_all = None
        clock.forward(minutes=5)
        Circuit.objects.update(throttled_until=None)  # the line's own clock is not this one
        told(clock)
        assert shop.shows() == {"A": 5}

    def test_a_shop_that_cannot_be_reached_leaves_everything_for_later(self, shop, clock, settings):
        stock("A", 5, at=clock())
        settings.SHOPIFY_URL = ""

        why = "It is not connected yet: SHOPIFY_URL must be set."
        assert told(clock) == {"looked_at": 0, "queued": 0, "inflated": 0, "why": why}
        assert StockPublish.objects.count() == 0

    def test_a_missing_scope_refuses_the_batch_in_words(self, shop, clock):
        stock("A", 5, at=clock())
        shop.sells("A", 0)
        publishing.look_at_unknown(clock=clock)
        shop.refuse_all = refusal("ACCESS_DENIED", "Access denied.", requiredAccess="`write_inventory` access scope.")

        told(clock)

        assert StockPublish.objects.get().state == State.REFUSED
        assert "write_inventory" in ShopLevel.objects.get().refused

    def test_a_shop_that_does_not_let_itself_be_read_says_why_at_each_sku(self, shop, clock, settings):
        stock("A", 5, at=clock())
        shop.sells("A", 9)
        settings.SHOPIFY_LOCATION = "Leeds"
        told(clock)
        assert "SHOPIFY_LOCATION is no location" in ShopLevel.objects.get().unusable

        settings.SHOPIFY_LOCATION = "1"
        clock.forward(minutes=61)
        read_shop_levels(clock)
        told(clock)
        assert shop.shows() == {"A": 5}

    def test_old_batches_go_and_those_by_which_a_number_stands_stay(self, shop, clock):
        stock("A", 5, at=clock())
        shop.sells("A", 9)
        told(clock)
        stock("A", 1, at=clock())
        told(clock)

        assert publishing.purge_batches(at=clock() + timedelta(days=61)) == 1
        assert StockPublish.objects.get() == ShopLevel.objects.get().told_in

    def test_an_older_file_is_never_told_over_a_newer_one(self, shop, clock):
        stock("A", 5, at=clock())
        shop.sells("A", 0)
        told(clock)
        good_file(clock() - timedelta(hours=8))
        stock("A", 1, at=clock())

        publish_stock(clock)

        assert shop.shows() == {"A": 5}
        assert [breach for _, check in INVARIANTS for breach in check(clock())] == [
            f"A was told by the stock of {clock() - timedelta(hours=6)}, and the newest applied is of {clock() - timedelta(hours=8)}"
        ]


class TestFrozenAndWatched:
    def test_stock_that_is_too_old_freezes_everything_and_a_good_file_frees_it(self, shop, clock):
        stock("A", 5, at=clock())
        shop.sells("A", 9)
        clock.forward(hours=21)

        told(clock)
        told(clock)
        [frozen] = StockPublish.objects.all()
        assert (shop.effects, frozen.state, frozen.lines) == ([], State.FROZEN, {"A": [5, 9]})
        assert "26 hours" in frozen.why

        good_file(clock() - timedelta(hours=1))
        told(clock)
        assert shop.shows() == {"A": 5}

    def test_before_the_first_file_nothing_is_told(self, shop, clock):
        stock("A", 5, at=clock())
        shop.sells("A", 9)
        good_file(None)

        told(clock)

        assert shop.effects == []

    def test_a_person_stops_what_was_queued_already_and_starts_it_again(self, shop, clock):
        ana = User.objects.create_user("ana")
        stock("A", 5, at=clock())
        shop.sells("A", 9)
        publishing.look_at_unknown(clock=clock)
        publishing.queue_publishes(at=clock())
        publishing.freeze("The count is wrong", actor=ana, at=clock())
        with pytest.raises(publishing.AlreadyFrozen):
            publishing.freeze("Twice", actor=ana, at=clock())

        told(clock)
        assert (shop.effects, StockPublish.objects.order_by("pk").first().state) == ([], State.CANCELLED)

        publishing.unfreeze(actor=ana, at=clock())
        with pytest.raises(publishing.NotFrozen):
            publishing.unfreeze(actor=ana, at=clock())
        told(clock)
        assert shop.shows() == {"A": 5}

    def test_in_observe_mode_nothing_is_written_and_what_would_have_been_is_kept(self, shop, clock, settings):
        settings.MODES = {**settings.MODES, "store": "observe"}
        stock("A", 5, at=clock())
        shop.sells("A", 9)

        told(clock)
        told(clock)

        [watched] = StockPublish.objects.all()
        assert (watched.state, watched.lines, watched.wanted) == (State.OBSERVED, {"A": [5, 9]}, 1)
        assert (shop.effects, Intent.objects.count()) == ([], 0)
        assert "SetStock" not in shop.names()


class TestInflated:
    def test_a_shop_that_offers_more_opens_a_case_that_closes_by_itself(self, shop, clock):
        stock("A", 5, at=clock())
        shop.sells("A", 0)
        told(clock)
        Allocation.objects.create(order_number="LS-1", sku="A", quantity=2, made_at=clock())
        recount(["A"], at=clock())
        shop.item("A").counts[SALE] = 40
        publishing.freeze("Looking into it", actor=User.objects.create_user("ana"), at=clock())
        clock.forward(minutes=61)

        read_shop_levels(clock)
        assert cases() == [("STK-INFLATED", "A", "inflated")]
        assert evidence() == {"field": "available", "fault": "inflated", "sku": "A", "shop": 40, "sellable": 3, "orders": 1}

        publishing.unfreeze(actor=User.objects.get(), at=clock())
        told(clock)
        assert (shop.shows(), cases()) == ({"A": 3}, [])

    def test_a_right_number_that_is_under_way_has_ten_minutes_before_there_is_a_case(self, shop, clock):
        stock("A", 5, at=clock())
        shop.sells("A", 9)
        publishing.look_at_unknown(clock=clock)
        publishing.queue_publishes(at=clock())

        assert publishing.find_inflated(at=clock.forward(minutes=9)) == 0
        assert publishing.find_inflated(at=clock.forward(minutes=2)) == 1

    def test_looking_again_goes_over_every_sku_once_an_hour(self, shop, clock):
        for number in range(12):
            stock(f"A{number}", 1, at=clock())
            shop.sells(f"A{number}", 1)
        told(clock)
        assert read_shop_levels(clock)["looked_at"] == 0

        clock.forward(minutes=61)
        assert [read_shop_levels(clock)["looked_at"] for _ in range(2)] == [12, 0]

    @pytest.mark.parametrize("count", [3, 30])
    def test_the_look_at_cases_costs_the_same_for_any_number(self, shop, clock, count, django_assert_max_num_queries):
        for number in range(count):
            stock(f"A{number}", 1, at=clock())
            shop.sells(f"A{number}", 5)
        publishing.look_at_unknown(clock=clock)

        with django_assert_max_num_queries(16):
            assert publishing.find_inflated(at=clock()) == count


def cases() -> list[tuple[str, str, str]]:
    rows = ExceptionCase.objects.filter(state="open").order_by("subject_label")
    return [(case.code, case.subject_label, case.evidence["fault"]) for case in rows]


def evidence() -> dict[str, object]:
    return ExceptionCase.objects.get(state="open").evidence
