"""The desk on a real page of the public points feed."""

import json
from pathlib import Path

import httpx
import pytest

from config.running import run_feed
from lockers.models import Point
from partners import connect
from partners.sandbox.server import Sandbox, settings_for
from partners.sandbox.world import World

pytestmark = pytest.mark.django_db


def may_receive(point: dict) -> bool:
    """The rule of inpost.md §3, written here a second time from the page itself."""
    place = point["location"]
    return (
        point["type"] == ["parcel_locker"]
        and point["status"] == "Operating"
        and "parcel_collect" in point["functions"]
        and point["in_mobile_collect_excluded"] is not True
        and (place["latitude"], place["longitude"]) != (0, 0)
    )


def test_the_real_page_is_mirrored_whole_and_440_of_it_may_receive(shared: Path, settings, tmp_path):
    page = json.loads((shared / "data" / "inpost" / "gb_points_page1_500_2026-05-12.json").read_text())
    world = World(seed=7, orders=40, points=page["items"])
    for name, value in settings_for("http://sandbox.test", tmp_path).items():
        setattr(settings, name, value)
    settings.SANDBOX = True

    with connect.use({"points": httpx.WSGITransport(app=Sandbox(world))}):
        first, second = run_feed("inpost.points"), run_feed("inpost.points")

    assert (first.seen, first.created, first.rejected) == (500, 500, 0)
    assert (second.seen, second.unchanged) == (500, 500)
    expected = {point["name"] for point in page["items"] if may_receive(point)}
    assert len(expected) == 440
    assert set(Point.objects.filter(may_receive=True).values_list("point_id", flat=True)) == expected
