"""One cart through both doors: the checkout's question and the release gate say the same of size, weight and locker."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.models import SizeCorrection
from orders.models import OrderLine
from orders.problems import find_many
from orders.problems.cart import judge_cart
from tests.orders.builders import NOON, make_methods, make_order, make_point, make_product

pytestmark = pytest.mark.django_db
OF_THE_PARCEL = {"VAL-DIM-MISSING", "VAL-OVERSIZE", "VAL-LOCKER-MISSING", "VAL-LOCKER-UNKNOWN", "LOC-CLOSED", "LOC-SIZE"}
LOCKERS = {
    "UK00000904": {},
    "UK00000001": {"sizes": {"A": "NORMAL"}},
    "UK00000002": {"sizes": {"A": "NO_DATA", "C": "VERY_LOW"}},
    "UK00000003": {"status": "Disabled", "may_receive": False},
    "UK00000004": {"status": "Overloaded", "may_receive": False},
    "UK00000005": {"is_locker": False, "may_receive": False},
    "UK00000006": {"gone_at": NOON, "may_receive": False},
    "UK00000007": {"functions": ["parcel_send"], "may_receive": False},
    "UK00000008": {"collect_excluded": True, "may_receive": False},
}
side = st.one_of(st.none(), st.integers(1, 700), st.sampled_from([80, 190, 380, 410, 640]))
goods = st.fixed_dictionaries(
    {
        "length_mm": side,
        "width_mm": side,
        "height_mm": side,
        "weight_g": st.one_of(st.none(), st.integers(1, 16_000), st.just(14_850)),
        "rigid": st.booleans(),
    }
)
line = st.tuples(st.one_of(st.none(), goods), st.one_of(st.none(), st.integers(50, 3_000)), st.integers(1, 4))


@pytest.fixture
def shopfloor():
    make_methods()
    for point_id, facts in LOCKERS.items():
        make_point(point_id, **facts)


@settings(max_examples=120, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(line, min_size=1, max_size=4), locker_id=st.sampled_from([*LOCKERS, "UK99999999"]))
def test_both_doors_give_the_same_size_and_the_same_reasons(shopfloor, lines, locker_id):
    with transaction.atomic():
        asked = [make_goods(number, *facts) for number, facts in enumerate(lines)]
        order = make_order(sku=asked[0][0], quantity=asked[0][1], locker_id=locker_id)
        OrderLine.objects.bulk_create(
            OrderLine(order=order, line_id=str(number), sku=sku, quantity=quantity, unit_price_pence=1)
            for number, (sku, quantity) in enumerate(asked[1:], start=2)
        )

        judged, (verdict,) = judge_cart(asked, locker_id=locker_id), find_many([order.pk], at=NOON)[0]

        transaction.set_rollback(True)
    assert {reason.code for reason in judged.reasons} == verdict.found.keys() & OF_THE_PARCEL
    assert judged.size == verdict.size


def make_goods(number: int, facts: dict[str, object] | None, factor: int | None, quantity: int) -> tuple[str, int]:
    """A line whose SKU the product master describes with `facts`, or not at all."""
    sku = f"SKU-{number}"
    if facts is not None:
        make_product(sku, **facts)
    if factor:
        SizeCorrection.objects.create(sku=sku, factor=factor, learnt_at=NOON, accepted_factor=factor, accepted_at=NOON)
    return sku, quantity
