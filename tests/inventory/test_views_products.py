"""The product pages: the list, the size fix as a page and as a fragment, and two people at once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from exceptions_queue.models import AuditEntry
from inventory.models import AcsSku, Product
from tests.inventory.builders import LONG_AGO, make_product

pytestmark = pytest.mark.django_db

HTMX = {"HTTP_HX_REQUEST": "true"}
FIX = "/products/DRS-0012-10/size/"
TYPED = {
    "length_mm": "350", "width_mm": "260", "height_mm": "40", "weight_g": "520", "customs_description": "Dress", "hs_code": "6204.43.00",
    "origin_country": "gb", "seen": LONG_AGO.isoformat(),
}  # fmt: skip


def shown(client: Client, **asked: str) -> list[str]:
    return [row["sku"] for row in client.get("/products/", asked).context["page"].rows]


@pytest.mark.parametrize(
    ("asked", "skus"),
    [
        ({}, "ABCD"), ({"size": "missing"}, "B"), ({"size": "too-big"}, "C"), ({"size": "known"}, "ACD"), ({"q": "coat"}, "D"),
        ({"q": "b-"}, "B"), ({"q": "nothing"}, ""), ({"acs": "yes"}, "A"), ({"acs": "no"}, "BCD"), ({"acs": "no", "size": "known"}, "CD"),
    ],
)  # fmt: skip
def test_the_filters_narrow_the_list(viewing: Client, asked: dict[str, str], skus: str):
    make_product("A-1")
    make_product("B-1", weight_g=None)
    make_product("C-1", length_mm=900, rigid=True)
    make_product("D-1", name="Wool coat")
    AcsSku.objects.create(sku="A-1", source="setup_list", first_seen_at=LONG_AGO)

    assert shown(viewing, **asked) == [f"{letter}-1" for letter in skus]


@pytest.mark.parametrize("asked", [{"size": "Nope"}, {"q": "a\x00b"}, {"q": "x" * 100}])
def test_a_question_that_cannot_be_asked_is_answered_with_a_sentence(viewing: Client, asked: dict[str, str]):
    assert viewing.get("/products/", asked).status_code == 400


def statements(client: Client, url: str) -> int:
    client.get(url)  # what the frame keeps for a while is kept now
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("url", ["/products/", "/products/?size=missing"])
def test_the_list_asks_the_database_the_same_for_three_rows_and_thirty(merchandising: Client, url: str):
    for number in range(3):
        make_product(f"S-{number:02}", height_mm=None)
    three = statements(merchandising, url)
    for number in range(3, 30):
        make_product(f"S-{number:02}", height_mm=None)

    assert statements(merchandising, url) == three <= 9


def test_pages_follow_each_other(viewing: Client):
    for number in range(60):
        make_product(f"S-{number:02}")

    page = viewing.get("/products/").context["page"]

    assert (len(page.rows), page.next) == (50, "S-49")
    assert shown(viewing, after=page.next)[0] == "S-50"


def test_the_fix_is_a_fragment_inside_another_page_and_a_page_by_itself(merchandising: Client):
    make_product()

    fragment, page = merchandising.get(FIX, **HTMX).content.decode(), merchandising.get(FIX).content.decode()

    assert "<html" not in fragment
    assert "<html" in page
    assert 'name="length_mm" value="340"' in fragment


def test_saving_answers_a_fragment_and_rings_the_recheck(merchandising: Client):
    make_product()

    answer = merchandising.post(FIX, TYPED, **HTMX)

    product = Product.objects.get()
    assert (answer.status_code, "<html" in answer.content.decode()) == (200, False)
    assert "being checked again" in answer["HX-Trigger"]
    assert (product.length_mm, product.rigid, product.hs_code, product.origin_country, product.source) == (
        350,
        False,
        "62044300",
        "GB",
        "desk",
    )
    assert AuditEntry.objects.get().actor_label == "merchandiser"
    assert OrmQ.objects.get().task["func"] == "orders.tasks.recheck_open"


def test_saving_without_htmx_redirects(merchandising: Client):
    make_product()

    answer = merchandising.post(FIX, TYPED)

    assert (answer.status_code, answer["Location"]) == (302, FIX)
    assert "What happened" in merchandising.get(FIX).content.decode()


def test_a_sku_that_nobody_described_can_be_described(merchandising: Client):
    url = "/products/NEW/A 1/size/"  # a slash and a space, as some shops have them

    assert merchandising.get(url, **HTMX).status_code == 200
    assert merchandising.post(url, TYPED | {"seen": ""}, **HTMX).status_code == 200
    assert Product.objects.get().sku == "NEW/A 1"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"length_mm": "0"}, "A whole number of mm from 1 to 3,000."),
        ({"length_mm": "-3"}, "A whole number of mm from 1 to 3,000."),
        ({"length_mm": "12.5"}, "A whole number of mm from 1 to 3,000."),
        ({"length_mm": "6000"}, "A whole number of mm from 1 to 3,000."),
        ({"length_mm": "9" * 30}, "A whole number of mm from 1 to 3,000."),
        ({"weight_g": "200001"}, "A whole number of g from 1 to 100,000."),
        ({"weight_g": ""}, "A size needs all three sides and the weight."),
        ({"hs_code": "12"}, "It must have 6 to 10 digits."),
        ({"origin_country": "XXX"}, "It must be a country code of two letters, such as GB."),
        ({"customs_description": "a\x00b"}, "Null characters are not allowed."),
        ({"seen": "yesterday"}, "This page is out of date: open it again."),
        ({"seen": "2026-06-01T00:00:00"}, "This page is out of date: open it again."),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_with_a_sentence(merchandising: Client, typed: dict[str, str], sentence: str):
    make_product()

    answer = merchandising.post(FIX, TYPED | typed, **HTMX)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Product.objects.get().length_mm == 340
    assert not OrmQ.objects.exists()


def test_customs_facts_can_be_saved_while_the_size_is_unknown(merchandising: Client):
    make_product(length_mm=None, width_mm=None, height_mm=None, weight_g=None)

    answer = merchandising.post(FIX, TYPED | dict.fromkeys(["length_mm", "width_mm", "height_mm", "weight_g"], ""), **HTMX)

    assert "still has no size" in answer.content.decode()
    assert Product.objects.get().hs_code == "62044300"


def test_a_size_that_fits_no_locker_is_saved_and_said(merchandising: Client):
    make_product()

    assert "too big or too heavy" in merchandising.post(FIX, TYPED | {"weight_g": "15000"}, **HTMX).content.decode()


def test_the_second_of_two_people_sees_both_values_and_may_save_again(merchandising: Client):
    make_product(changed_at=timezone.now() + timedelta(minutes=1), width_mm=270)

    answer = merchandising.post(FIX, TYPED, **HTMX)
    page = answer.content.decode()

    assert answer.status_code == 409
    assert "<td><bdi>270</bdi></td><td><bdi>260</bdi></td>" in page
    assert 'name="width_mm" value="260"' in page
    assert not AuditEntry.objects.exists()

    seen = answer.context["form"].initial["seen"]
    assert merchandising.post(FIX, TYPED | {"seen": seen}, **HTMX).status_code == 200
    assert Product.objects.get().width_mm == 260


@pytest.mark.parametrize("sku", ["x" * 65, "a\x00b"])
def test_what_cannot_be_a_sku_is_not_found(merchandising: Client, sku: str):
    assert merchandising.get(f"/products/{sku}/size/").status_code == 404


def test_names_are_shown_never_run(merchandising: Client):
    make_product(name="<script>alert(1)</script>", brand="=HYPERLINK()", category="\u202egnp.exe")

    for url in ("/products/", FIX):
        assert "<script>alert" not in merchandising.get(url).content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_those_who_may_change_products_see_the_fix(viewing: Client, client: Client, method: str):
    assert getattr(viewing, method)(FIX).status_code == 403
    assert getattr(client, method)(FIX).status_code == 302


def test_products_are_for_those_who_may_see_them(client: Client, django_user_model):
    client.force_login(django_user_model.objects.create_user("nobody"))

    assert client.get("/products/").status_code == 403
