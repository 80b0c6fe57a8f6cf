"""One click puts the shop's number right and shows what it shows then; the page says what was told, what was not, and why."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from exceptions_queue.models import AuditEntry, ExceptionCase
from inventory.actions import publishing
from inventory.models import Level, ShopLevel, StockFreeze, StockPublish
from inventory.tasks import publish_stock
from tests.inventory.conftest import signed_in
from tests.inventory.publishing.conftest import good_file, orders_read, stock
from tests.partners.shopify.fake_shopify import refusal
from tests.partners.shopify.fake_stock import FakeStock, connected

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(settings):
    """A connected shop by today's clock: these doors read it themselves."""
    now = timezone.now()
    good_file(now - timedelta(hours=6))
    orders_read(now)
    with connected(FakeStock().sells("A", 9), settings) as shop:
        stock("A", 5, at=now)
        yield shop


@pytest.fixture
def merchandiser() -> Client:
    return signed_in("rosa", "view_product", "publish_level", "freeze_level")


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


class TestTellingOne:
    def test_one_click_tells_the_shop_and_closes_the_case(self, shop, merchandiser):
        publishing.look(["A"], clock=timezone.now)
        publishing.find_inflated(at=timezone.now())
        case = ExceptionCase.objects.get()
        assert case.url == "/stock/A/publish/"

        before = merchandiser.get(case.url)
        after = merchandiser.post(case.url, headers={"HX-Request": "true"})

        assert "Tell the shop 5" in words(before)
        assert "The shop shows 5 of A, as many as may be sold." in words(after)
        assert "<html" not in words(after)
        case.refresh_from_db()
        assert (case.state, shop.effects) == ("cured", [("A", 5)])
        assert AuditEntry.objects.filter(verb="told the shop the number of a SKU").count() == 1
        assert StockPublish.objects.get().made_by == "rosa"

    def test_pressed_twice_it_is_told_once(self, shop, merchandiser):
        for _ in range(2):
            assert merchandiser.post("/stock/A/publish/").status_code == 200
        assert shop.effects == [("A", 5)]

    @pytest.mark.parametrize("mode", ["observe", "frozen", "unknown"])
    def test_where_it_may_not_be_told_a_sentence_says_why(self, shop, merchandiser, settings, mode):
        sku = "NEVER-HEARD" if mode == "unknown" else "A"
        if mode == "observe":
            settings.MODES = {**settings.MODES, "store": "observe"}
        if mode == "frozen":
            publishing.freeze("We are counting", actor=User.objects.get(), at=timezone.now())

        answer = merchandiser.post(f"/stock/{sku}/publish/")

        said = {"observe": "only watches the shop", "frozen": "We are counting", "unknown": "ACS has never named this SKU"}[mode]
        assert (answer.status_code, said in words(answer), shop.effects) == (409, True, [])

    def test_a_shop_that_refuses_is_quoted(self, shop, merchandiser):
        shop.refuse_all = refusal("ACCESS_DENIED", "Access denied.", requiredAccess="`write_inventory` access scope.")

        answer = merchandiser.post("/stock/A/publish/")

        assert (answer.status_code, "write_inventory" in words(answer)) == (200, True)

    def test_more_than_the_shop_shows_waits_for_its_orders(self, shop, merchandiser):
        shop.item("A").counts = dict.fromkeys(shop.item("A").counts, 2)

        answer = merchandiser.post("/stock/A/publish/")

        assert "once its newest orders were read" in words(answer)
        assert shop.effects == []

    @pytest.mark.parametrize("sku", ["x" * 65, "a%00b"])
    def test_what_can_be_no_sku_is_not_found(self, shop, merchandiser, sku):
        assert merchandiser.post(f"/stock/{sku}/publish/").status_code == 404


class TestThePage:
    def test_batches_and_refused_lines_stand_there_in_words(self, shop, merchandiser):
        stock("BUNDLE", 2, at=timezone.now())
        shop.sells("BUNDLE", 9, refuses="NON_MUTABLE_INVENTORY_ITEM")
        publish_stock()

        page = words(merchandiser.get("/stock/publishing/"))

        assert "counts this product by itself, as it does with bundles" in page
        assert 'href="/stock/BUNDLE/publish/"' in page
        assert "Frozen" not in page

    def test_a_person_stops_and_starts_it_with_a_reason(self, shop, merchandiser):
        assert merchandiser.post("/stock/publishing/freeze/", {"reason": " "}).status_code == 422
        merchandiser.post("/stock/publishing/freeze/", {"reason": "The count is wrong"})
        merchandiser.post("/stock/publishing/freeze/", {"reason": "Again, the count"})

        page = words(merchandiser.get("/stock/publishing/"))
        assert "Frozen: the shop is told nothing." in page
        assert "The count is wrong" in page
        assert publish_stock()["inflated"] == 1
        assert shop.effects == []

        merchandiser.post("/stock/publishing/unfreeze/")
        merchandiser.post("/stock/publishing/unfreeze/")
        assert StockFreeze.objects.exclude(ended_at=None).count() == StockFreeze.objects.count() == 1
        assert "Frozen: the shop" not in words(merchandiser.get("/stock/publishing/"))

    def test_an_old_stock_file_and_a_watched_shop_are_said_on_top(self, shop, merchandiser, settings):
        good_file(timezone.now() - timedelta(hours=27))
        settings.MODES = {**settings.MODES, "store": "observe"}

        page = words(merchandiser.get("/stock/publishing/"))

        assert "more than 26 hours ago" in page
        assert "Only watched." in page

    @pytest.mark.parametrize("count", [3, 30])
    def test_the_page_costs_the_same_for_any_number(self, shop, merchandiser, count, django_assert_num_queries):
        now = timezone.now()
        Level.objects.bulk_create(Level(sku=f"B{number}", counted_at=now) for number in range(count))
        ShopLevel.objects.bulk_create(ShopLevel(sku=f"B{number}", shown=1, refused="No.") for number in range(count))
        for number in range(count):
            StockPublish.objects.create(as_of=now, state="done", wanted=0, made_by="t", made_at=now, ended_at=now, why=str(number))
        merchandiser.get("/stock/publishing/")

        with django_assert_num_queries(PAGE_QUERIES):
            merchandiser.get("/stock/publishing/")


PAGE_QUERIES = 10
