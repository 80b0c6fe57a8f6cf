"""Integrity runs at the same time."""

import pytest

from lockers.models import Point
from orders.actions.integrity import run_integrity
from orders.models import IntegrityFinding, IntegrityRun
from tests.orders.builders import NOON, make_order, make_shopfloor
from tests.postgres import Race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_two_runs_at_once_write_each_finding_once(race: Race):
    make_shopfloor()
    for _ in range(20):
        make_order(state="released", released_at=NOON)
    Point.objects.update(status="NonOperating")

    outcomes = race(lambda runner: run_integrity(actor=f"system:test {runner}", at=NOON), range(3))

    assert outcomes == ["ok"] * 3
    assert sorted(IntegrityRun.objects.values_list("failed", "opened", "ended")) == [(20, 0, 0), (20, 0, 0), (20, 20, 0)]
    assert IntegrityFinding.objects.count() == 20
