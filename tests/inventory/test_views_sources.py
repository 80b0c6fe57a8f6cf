"""Whose sizes count: the page of brands, one product's sources side by side, and what the list shows of both."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from inventory.actions import note_packed, note_size_cases
from inventory.models import Listing, Measure, Product, SizeCase, SourceOrder
from inventory.sync import apply_products, read_products_csv
from tests.inventory.builders import file_of, make_product

pytestmark = pytest.mark.django_db

PARCEL = (400, 300, 60, 640)


@pytest.fixture
def merchandiser(client: Client) -> Client:
    call_command("load_roles", stdout=StringIO())
    user = User.objects.create(username="merchandiser")
    user.groups.set(Group.objects.filter(name="merchandiser"))
    client.force_login(user)
    return client


def load(at: datetime, *rows: str) -> None:
    [page] = read_products_csv(file_of("sku,brand,length,width,height,weight", *rows))("")
    apply_products(page, at)


def shown(client: Client, size: str) -> list[str]:
    return [row["sku"] for row in client.get("/products/", {"size": size}).context["page"].rows]


class TestList:
    def test_what_cannot_be_right_what_changed_and_what_caused_cases_are_each_a_list(self, viewing: Client):
        now = timezone.now()
        make_product("OLD-1")
        load(now, "ABS-1,Arden,0,1,1,1", "NEW-1,Arden,1,1,1,1")
        note_size_cases([("OLD-1", 1, "VAL-OVERSIZE", now), ("OLD-1", 2, "DIM-VARIANCE", now)], at=now)
        note_size_cases([("NEW-1", 3, "VAL-OVERSIZE", now - timedelta(days=31))], at=now)

        assert (shown(viewing, "absurd"), shown(viewing, "changed"), shown(viewing, "caused")) == (["ABS-1"], ["ABS-1", "NEW-1"], ["OLD-1"])
        cases = {row["sku"]: row["cases"] for row in viewing.get("/products/").context["page"].rows}
        assert cases == {"ABS-1": 0, "NEW-1": 0, "OLD-1": 2}

    def test_who_measured_is_shown(self, viewing: Client, noon):
        load(noon, "A-1,Arden,340,260,40,520")
        note_packed({"A-1": [PARCEL] * 3}, at=noon)

        assert "Packed by ACS" in viewing.get("/products/").content.decode()

    @pytest.mark.parametrize("url", ["/products/", "/products/?size=caused", "/products/?size=absurd", "/products/sources/"])
    def test_the_same_statements_for_three_rows_and_thirty(self, merchandiser: Client, url: str):
        def statements(first: int, count: int) -> int:
            now = timezone.now()
            load(now, *(f"S-{number:02},Brand {number},0,1,1,1" for number in range(first, first + count)))
            note_size_cases([(f"S-{number:02}", number, "VAL-OVERSIZE", now) for number in range(first, first + count)], at=now)
            merchandiser.get(url)  # what the frame keeps for a while is kept now
            with CaptureQueriesContext(connection) as queries:
                assert merchandiser.get(url).status_code == 200
            return len(queries)

        assert statements(0, 3) == statements(3, 27) <= 9


class TestOneProduct:
    URL = "/products/A-1/size/"

    def test_all_sources_stand_side_by_side_and_the_one_that_decides_says_so(self, merchandiser: Client, noon):
        load(noon, "A-1,Arden,340,260,40,520")
        note_packed({"A-1": [PARCEL] * 3}, at=noon)
        Listing.objects.create(store_id="1", sku="A-1", seen_at=noon, told_size="A")

        answer = merchandiser.get(self.URL)

        sides = {side.source: (side.size, side.decides) for side in answer.context["sides"]}
        assert sides["acs_measured"] == ((400, 300, 60, 640, None), True)
        assert sides["csv"] == ((340, 260, 40, 520, None), False)
        assert sides["pim"] == (None, False)
        page = " ".join(answer.content.decode().split())
        assert "the middle of 3 parcels that held one of it" in page
        assert "Locker size A" in page
        assert page.count("Make this source decide") == 1

    def test_making_a_source_decide_changes_what_is_used_and_can_be_taken_back(self, merchandiser: Client, noon):
        load(noon, "A-1,Arden,340,260,40,520")
        note_packed({"A-1": [PARCEL] * 3}, at=noon)

        page = merchandiser.post("/products/A-1/source/", {"source": "csv"}, follow=True).content.decode()
        assert Product.objects.get().length_mm == 340
        assert "Product file decides the size of A-1 from now on" in page
        assert "chosen for this product" in page

        merchandiser.post("/products/A-1/source/", {"source": ""})
        assert Product.objects.get().length_mm == 400

    def test_a_source_that_cannot_decide_is_refused_with_a_sentence(self, merchandiser: Client, noon):
        load(noon, "A-1,Arden,340,260,40,520")

        page = merchandiser.post("/products/A-1/source/", {"source": "pim"}, follow=True).content.decode()

        assert "does not know all three sides of A-1" in page

    @pytest.mark.parametrize(("sku", "source"), [("A-1", "desk"), ("A-1", "x"), ("NOBODY", "csv"), ("x" * 65, "csv"), ("a\x00", "csv")])
    def test_what_is_no_source_or_no_product_is_not_found(self, merchandiser: Client, sku: str, source: str, noon):
        load(noon, "A-1,Arden,340,260,40,520")

        assert merchandiser.post(f"/products/{sku}/source/", {"source": source}).status_code == 404

    def test_what_cannot_be_right_is_said_in_words(self, merchandiser: Client, noon):
        load(noon, "A-1,Arden,99999,260,40,520")

        assert "length comes to 99,999 mm" in merchandiser.get(self.URL).content.decode()


class TestBrands:
    def test_an_order_is_saved_for_a_brand_and_a_worker_is_rung(self, merchandiser: Client, noon):
        load(noon, "A-1,Arden,340,260,40,520")
        OrmQ.objects.all().delete()

        answer = merchandiser.post("/products/sources/", {"brand": "Arden", "order": "csv,pim,acs_measured"}, follow=True)

        assert "Saved for Arden" in answer.content.decode()
        assert SourceOrder.objects.get().order == ["csv", "pim", "acs_measured"]
        assert [row.task["func"] for row in OrmQ.objects.all()] == ["inventory.tasks.decide_again"]
        rows = {row.brand: (row.order[0], row.is_own, row.products) for row, _ in answer.context["rows"]}
        assert rows == {"": ("acs_measured", False, 0), "Arden": ("csv", True, 1)}

    @pytest.mark.parametrize("order", ["", "csv", "csv,csv,csv", "desk,pim,csv", "\x00"])
    def test_what_is_no_order_is_refused_with_a_sentence(self, merchandiser: Client, order: str):
        answer = merchandiser.post("/products/sources/", {"brand": "", "order": order})

        assert (answer.status_code, "Nothing was saved" in answer.content.decode()) == (422, True)
        assert not SourceOrder.objects.exists()

    def test_only_those_who_decide_see_it(self, viewing: Client):
        assert viewing.get("/products/sources/").status_code == 403
        assert viewing.post("/products/A-1/source/", {"source": "csv"}).status_code == 403
        assert "Whose sizes count" not in viewing.get("/products/").content.decode()

    def test_a_brand_s_name_is_shown_never_run(self, merchandiser: Client, noon):
        load(noon, "A-1,<script>alert(1)</script>,340,260,40,520")

        assert "<script>alert" not in merchandiser.get("/products/sources/").content.decode()


def test_old_cases_are_forgotten_and_each_counts_once(noon):
    for _ in range(2):
        note_size_cases([("A-1", 1, "VAL-OVERSIZE", noon)], at=noon)
    assert SizeCase.objects.count() == 1

    note_size_cases([], at=noon + timedelta(days=61))
    assert not SizeCase.objects.exists()


def test_two_measures_of_one_source_are_refused_by_the_database(noon):
    from django.db import IntegrityError, transaction

    Measure.objects.create(sku="A-1", source="csv", observed_at=noon)
    with pytest.raises(IntegrityError), transaction.atomic():
        Measure.objects.create(sku="A-1", source="csv", observed_at=noon)
