"""Cases about size are counted for the products they were about."""

from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exceptions_queue.models import ExceptionCase
from inventory.models import SizeCase
from orders.actions.causes import note_causes
from orders.models import Order
from tests.orders.builders import NOON, make_order, make_shopfloor

pytestmark = pytest.mark.django_db


def case(order: Order, code: str, at=NOON, **evidence) -> ExceptionCase:
    return ExceptionCase.objects.create(
        subject_type=ContentType.objects.get_for_model(Order),
        subject_id=order.pk,
        subject_label=order.number,
        code=code,
        owner="cx",
        evidence=evidence,
        order_number=order.number,
        opened_at=at,
        last_seen_at=at,
        due_at=at,
    )


def noted() -> list[tuple[str, str]]:
    return sorted(SizeCase.objects.values_list("sku", "code"))


@pytest.fixture(autouse=True)
def shopfloor(db):
    make_shopfloor()


def test_a_case_counts_for_the_skus_it_names_else_for_all_of_its_order():
    order = make_order()
    sku = order.lines.get().sku
    case(order, "VAL-DIM-MISSING", skus=["NAMED-1"])
    case(order, "VAL-OVERSIZE", field="size")
    case(order, "VAL-MOB-MISSING")

    assert note_causes(at=NOON) == 2
    assert note_causes(at=NOON) == 0
    assert noted() == sorted([("NAMED-1", "VAL-DIM-MISSING"), (sku, "VAL-OVERSIZE")])


def test_what_is_older_than_a_month_is_not_counted():
    case(make_order(), "VAL-OVERSIZE", at=NOON - timedelta(days=32))

    assert note_causes(at=NOON) == 0


def test_thirty_cases_take_as_many_statements_as_three():
    def statements(count: int) -> int:
        for _ in range(count):
            case(make_order(), "VAL-OVERSIZE")
        with CaptureQueriesContext(connection) as queries:
            note_causes(at=NOON)
        return len(queries)

    assert statements(3) == statements(30) <= 7
