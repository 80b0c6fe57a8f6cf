"""The checkout is answered in time and never with a 5xx, whatever becomes of the database. Needs a PostgreSQL that can be slow."""

import base64
import hmac
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from django.db import ProgrammingError, connection, connections
from django.test import Client

from lockers.queries import checkout
from orders.api import carrier, eligibility
from orders.api.budget import Readers, readers
from orders.models import CarrierRate, CheckoutRefusal
from tests.callers import Caller, is_problem, load_roles, of_role
from tests.orders.builders import make_shopfloor
from tests.orders.test_carrier_service import request_for

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
OTHERS = "datname = current_database() AND pid <> pg_backend_pid()"
PATH = "locker-eligibility/"
CART = {"lines": [{"sku": "DRS-0012-10", "quantity": 1}], "postcode": "NW1 2DB"}


@pytest.fixture(autouse=True)
def live(settings) -> Iterator[None]:
    """As in production: readers on threads of their own, and a budget."""
    settings.ELIGIBILITY_BUDGET_MS = 300
    settings.ELIGIBILITY_SAMPLE = 1
    settings.SHOPIFY_WEBHOOK_SECRET = "hush"
    for kept in (checkout, eligibility.rate, carrier.kept):
        kept.forget()
    load_roles()
    make_shopfloor()
    yield
    readers.settle()
    carrier.kept.forget()


@pytest.fixture
def shop() -> Caller:
    return of_role("viewer", "eligibility")


@pytest.fixture
def dead_database() -> Iterator[None]:
    """The readers find nobody at the database's port, as after its machine was switched off. This thread keeps its connection."""
    readers.settle()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings = connections.settings["default"]
        port, settings["PORT"] = settings["PORT"], str(nobody.getsockname()[1])
        yield
        settings["PORT"] = port
    readers.settle()


@pytest.fixture
def locked_products() -> Iterator[None]:
    """Somebody holds the products and does not let go."""
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE inventory_product IN ACCESS EXCLUSIVE MODE")
            taken.set()
            done.wait(60)
            cursor.execute("ROLLBACK")
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait(10)
    yield
    done.set()
    holder.join()


def asked(shop: Caller) -> tuple[dict[str, object], float]:
    began = time.monotonic()
    answer = shop.post(PATH, CART)
    assert answer.status_code == 200, answer.content
    return answer.json(), time.monotonic() - began


def rates(client: Client) -> list[str]:
    body = request_for()
    signature = base64.b64encode(hmac.digest(b"hush", body, "sha256")).decode()
    answer = client.post("/api/v1/carrier-service/", body, content_type="application/json", headers={"X-Shopify-Hmac-Sha256": signature})
    assert answer.status_code == 200, answer.content
    return [rate["service_code"] for rate in answer.json()["rates"]]


def test_on_a_good_day_nothing_falls_back_and_what_was_refused_is_counted(shop):
    assert asked(shop)[0]["fallback"] is False
    shop.post(PATH, {"lines": [{"sku": "NOBODY-KNOWS", "quantity": 1}]})

    readers.settle()

    assert CheckoutRefusal.objects.get().sku == "NOBODY-KNOWS"


def test_a_dead_database_gives_the_configured_answer(shop, dead_database, settings):
    refused, _ = asked(shop)
    settings.ELIGIBILITY_FALLBACK = "allow"
    allowed, _ = asked(shop)

    assert (refused["fallback"], refused["eligible"], allowed["fallback"], allowed["eligible"]) == (True, False, True, True)
    assert refused["reasons"][0]["text"].startswith("Lockers cannot be checked at the moment")


def test_a_database_that_dies_between_two_questions_does_too(shop, request):
    before, _ = asked(shop)
    request.getfixturevalue("dead_database")
    during, _ = asked(shop)

    assert (before["fallback"], during["fallback"]) == (False, True)


def test_connections_that_a_restart_has_cut_are_made_anew_without_anybody_noticing(shop):
    asked(shop)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OTHERS}")  # noqa: S608

    assert asked(shop)[0]["fallback"] is False


def test_a_token_that_cannot_be_looked_up_gets_what_everybody_gets_and_that_tells_nothing(dead_database):
    is_problem(Caller().post(PATH, CART), 401)

    told, _ = asked(Caller("lockstep_never-seen-before"))

    assert (told["fallback"], told["lockers"], told["locker"]) == (True, [], None)


def test_a_locked_table_costs_no_more_than_the_budget(shop, locked_products):
    told, seconds = asked(shop)

    assert told["fallback"] is True
    assert seconds < 1.5  # 0.3 on a machine of its own


def test_the_database_ends_what_nobody_waits_for_any_more(shop, locked_products):
    asked(shop)
    readers.settle()

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT p.sku%' AND {OTHERS}")  # noqa: S608
        assert cursor.fetchone() == (0,)


class TestTheShopsRates:
    @pytest.fixture(autouse=True)
    def offered(self) -> None:
        CarrierRate.objects.create(service_code="home", name="To your door", price_pence=399)
        CarrierRate.objects.create(service_code="locker", name="InPost locker", price_pence=295, locker=True)

    def test_as_last_read_are_told_while_the_database_is_dead_without_the_lockers(self, client, request):
        before = rates(client)
        request.getfixturevalue("dead_database")

        assert (before, rates(client)) == (["locker", "home"], ["home"])

    def test_with_the_lockers_where_the_fallback_allows_them(self, client, request, settings):
        rates(client)
        settings.ELIGIBILITY_FALLBACK = "allow"
        request.getfixturevalue("dead_database")

        assert rates(client) == ["locker", "home"]

    def test_never_read_are_none(self, client, dead_database):
        assert rates(client) == []


def test_a_mistake_of_ours_is_no_trouble_of_the_database(shop):
    def broken() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing_of_this_name")

    for _ in range(4):
        with pytest.raises(ProgrammingError):
            readers.within(5, broken)

    assert asked(shop)[0]["fallback"] is False


def test_after_three_troubles_in_a_row_nobody_waits_for_the_budget_again():
    mine, calls = Readers(), []
    gate = threading.Event()
    for _ in range(3):
        with pytest.raises(Exception, match="late"):
            mine.within(0.01, lambda: gate.wait(5))

    with pytest.raises(Exception, match="resting"):
        mine.within(0.01, lambda: calls.append("called"))

    gate.set()
    mine.settle()
    assert calls == []
    assert mine.within(5, lambda: "back") == "back"
    mine.settle()
