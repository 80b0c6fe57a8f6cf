"""The orders of one locker, as its page shows them."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import Order
from orders.states import Destination, OrderState
from tests.orders.builders import make_order

pytestmark = pytest.mark.django_db
URL = "/orders/at-locker/UK00000001/"


@pytest.fixture
def viewing(client, django_user_model):
    user = django_user_model.objects.create_user("viewer")
    user.user_permissions.add(*Permission.objects.filter(codename__in=["view_order"]))
    client.force_login(user)
    return client


def numbers(client, url: str = URL) -> list[str]:
    return [row.number for row in client.get(url).context["bound"].rows]


def test_only_open_orders_that_go_to_this_locker_are_named(viewing):
    make_order(number="LS-1", locker_id="UK00000001")
    make_order(number="LS-2", locker_id="UK00000002")
    make_order(number="LS-3", locker_id="UK00000001", state=OrderState.CANCELLED)
    make_order(number="LS-4", locker_id="UK00000001", destination=Destination.HOME)

    assert numbers(viewing) == ["LS-1"]


def test_the_count_is_the_number_of_rows_behind_its_link(viewing):
    for number in range(12):
        make_order(number=f"LS-{number}", locker_id="UK00000001")
    make_order(number="LS-99", locker_id="UK00000001", state=OrderState.CANCELLED)

    answer = viewing.get(URL)

    assert answer.context["bound"].many == "12"
    listed = viewing.get("/orders/?locker=UK00000001&destination=locker&open=1")
    assert len(listed.context["page"].rows) == 12


def test_no_contact_data_is_in_the_fragment(viewing):
    make_order(number="LS-1", locker_id="UK00000001")
    order = Order.objects.get()

    assert order.mobile
    assert order.mobile not in viewing.get(URL).content.decode()
    assert order.last_name not in viewing.get(URL).content.decode()


@pytest.mark.parametrize("count", [3, 30])
def test_the_fragment_asks_the_same_of_the_database_whatever_the_number(viewing, count):
    for number in range(count):
        make_order(number=f"LS-{number}", locker_id="UK00000001")
    viewing.get(URL)

    with CaptureQueriesContext(connection) as asked:
        viewing.get(URL)

    assert len(asked) <= 5


def test_who_may_not_see_orders_gets_none(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("nobody"))

    assert client.get(URL).status_code == 403
