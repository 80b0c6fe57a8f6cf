"""`check_lockers` in the make-believe world: a locker closes, somebody must know before the parcels leave, and it is put right."""

import json
from collections import Counter

import pytest
from django.core.management import call_command

from config import tasks
from exceptions_queue.models import Alert, ExceptionCase
from exceptions_queue.queries.causes import causes
from lockers.models import Point
from orders import tasks as orders
from orders.models import IntegrityRun, Order
from partners.sandbox.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def on_their_way(world: World) -> World:
    """Everything checked, and what is right sent to ACS."""
    orders.recheck_open()
    orders.send_releases()
    return world


def check(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[dict[str, object], str]:
    call_command("check_lockers", "--json", *options)
    out, told = capsys.readouterr()
    return json.loads(out.splitlines()[-1]), told


def busiest() -> tuple[str, int]:
    """The locker that most released orders go to, and how many do."""
    good = Order.objects.filter(state="released", destination="locker").values_list("locker_id", flat=True)
    return Counter(good).most_common(1)[0]


def test_a_closed_locker_is_as_many_failures_as_it_has_orders_until_it_opens(on_their_way: World, capsys):
    before, told = check(capsys)
    assert "Reading InPost's lockers anew." in told
    locker, used_by = busiest()

    on_their_way.points[locker]["status"] = "NonOperating"
    closed, _ = check(capsys)

    assert closed["failed"] - before["failed"] == used_by
    assert closed["orders"] == closed["passed"] + closed["failed"] == before["orders"]
    assert [cause.count for cause in causes() if cause.blamed == locker] == [used_by]
    assert Alert.objects.filter(closed_at=None, key__contains=locker, owner="cx").count() == 1

    on_their_way.points[locker]["status"] = "Operating"
    again, _ = check(capsys)

    assert again == before
    assert not ExceptionCase.objects.filter(state="open", locker_id=locker, code="LOC-CLOSED").exists()


def test_with_inpost_down_the_mirror_decides_and_nothing_reads_as_invalid(on_their_way: World, capsys):
    before, _ = check(capsys)
    on_their_way.faults.arm({"partner": "points", "kind": "down", "times": 500})

    after, told = check(capsys)

    assert after == before
    assert "could not be read" in told
    assert "The mirror decides, last read" in told


def test_with_a_mirror_that_was_never_loaded_no_locker_is_unknown(on_their_way: World, capsys):
    Point.objects.all().delete()
    on_their_way.faults.arm({"partner": "points", "kind": "down", "times": 500})

    after, _ = check(capsys)

    assert "VAL-LOCKER-UNKNOWN" not in after["by_code"]


def test_without_a_crawl_the_feed_is_not_asked(on_their_way: World, capsys):
    check(capsys)
    locker, _ = busiest()
    on_their_way.points[locker]["status"] = "NonOperating"

    found, told = check(capsys, "--no-crawl")

    assert "LOC-CLOSED" not in found["by_code"] or Point.objects.get(point_id=locker).status == "Operating"
    assert told == ""


def test_every_whole_crawl_is_followed_by_a_look_and_a_failed_one_is_not(on_their_way: World):
    tasks.sync_points()
    assert IntegrityRun.objects.get().asked_by == "system:crawl"

    on_their_way.faults.arm({"partner": "points", "kind": "down", "times": 500})
    tasks.sync_points()
    assert IntegrityRun.objects.count() == 1

    assert tasks.check_lockers()["orders"] == IntegrityRun.objects.latest("pk").orders
    assert IntegrityRun.objects.latest("pk").asked_by == "system:timetable"
