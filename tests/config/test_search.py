"""Search from anywhere: what is found, what leads straight on, what nobody finds, and what it costs."""

from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.core.management import call_command

from exceptions_queue.actions.reference import write_words
from inventory.models import Product
from lockers.models import Parcel, Point
from tests.inventory.builders import counted, make_garments
from tests.orders.builders import NOON, make_order, make_shopfloor

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    cache.clear()
    call_command("load_roles", stdout=StringIO())
    user = get_user_model().objects.create_user("cx")
    user.groups.add(Group.objects.get(name="cx"))
    client.force_login(user)
    make_shopfloor()
    return client


def found(client, typed: str) -> str:
    return client.get("/search/", {"q": typed}).content.decode()


def test_a_whole_order_number_opens_the_order(person):
    make_order(number="LS-10011")

    for typed in ("LS-10011", "ls-10011", " LS-10011 ", "10011", "#10011"):
        assert person.get("/search/", {"q": typed})["Location"] == "/orders/LS-10011/", typed


def test_the_start_of_a_number_lists_what_begins_with_it(person):
    for number in ("LS-10011", "LS-10012", "LS-20001"):
        make_order(number=number)
    html = found(person, "LS-100")

    assert "/orders/LS-10011/" in html
    assert "/orders/LS-10012/" in html
    assert "LS-20001" not in html


def test_more_than_a_handful_leads_to_the_list(person):
    for n in range(12):
        make_order(number=f"LS-100{n:02}")
    html = found(person, "LS-100")

    assert html.count('href="/orders/LS-') == 8
    assert "/orders/?q=LS-100" in html


def test_a_locker_is_found_by_id_name_and_postcode(person):
    point = Point.objects.filter(is_locker=True).first()
    Point.objects.filter(pk=point.pk).update(name="Kirkgate Market", postcode="LS2 7HJ", outward="LS2")

    assert person.get("/search/", {"q": point.point_id.lower()})["Location"] == f"/lockers/{point.point_id}/"
    for typed in ("kirkgate", "LS2", "ls2 7hj"):
        assert point.point_id in found(person, typed), typed


def test_a_sku_is_found_and_wildcards_are_letters_like_any_other(person):
    Product.objects.create(sku="ZED-0001-12", name="Coat", fetched_at=NOON, changed_at=NOON)

    assert "ZED-0001-12" in found(person, "zed-0001")
    assert "ZED-0001-12" not in found(person, "%")
    assert "ZED-0001-12" not in found(person, "ZED_0001")


def test_a_parcel_s_whole_number_opens_its_order_also_of_one_that_was_replaced(person):
    order = make_order(number="LS-10011")
    facts = {"order_number": order.number, "point_id": "UK1", "created_at": NOON}
    Parcel.objects.create(tracking_number="JJD0000000000000001", state="void", **facts)
    Parcel.objects.create(tracking_number="JJD0000000000000002", state="labelled", revision=2, **facts)

    for typed in ("JJD0000000000000001", "jjd0000000000000002", "JJD 0000 0000 0000 0002"):
        assert person.get("/search/", {"q": typed})["Location"] == "/orders/LS-10011/", typed
    assert "LS-10011" not in found(person, "JJD000000000000000")


def test_a_sku_that_is_no_product_leads_to_its_stock_and_an_rfid_to_its_garment(person):
    [one] = make_garments("KNT-0100-08", 1)
    counted("KNT-0100-08", at=NOON)

    assert person.get("/search/", {"q": "knt-0100-08"})["Location"] == "/stock/KNT-0100-08/"
    assert person.get("/search/", {"q": one.rfid.lower()})["Location"] == f"/stock/garments/{one.rfid}/"


def test_a_sku_of_the_product_list_still_leads_to_the_product(person):
    make_garments("A-1", 1)
    counted("A-1", at=NOON)
    Product.objects.create(sku="A-1", name="Dress", fetched_at=NOON, changed_at=NOON)

    assert "/products/" in person.get("/search/", {"q": "A-1"})["Location"]


def test_customers_are_never_found(person):
    make_order(number="LS-1", first_name="Ottilie", last_name="Quartermain", postcode="ZE1 0AA")

    for typed in ("Ottilie", "Quartermain", "ZE1 0AA"):
        assert "LS-1" not in found(person, typed)
    assert person.get("/search/?q=a@b.example").status_code == 400


def test_nobody_finds_what_their_role_may_not_see(client):
    cache.clear()
    user = get_user_model().objects.create_user("narrow")
    user.user_permissions.add(Permission.objects.get(codename="view_exceptioncase"))
    client.force_login(user)
    make_shopfloor()
    make_order(number="LS-10011")

    answer = client.get("/search/", {"q": "LS-10011"})

    assert answer.status_code == 200
    assert "/orders/LS-10011/" not in answer.content.decode()


@pytest.mark.parametrize("many", [3, 30])
def test_it_costs_the_same_whatever_is_found(person, many, django_assert_max_num_queries):
    for n in range(many):
        make_order(number=f"LS-7{n:03}")
    found(person, "LS-7")

    with django_assert_max_num_queries(10):
        found(person, "LS-7")


@pytest.mark.parametrize("typed", ["", " ", "\x00", "é" * 300, "'; --", "<script>"])
def test_odd_input_is_answered(person, typed):
    answer = person.get("/search/", {"q": typed})

    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().split("<main")[1]


def test_the_reference_is_found_by_its_words_and_a_whole_code_opens_its_page(person):
    write_words("VAL-NAME", "Ask the vestry of St Mary.", seen=0, actor=get_user_model().objects.get(), at=NOON)

    assert person.get("/search/", {"q": "val-name"})["Location"] == "/reference/val-name/"
    for typed in ("vestry", "first and a last name"):
        assert "/reference/val-name/" in found(person, typed), typed
    assert "/reference/" not in found(person, "ve").partition('id="main"')[2]
