"""Every list page: at most ten statements, and the same with three rows and with three thousand."""

from collections.abc import Callable
from copy import copy
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exceptions_queue import audit, jobs
from exceptions_queue.actions import bulk
from exceptions_queue.models import AuditEntry, BulkJob, ExceptionCase
from inventory.models import Product
from lockers.models import Point
from orders.models import Order
from partners.models import CodeMapping, SyncRun
from returns.models import Return, ReturnItem
from tests.exceptions_queue.builders import open_many
from tests.lockers.builders import make_point
from tests.orders.builders import make_order, make_product
from tests.partners.builders import make_feed, make_run
from tests.returns.telling import make_item, make_return

pytestmark = pytest.mark.django_db
MOST = 10
# Everybody's page carries the session, its person, their permissions and the banners; they are part of the ten.
MAKERS: dict[str, Callable[[int], None]] = {}


def rows_of(url: str) -> Callable[[Callable[[int], None]], Callable[[int], None]]:
    def keep(make: Callable[[int], None]) -> Callable[[int], None]:
        MAKERS[url] = make
        return make

    return keep


def copies(row: Model, count: int, /, **changing: Callable[[int], object]) -> None:
    """`count` rows in all, like `row` but for what changes."""
    rows = []
    for place in range(1, count):
        each = copy(row)
        each.pk, each._state = None, copy(row._state)
        each._state.adding = True
        for name, value in changing.items():
            setattr(each, name, value(place))
        rows.append(each)
    type(row)._default_manager.bulk_create(rows, batch_size=500)


@rows_of("/queue/")
def cases(number: int) -> None:
    open_many(number, at=make_order().placed_at)


@rows_of("/orders/")
def orders(number: int) -> None:
    copies(make_order(number="LS-0"), number, number=lambda n: f"LS-{n}")


@rows_of("/lockers/")
@rows_of("/lockers/map/")
def points(number: int) -> None:
    copies(make_point("UK00000000"), number, point_id=lambda n: f"UK{n:08}")


@rows_of("/products/")
def products(number: int) -> None:
    copies(make_product("DRS-0"), number, sku=lambda n: f"DRS-{n}")


@rows_of("/returns/")
def returns(number: int) -> None:
    first = make_return("R-0")
    copies(first, number, acs_id=lambda n: f"R-{n}")
    garment = make_item(first, "BER")
    rows = [ReturnItem(ret_id=pk, line_id="1", raw_grade="BER", grade=garment.grade) for pk in Return.objects.values_list("pk", flat=True)]
    ReturnItem.objects.bulk_create(rows, batch_size=100, ignore_conflicts=True)


@rows_of("/sync/?all=1")
def runs(number: int) -> None:
    at = make_order().placed_at
    copies(make_run(make_feed(), at), number, started_at=lambda n: at - timedelta(minutes=n))


@rows_of("/mappings/")
def mappings(number: int) -> None:
    at = make_order().placed_at
    row = CodeMapping.objects.create(partner="acs", kind="order_status", raw="x", folded="x", first_seen_at=at)
    copies(row, min(number, 300), folded=lambda n: f"x{n}", raw=lambda n: f"x{n}")


@rows_of("/audit/")
def entries(number: int) -> None:
    order = make_order()
    audit.record_many("order held", [(Order, order.pk, order.number)] * number, actor="system:gate", at=order.placed_at)


@rows_of("/settings/people/")
def people(number: int) -> None:
    User.objects.bulk_create([User(username=f"p{n}", password="!") for n in range(number)])


@rows_of("/queue/jobs/")
def bulk_jobs(number: int) -> None:
    at = make_order().placed_at
    job = jobs.put_job("wait", cases=ExceptionCase.objects.none(), params={}, actor="system:test", at=at, ring=bulk.RING)
    copies(job, number, created_at=lambda n: at - timedelta(minutes=n))


@rows_of("/reference/")
def nothing(number: int) -> None:
    """The pages come from the catalogue."""


def statements(client: Client, url: str) -> int:
    client.get(url)  # what is asked for once per process
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


@pytest.mark.parametrize("url", MAKERS)
def test_a_list_asks_the_same_of_the_database_for_three_rows_and_three_thousand(client: Client, url: str):
    cache.clear()
    client.force_login(User.objects.create_superuser("root"))
    MAKERS[url](3)
    few = statements(client, url)
    for model in (ExceptionCase, Order, Point, Product, SyncRun, Return, CodeMapping, BulkJob):
        model.objects.all().delete()
    AuditEntry.objects.all()._raw_delete("default")
    User.objects.exclude(username="root").delete()
    MAKERS[url](3_000)

    many = statements(client, url)

    assert many == few
    assert many <= MOST
