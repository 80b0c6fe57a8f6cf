"""Counting and selling at the same moment, on PostgreSQL: nothing sold is lost, nothing counted twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exceptions_queue.models import AuditEntry
from inventory.actions import allocate, confirm_garment, leave, recount, ripen
from inventory.models import Allocation, Garment, Level
from tests.inventory.holding import make_garment, make_ready, make_status, stock_file_of

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120), pytest.mark.django_db(transaction=True)]

SKUS = [f"DRS-{n}" for n in range(4)]


@pytest.fixture(autouse=True)
def nothing_else(transactional_db):
    for sku in SKUS:
        make_ready(3, timezone.now(), sku)


def sold() -> dict[str, int]:
    return dict(Level.objects.order_by("sku").values_list("sku", "allocated"))


def test_what_is_sold_while_everything_is_counted_is_not_lost(race):
    now = timezone.now()

    def sell(number: int):
        return lambda: [allocate(f"LS-{number}-{n}", dict.fromkeys(SKUS[:: number * 2 - 3], 1), at=now) for n in range(15)]

    def count():
        return [recount(at=now) for _ in range(15)]

    outcomes = race(lambda act: act(), [sell(1), count, sell(2), count])

    assert outcomes == ["ok"] * 4
    assert sold() == dict.fromkeys(SKUS, 30)


def test_one_order_that_two_write_at_once_is_counted_once(race):
    now = timezone.now()

    outcomes = race(lambda act: act(), [lambda: allocate("LS-1", {"DRS-0": 2, "DRS-1": 1}, at=now)] * 4)

    assert outcomes == ["ok"] * 4
    assert Allocation.objects.count() == 2
    assert sold()["DRS-0"] == 2


def test_ripening_twice_at_once_counts_once(race):
    now = timezone.now()
    make_garment(make_status(), "DRS-0", since=now)
    recount(at=now)

    outcomes = race(lambda _: ripen(at=now + timedelta(days=4)), [1, 2, 3])

    assert outcomes == ["ok"] * 3
    assert Level.objects.get(sku="DRS-0").ripe == 4


def test_orders_that_leave_while_a_file_is_counted_do_not_upset_the_counters(race):
    now = timezone.now()
    for n in range(10):
        allocate(f"LS-{n}", dict.fromkeys(SKUS, 1), at=now)
    stock_file_of(now)

    def go():
        return [leave([f"LS-{n}"], at=now - timedelta(hours=1)) for n in range(10)]

    outcomes = race(lambda act: act(), [go, lambda: [recount(at=now) for _ in range(10)]])
    recount(at=now)

    assert outcomes == ["ok"] * 2
    assert (sold(), Allocation.objects.count()) == (dict.fromkeys(SKUS, 0), 0)


def test_one_garment_that_four_confirm_at_once_is_confirmed_by_one(race):
    now = timezone.now()
    doubted = make_garment(make_status(), "DRS-0", since=now - timedelta(days=9), doubted_since=now)
    recount(at=now)
    assert Level.objects.get(sku="DRS-0").ripe == 3

    outcomes = race(lambda who: confirm_garment(Garment.objects.get(pk=doubted.pk), reason="Seen", actor=who, at=now), list("abcd"))

    assert sorted(outcomes) == ["Refused"] * 3 + ["ok"]
    assert Level.objects.get(sku="DRS-0").ripe == 4
    assert AuditEntry.objects.filter(verb="garment confirmed").count() == 1
