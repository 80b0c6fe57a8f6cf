"""A partner that does not answer is never mistaken for a fact that is wrong."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from config.running import run_feed
from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from lockers.models import Point
from orders import tasks
from orders.models import Order
from orders.states import OrderState
from partners.models import Circuit, Feed, SyncRun
from partners.queries import trouble
from partners.sandbox.world import World
from partners.tasks import check_health

pytestmark = pytest.mark.django_db


def open_codes() -> set[str]:
    return set(ExceptionCase.objects.filter(state="open").values_list("code", flat=True))


def test_with_the_points_feed_down_for_two_hours_orders_flow_on_the_mirror(world: World):
    world.faults.arm({"partner": "points", "kind": "down", "times": 500})
    began = timezone.now()
    for minutes in (0, 30, 60, 90, 120):
        with time_machine.travel(began + timedelta(minutes=minutes), tick=True):
            run_feed("inpost.points")
            run_feed("store.orders")
            tasks.recheck_open()
            tasks.send_releases()
            check_health()

    with time_machine.travel(began + timedelta(minutes=120), tick=True):
        banners = trouble(timezone.now())
        planned = set(world.plan()["orders"]["held"])
        released = Order.objects.filter(state=OrderState.RELEASED).count()

    assert released == 90 - len(world.plan()["faults"])
    assert open_codes() - planned <= {Code.INT_DOWN, Code.LOC_STALE}
    assert len(banners) == 1
    assert "invalid" not in banners[0].sentence


def test_the_first_answer_after_an_outage_catches_up_and_closes_its_case(world: World):
    world.faults.arm({"partner": "points", "kind": "down", "times": 500})
    began = timezone.now()
    for minute in range(6):
        with time_machine.travel(began + timedelta(minutes=minute), tick=True):
            run_feed("inpost.points")
            check_health()
    assert Code.INT_DOWN in open_codes()
    world.faults.clear()
    name = next(point_id for point_id, point in world.points.items() if point["status"] == "Operating")
    world.points[name]["status"] = "NonOperating"

    with time_machine.travel(began + timedelta(minutes=10), tick=True):
        run = run_feed("inpost.points")
        run_feed("store.orders")
        check_health()
        cache.clear()

        assert (run.outcome, Point.objects.get(point_id=name).status) == ("ok", "NonOperating")
        assert open_codes() & {Code.INT_DOWN, Code.LOC_STALE} == set()
        assert trouble(timezone.now()) == []


@pytest.mark.parametrize("kind", ["empty_feed", "half_feed"])
def test_a_feed_that_shrinks_is_held_whole_and_no_locker_is_touched(world: World, kind):
    before = list(Point.objects.order_by("point_id").values_list("point_id", "content_hash", "gone_at", "missing_crawls"))
    world.faults.arm({"partner": "points", "kind": kind, "times": 0})

    run = run_feed("inpost.points")

    assert run.outcome == SyncRun.Outcome.HELD
    assert open_codes() == {Code.FEED_SUSPECT}
    assert list(Point.objects.order_by("point_id").values_list("point_id", "content_hash", "gone_at", "missing_crawls")) == before


def test_a_refused_credential_stops_the_connector_and_names_one_case(world: World, settings):
    settings.ACS_PASSWORD = "withdrawn"
    tasks.review_new()

    tasks.send_releases()
    check_health()

    assert Code.INT_AUTH in open_codes()
    assert ExceptionCase.objects.filter(code=Code.INT_AUTH).count() == 1
    assert Circuit.objects.get(partner="acs").denied_at is not None
    assert world.acs == {}


def test_a_point_missing_from_two_whole_crawls_is_gone_and_its_orders_are_held(world: World):
    order = Order.objects.filter(destination="locker", number__in=[o.number for o in world.orders if not o.code]).first()
    removed = world.points.pop(order.locker_id)
    run_feed("inpost.points")
    after_one = Point.objects.get(point_id=order.locker_id).gone_at
    tasks.review_new()

    run_feed("inpost.points")
    tasks.recheck_open()

    order.refresh_from_db()
    assert (after_one, removed["name"]) == (None, order.locker_id)
    assert order.state == OrderState.HELD
    assert ExceptionCase.objects.get(order_number=order.number, state="open").evidence["fault"] == "gone"
    assert Feed.objects.get(name="inpost.points").last_good_at is not None
