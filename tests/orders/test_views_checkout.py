"""The pages beside the checkout: delivery rates, and what kept baskets out of lockers."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from exceptions_queue.models import AuditEntry
from orders.models import CarrierRate, CheckoutRefusal
from tests.callers import load_roles, person
from tests.orders.builders import make_product

pytestmark = pytest.mark.django_db
RATE = {"service_code": "inpost_locker", "name": "InPost locker", "price_pence": "295", "currency": "gbp", "locker": "on", "active": "on"}


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


@pytest.fixture(autouse=True)
def roles():
    load_roles()


class TestRates:
    def test_an_integration_admin_adds_one_and_it_is_audited(self):
        answer = signed_in("integration").post("/settings/rates/add/", RATE)

        rate = CarrierRate.objects.get()
        assert (answer.status_code, answer["Location"]) == (302, "/settings/rates/")
        assert (rate.price_pence, rate.currency, rate.locker) == (295, "GBP", True)
        entry = AuditEntry.objects.get(verb="delivery rate saved")
        assert (entry.subject_id, entry.after["price_pence"]) == (rate.pk, 295)

    def test_a_change_keeps_what_it_was_in_the_audit_log(self):
        rate = CarrierRate.objects.create(service_code="home", name="To your door", price_pence=399)

        signed_in("integration").post(f"/settings/rates/{rate.pk}/", RATE | {"service_code": "home", "price_pence": "450"})

        entry = AuditEntry.objects.get(verb="delivery rate saved")
        assert (entry.before["price_pence"], entry.after["price_pence"]) == (399, 450)

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"price_pence": "-1"}, "Write the price in pence"),
            ({"price_pence": "2.95"}, "Enter a whole number"),
            ({"currency": "£"}, "Write the currency as three letters"),
            ({"min_days": "1"}, "Give both numbers of days"),
            ({"min_days": "3", "max_days": "2"}, "from the fewest to the most"),
            ({"service_code": "two words"}, "slug"),
        ],
    )
    def test_what_cannot_be_a_rate_is_said(self, wrong, sentence):
        answer = signed_in("integration").post("/settings/rates/add/", RATE | wrong)

        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert not CarrierRate.objects.exists()

    @pytest.mark.parametrize("rows", [3, 30])
    def test_the_page_costs_the_same_for_any_number(self, rows, django_assert_max_num_queries):
        CarrierRate.objects.bulk_create(CarrierRate(service_code=f"r-{n}", name=f"Rate {n}", price_pence=n) for n in range(rows))
        client = signed_in("viewer")
        client.get("/settings/rates/")

        with django_assert_max_num_queries(7):
            assert f"Rate {rows - 1}" in client.get("/settings/rates/").content.decode()


class TestKeptOutOfLockers:
    def refuse(self, sku: str, carts: int = 10, code: str = "VAL-DIM-MISSING", days_ago: int = 0) -> None:
        CheckoutRefusal.objects.create(day=timezone.localdate() - timedelta(days=days_ago), sku=sku, code=code, carts=carts)

    def test_the_worst_comes_first_and_leads_a_merchandiser_to_its_size(self):
        make_product("NEW-1", weight_g=None, name="Ball gown")
        self.refuse("OTHER-1", 20)
        self.refuse("NEW-1", 30)
        self.refuse("NEW-1", 40, days_ago=3)
        self.refuse("", 5, "VAL-OVERSIZE")

        html = signed_in("merchandiser").get("/orders/refusals/").content.decode()

        assert html.index("NEW-1") < html.index("OTHER-1") < html.index("The basket as a whole")
        assert "/products/NEW-1/size/" in html
        assert ("Ball gown" in html, "In no product file" in html, ">70<" in html, "About 95 refusals" in html) == (True, True, True, True)

    def test_a_sku_that_no_page_can_have_is_shown_without_a_link(self):
        self.refuse("A\nB")

        answer = signed_in("merchandiser").get("/orders/refusals/")

        assert (answer.status_code, "A\nB</span>" in answer.content.decode()) == (200, True)

    def test_what_is_older_than_thirty_days_is_left_out(self):
        self.refuse("OLD-1", days_ago=31)

        assert "OLD-1" not in signed_in("viewer").get("/orders/refusals/").content.decode()

    @pytest.mark.parametrize("rows", [3, 30])
    def test_the_page_costs_the_same_for_any_number(self, rows, django_assert_max_num_queries):
        for number in range(rows):
            self.refuse(f"SKU-{number}")
        client = signed_in("viewer")
        client.get("/orders/refusals/")

        with django_assert_max_num_queries(9):
            client.get("/orders/refusals/")

    def test_the_products_page_leads_there(self):
        assert "/orders/refusals/" in signed_in("merchandiser").get("/products/").content.decode()
