"""Two people decide about one wait at the same moment, on PostgreSQL: one decides, the other is told."""

from contextvars import copy_context
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from exceptions_queue.models import AuditEntry
from orders.actions import go_on_waiting, split, wait_until_whole
from orders.actions.consolidating import look_waiting
from orders.models import Consolidation, Order
from orders.states import AcsStatus, OrderState
from tests.orders.builders import NOON, make_order, make_product, make_shopfloor

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120), pytest.mark.django_db(transaction=True)]

LACKS = [{"line_id": "1", "sku": "DRS-0012-10", "wanted": 2, "picked": 1}]


@pytest.fixture(autouse=True)
def shopfloor(transactional_db):
    make_shopfloor()


def at_once(race, *acts) -> list[str]:
    runners = [(copy_context(), act) for act in acts]
    return race(lambda runner: runner[0].run(runner[1]), runners)


def part_picked() -> Order:
    facts = {"state": OrderState.RELEASED, "released_at": NOON, "release_claimed_at": NOON, "acs_status": AcsStatus.PART_PICKED}
    return make_order(quantity=2, acs_status_since=NOON, acs_short=LACKS, **facts)


def test_one_decides_and_the_other_is_told(race):
    order, person, now = part_picked(), User.objects.create(username="cx"), timezone.now()
    look_waiting([order.pk], at=now)
    wait = Consolidation.objects.get()

    outcomes = at_once(
        race,
        lambda: split(wait, consent="E-mail of today, 14:20", actor=person, at=now, version=1),
        lambda: go_on_waiting(wait, ready_at=now + timedelta(days=1), actor=person, at=now, version=1),
    )

    assert sorted(outcomes) == ["Decided", "ok"]
    assert Consolidation.objects.get().version == 2
    assert AuditEntry.objects.filter(verb__in=("split agreed", "wait for the rest")).count() == 1


def test_two_readings_at_once_open_one_wait(race):
    order, now = part_picked(), timezone.now()

    outcomes = at_once(race, *[lambda: look_waiting([order.pk], at=now)] * 4)

    assert outcomes == ["ok"] * 4
    assert Consolidation.objects.count() == 1


def test_two_people_let_one_order_wait_once(race):
    make_product("BOX-1")
    order, person, now = make_order(), User.objects.create(username="cx"), timezone.now()
    order.lines.create(line_id="2", sku="BOX-1", quantity=1)
    ready = now + timedelta(days=1)

    outcomes = at_once(
        race, *[lambda: wait_until_whole(order, line_ids=["2"], ready_at=ready, actor=person, at=now, version=order.version)] * 3
    )

    assert sorted(outcomes) == ["Refused", "Refused", "ok"]
    assert Consolidation.objects.count() == 1
