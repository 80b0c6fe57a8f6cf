"""The release gate on one order: each fault is named once, and only where it matters."""

import pytest

from exceptions_queue.catalogue import Code
from orders.models import Order
from orders.problems import find_many
from tests.orders.builders import NOON, make_order, make_point, make_product, make_shopfloor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shopfloor():
    make_shopfloor()


def found_in(order: Order) -> dict[str, dict[str, object]]:
    verdicts, _ = find_many([order.pk], at=NOON)
    return verdicts[0].found


def test_a_good_locker_order_has_nothing_wrong():
    order = make_order()

    assert found_in(order) == {}


@pytest.mark.parametrize(
    ("facts", "code", "field", "fault"),
    [
        ({"mobile": ""}, Code.VAL_MOB_MISSING, "mobile", "missing"),
        ({"mobile": "0113 496 0123"}, Code.VAL_MOB_FORMAT, "mobile", "landline"),
        ({"mobile": "07111111111"}, Code.VAL_MOB_FORMAT, "mobile", "dummy"),
        ({"mobile": "+33 6 12 34 56 78"}, Code.VAL_MOB_FORMAT, "mobile", "not_uk"),
        ({"email": ""}, Code.VAL_EMAIL, "email", "missing"),
        ({"email": "ada@nowhere"}, Code.VAL_EMAIL, "email", "malformed"),
        ({"last_name": ""}, Code.VAL_NAME, "name", "one_word"),
        ({"postcode": "LS1 4"}, Code.VAL_ADDR, "postcode", "malformed"),
        ({"address1": ""}, Code.VAL_ADDR, "address1", "missing"),
        ({"locker_id": ""}, Code.VAL_LOCKER_MISSING, "locker_id", "missing"),
        ({"locker_id": "UK99999999"}, Code.VAL_LOCKER_UNKNOWN, "locker_id", "unknown"),
    ],
)
def test_a_fault_in_what_the_customer_gave_is_named(facts, code, field, fault):
    order = make_order(**facts)

    evidence = found_in(order)

    assert set(evidence) == {code}
    assert (evidence[code]["field"], evidence[code]["fault"]) == (field, fault)


def test_evidence_never_holds_the_personal_value():
    order = make_order(mobile="0113 496 0123", email="ada@nowhere", last_name="", postcode="XX")

    evidence = repr(found_in(order))

    assert not [value for value in ("0113", "ada@", "Ada", "XX") if value in evidence]


@pytest.mark.parametrize("status", ["NonOperating", "Disabled", "Created"])
def test_a_locker_out_of_service_is_closed(status):
    make_point("UK00000905", status=status, may_receive=False)

    evidence = found_in(make_order(locker_id="UK00000905"))

    assert evidence == {Code.LOC_CLOSED: {"field": "locker_id", "fault": status, "locker": "UK00000905"}}


def test_an_overloaded_locker_does_not_stop_the_release():
    make_point("UK00000905", status="Overloaded", may_receive=False)

    assert found_in(make_order(locker_id="UK00000905")) == {}


def test_a_locker_gone_from_the_feed_is_closed():
    make_point("UK00000905", gone_at=NOON)

    assert found_in(make_order(locker_id="UK00000905"))[Code.LOC_CLOSED]["fault"] == "gone"


def test_a_parcel_shop_is_not_a_locker():
    make_point("UK00000905", is_locker=False)

    assert found_in(make_order(locker_id="UK00000905"))[Code.VAL_LOCKER_UNKNOWN]["fault"] == "shop"


def test_a_locker_without_the_needed_compartment_is_named():
    make_point("UK00000905", sizes={"A": "NORMAL", "B": "NO_DATA"})
    make_product("BOX-1", length_mm=600, width_mm=370, height_mm=330, weight_g=4000, rigid=True)

    evidence = found_in(make_order(locker_id="UK00000905", sku="BOX-1"))

    assert evidence[Code.LOC_SIZE] == {"field": "locker_id", "fault": "no_compartment", "locker": "UK00000905", "size": "C"}


def test_no_data_about_a_size_counts_as_present():
    make_point("UK00000905", sizes={"A": "NO_DATA", "B": "NO_DATA", "C": "NO_DATA"})

    assert found_in(make_order(locker_id="UK00000905")) == {}


def test_a_product_without_a_size_is_not_eligible():
    make_product("NEW-1", weight_g=None)

    assert found_in(make_order(sku="NEW-1")) == {Code.VAL_DIM_MISSING: {"field": "size", "fault": "unknown", "skus": ["NEW-1"]}}


def test_everything_must_fit_one_compartment_together():
    make_product("BIG-1", length_mm=600, width_mm=350, height_mm=300, weight_g=2000, rigid=True)

    one, two = found_in(make_order(sku="BIG-1")), found_in(make_order(sku="BIG-1", quantity=2))

    assert one == {}
    assert two == {Code.VAL_OVERSIZE: {"field": "size", "fault": "too_big"}}


def test_fifteen_kilos_is_the_limit():
    make_product("LEAD-1", weight_g=14_900)

    assert found_in(make_order(sku="LEAD-1"))[Code.VAL_OVERSIZE]["fault"] == "too_heavy"


def test_home_delivery_is_not_asked_for_what_only_lockers_need():
    order = make_order(delivery_method="royal_mail_48", destination="home", locker_id="", mobile="", sku="UNSIZED", last_name="")
    make_product("UNSIZED", weight_g=None)

    assert found_in(order) == {}


def test_an_unmapped_delivery_method_is_never_guessed():
    order = make_order(delivery_method="evri_parcelshop", destination="home", locker_id="")

    assert set(found_in(order)) == {Code.VAL_SERVICE_MAP}


def test_what_acs_accepted_does_not_make_the_rest_unknown():
    """Only ACS's own list says what it does not know; before we have it, the first accepted order must not hold all others."""
    from inventory.models import AcsSku

    AcsSku.objects.all().delete()
    AcsSku.objects.create(sku="OTHER-1", source="accepted_order", first_seen_at=NOON)
    order = make_order()

    assert Code.VAL_SKU_UNKNOWN not in find_many([order.pk], at=NOON)[0][0].found


def test_an_unknown_sku_blocks_only_once_acs_s_list_exists():
    make_product("SECRET-1", known_to_acs=False)
    order = make_order(sku="SECRET-1")
    blocked = found_in(order)

    from inventory.models import AcsSku

    AcsSku.objects.all().delete()

    assert set(blocked) == {Code.VAL_SKU_UNKNOWN}
    assert found_in(order) == {}


def test_the_later_of_two_alike_orders_is_the_duplicate():
    first = make_order(email="a@example.com", placed_at=NOON.replace(hour=9))
    second = make_order(email="a@example.com", placed_at=NOON.replace(hour=10))

    assert found_in(first) == {}
    assert found_in(second)[Code.VAL_DUPLICATE]["other"] == first.number


def test_a_look_alike_a_person_kept_is_no_longer_one():
    first = make_order(email="a@example.com", placed_at=NOON.replace(hour=9))
    second = make_order(email="a@example.com", placed_at=NOON.replace(hour=10), kept_beside=first.number)

    assert found_in(second) == {}


def test_northern_ireland_needs_customs_facts():
    bare = make_order(delivery_method="royal_mail_48", locker_id="", postcode="BT1 5GS", city="Belfast")
    told = make_order(
        delivery_method="royal_mail_48",
        locker_id="",
        postcode="BT1 5GS",
        city="Belfast",
        customs_contents="Dress",
        customs_value_pence=8400,
    )

    assert set(found_in(bare)) == {Code.VAL_CUSTOMS}
    assert found_in(told) == {}


def test_dates_that_run_backwards_are_named():
    order = make_order(is_hire=True, dispatch_on=NOON.date().replace(day=12), deliver_on=NOON.date().replace(day=11))

    assert set(found_in(order)) == {Code.VAL_DATES}


def test_an_empty_locker_mirror_never_reads_as_an_unknown_locker():
    from lockers.models import Point

    order = make_order()
    Point.objects.all().delete()

    verdicts, _ = find_many([order.pk], at=NOON)

    assert verdicts == []


@pytest.mark.parametrize("rows", [3, 30])
def test_any_number_of_orders_costs_the_same_statements(rows, django_assert_num_queries):
    ids = [make_order().pk for _ in range(rows)]

    with django_assert_num_queries(4):
        verdicts, _ = find_many(ids, at=NOON)

    assert len(verdicts) == rows
