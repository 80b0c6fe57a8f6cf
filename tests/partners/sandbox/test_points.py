"""The locker network: the make-believe one, and saved pages of the real one in its place."""

import json
import re
from collections import Counter

import pytest

from partners.sandbox.faulty import KINDS
from partners.sandbox.points import takes_everything
from partners.sandbox.world import World
from tests.partners.sandbox.conftest import START, good, locker_of


def test_the_network_is_four_hundred_of_every_kind(full):
    points = full.points.values()
    statuses = Counter(point["status"] for point in points)

    assert len(full.points) == 400
    assert set(statuses) == {"Operating", "Created", "NonOperating", "Disabled"}
    assert sum(point["type"] == ["pok", "pop"] for point in points) == 10
    assert all(re.fullmatch(r"UK(\d{8}|[A-Z]{3}\d{5})", name) for name in full.points)
    assert all((point["location"]["latitude"] == 0) == (point["status"] == "Created") for point in points)


def test_they_have_the_fields_of_the_real_feed(seven, shared):
    real = json.loads((shared / "data/inpost/gb_points_page1_500_2026-05-12.json").read_text())["items"]

    assert set(next(iter(seven.points.values()))) == set().union(*real)


def test_too_small_a_network_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="at least 80 points"):
        World(7, 10, 20, start=START)


def test_real_points_carry_the_orders_and_leave_out_what_they_lack(shared):
    real = json.loads((shared / "data/inpost/gb_points_page1_500_2026-05-12.json").read_text())["items"]
    world = World(7, start=START, points=real)

    assert len(world.points) == 500
    assert {order.kind for order in world.orders} == {"", *(kind.name for kind in KINDS if kind.needs in ("", "closed"))}
    assert all(takes_everything(world.points[locker_of(order)]) for order in good(world) if locker_of(order))


def test_points_without_an_open_locker_are_refused_with_a_sentence():
    closed = [point | {"status": "Created"} for point in World(7, 0, 80, start=START).points.values()]

    with pytest.raises(ValueError, match="nowhere to go"):
        World(7, start=START, points=closed)
