"""A lock that cannot be had: 503 and a sentence at every door, and what was typed comes back. On PostgreSQL where a lock is waited for."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import IntegrityError, OperationalError, connection, connections, transaction
from django.test import Client
from django.utils import timezone

from config.errors import BUSY, READING, is_busy
from inventory.models import Level
from orders.models import Order
from tests.callers import Caller, key, load_roles, person
from tests.orders.builders import make_order
from tests.partners.builders import make_feed, make_run

TYPED = {"quantity": "7", "reason": "A “photo” <shoot>"}


@contextmanager
def held(rows) -> Iterator[None]:
    """Somebody else has locked these rows and keeps them; we wait a tenth of a second, not five."""
    have, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            list(rows.select_for_update())
            have.set()
            let_go.wait(30)
        connections.close_all()

    other = threading.Thread(target=hold, daemon=True)
    other.start()
    assert have.wait(30)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    try:
        yield
    finally:
        let_go.set()
        other.join(30)
        connection.close()


@pytest.fixture
def at_the_desk(transactional_db) -> Client:
    cache.clear()
    Level.objects.create(sku="A", on_hand=5, counted_at=timezone.now())
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    client.get("/stock/A/")  # so that the session has been written by now
    return client


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestBehindALock:
    def test_a_page_says_so_and_holds_what_was_typed_to_be_sent_again(self, at_the_desk):
        with held(Level.objects):
            answer = at_the_desk.post("/stock/A/reserve/", TYPED)
        page = answer.content.decode()

        assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "60", "no-store")
        assert BUSY in page
        assert '<form method="post" action="/stock/A/reserve/">' in page
        assert '<input type="hidden" name="reason" value="A “photo” &lt;shoot&gt;">' in page
        assert Level.objects.get().reserve == 0

    def test_while_a_stock_file_is_read_it_says_that(self, at_the_desk):
        make_run(make_feed("acs.stock"), timezone.now(), outcome="running", lease_until=timezone.now())

        with held(Level.objects):
            answer = at_the_desk.post("/stock/A/reserve/", TYPED, headers={"HX-Request": "true"})

        assert READING in answer.content.decode()
        assert READING in answer["HX-Trigger"]

    def test_a_program_gets_a_problem_document(self, transactional_db):
        cache.clear()
        load_roles()
        order, cx = make_order(), person("cx")
        caller = Caller(key(cx, "orders:write", "orders:read"))
        caller.get(f"orders/{order.number}/")

        with held(Order.objects):
            answer = caller.post(f"orders/{order.number}/cancel/", {"reason": "Customer asked", "version": 1})

        assert (answer.status_code, answer["Content-Type"], answer["Retry-After"]) == (503, "application/problem+json", "60")
        assert (answer.json()["code"], answer.json()["detail"]) == ("busy", BUSY)
        assert Order.objects.get().state != "cancelled"


def test_a_locked_sqlite_file_is_busy_too(tmp_path):
    first, second = (sqlite3.connect(tmp_path / "a.sqlite3", timeout=0, isolation_level=None) for _ in range(2))
    first.execute("BEGIN IMMEDIATE")
    error = OperationalError()
    try:
        second.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as locked:
        error.__cause__ = locked
    first.close(), second.close()

    assert is_busy(error)


@pytest.mark.django_db
def test_another_trouble_of_the_database_stays_a_fault_of_ours():
    fault = IntegrityError()
    with suppress(IntegrityError), transaction.atomic():
        try:
            Level.objects.create(sku="A", on_hand=-1, counted_at=timezone.now())
        except IntegrityError as wrong:
            fault = wrong

    assert not is_busy(fault)
    assert not is_busy(OperationalError("the server closed the connection"))
