"""Fixed means closed: by looking again, never by age, and never wrongly."""

import pytest

from exceptions_queue.models import ExceptionCase
from lockers.models import Point
from orders.actions import review_many
from orders.models import Order, OrderLine
from tests.orders.builders import NOON, make_order, make_point, make_shopfloor

pytestmark = pytest.mark.django_db


def copies(model: Order, count: int, **facts: object) -> list[int]:
    columns = {f.name: getattr(model, f.name) for f in Order._meta.concrete_fields if f.name not in ("id", "number", "customer_key")}
    first = Order.objects.count()
    orders = Order.objects.bulk_create(
        Order(**(columns | facts), number=f"C-{first + place}", customer_key=f"{first + place:032}") for place in range(count)
    )
    OrderLine.objects.bulk_create(OrderLine(order=order, line_id="1", sku="DRS-0012-10", quantity=1) for order in orders)
    return [order.pk for order in orders]


def test_a_thousand_orders_fixed_by_data_alone_close_exactly_their_cases_in_one_sweep():
    make_shopfloor()
    make_point("UK00000905", status="NonOperating", may_receive=False)
    model = make_order()
    ids = copies(model, 1_000, locker_id="UK00000905") + copies(model, 200, mobile="")
    review_many(ids, at=NOON)
    assert ExceptionCase.objects.filter(state="open").count() == 1_200

    Point.objects.update(status="Operating", may_receive=True)
    reviewed = review_many(ids, at=NOON)

    assert reviewed.cases_closed == 1_000
    still_open = set(ExceptionCase.objects.filter(state="open").values_list("code", flat=True))
    assert (still_open, ExceptionCase.objects.filter(state="open").count()) == ({"VAL-MOB-MISSING"}, 200)
