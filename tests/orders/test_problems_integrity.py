"""One join says of every open order what the pure rules say of each alone, evidence included."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from exceptions_queue.actions.cases import evidence_hash
from lockers.models import Parcel, Point
from orders.models import Order
from orders.problems import integrity, places
from orders.problems.facts import Place
from tests.orders.builders import NOON, make_order, make_point

CRAWL = NOON - timedelta(hours=12)
LOCKERS = [f"UK{n:08}" for n in range(1, 5)]
STATES = ["received", "held", "ready", "released", "closed", "cancelled"]
_parcels = count(1)


@st.composite
def points(draw):
    levels = draw(st.dictionaries(st.sampled_from("ABC"), st.sampled_from(["NORMAL", "LOW", "VERY_LOW", "NO_DATA"])))
    lows = {size: draw(st.sampled_from([CRAWL - timedelta(hours=1), CRAWL, CRAWL + timedelta(microseconds=5), NOON])) for size in levels}
    return {
        "status": draw(st.sampled_from(["Operating", "Overloaded", "Created", "NonOperating", 'Half "open"'])),
        "is_locker": draw(st.sampled_from([True, True, False])),
        "functions": draw(st.sampled_from([["parcel"], ["parcel", "parcel_collect"], ['x"parcel_collect'], []])),
        "collect_excluded": draw(st.sampled_from([False, False, True])),
        "sizes": levels,
        "low_since": {size: since.isoformat() for size, since in lows.items() if levels[size] == "VERY_LOW"},
        "gone_at": draw(st.sampled_from([None, None, NOON])),
    }


@st.composite
def orders(draw):
    parcel = draw(
        st.none()
        | st.fixed_dictionaries(
            {
                "state": st.sampled_from(["label_pending", "labelled", "void"]),
                "point_id": st.sampled_from([*LOCKERS, ""]),
                "size": st.sampled_from(["", "A", "B", "C"]),
                "carriage": st.sampled_from(["", "announced", "not_taken", "in_transit", "collected"]),
                "handed_over_at": st.sampled_from([None, None, NOON]),
            }
        )
    )
    return {
        "state": draw(st.sampled_from(STATES)),
        "locker_id": draw(st.sampled_from([*LOCKERS, "UK99999999", ""])),
        "destination": draw(st.sampled_from(["locker", "locker", "locker", "home"])),
        "excluded_why": draw(st.sampled_from(["", "", "left out"])),
        "needs_size": draw(st.sampled_from(["", "A", "B", "C"])),
        "acs_locker_id": draw(st.sampled_from([None, "", *LOCKERS])),
        "acs_status": draw(st.sampled_from(["", "picking", "packed", "despatched", "cancelled"])),
    }, parcel


def expected(order: Order, parcel: Parcel | None) -> places.Found | None:
    """What the pure rules say of one order alone; None where it is not looked at."""
    if order.destination != "locker" or order.excluded_why or order.state in ("closed", "cancelled"):
        return None
    if order.state == "released" and order.acs_status in ("despatched", "cancelled"):
        return None
    if parcel and (parcel.handed_over_at or parcel.carriage not in ("", "announced", "not_taken")):
        return None
    size = (parcel.size if parcel else "") or order.needs_size
    point = Point.objects.filter(point_id=order.locker_id).first()
    place = point and Place(*(getattr(point, name) for name in Place._fields))
    found = places.wrong_with_locker(order.locker_id, size, place)
    if not found and point:
        found = places.full(order.locker_id, size, point.status, point.low_since, CRAWL)
    acs = order.acs_locker_id if order.state == "released" else None
    return found | places.drift(order.locker_id, acs, parcel.point_id if parcel else None)


def hashes(found: places.Found) -> dict[str, str]:
    return {str(code): evidence_hash(evidence) for code, evidence in found.items()}


class TestAnyWorld(TestCase):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(points(), min_size=1, max_size=4), st.lists(orders(), min_size=1, max_size=8))
    def test_the_join_says_what_the_rules_say_order_by_order(self, some_points, some_orders):
        for point_id, facts in zip(LOCKERS, some_points, strict=False):
            make_point(point_id, **facts)
        wanted = {}
        for facts, parcel in some_orders:
            order = make_order(**facts, released_at=NOON)
            made = parcel and Parcel.objects.create(
                order_number=order.number, created_at=NOON, tracking_number=f"JJD{next(_parcels)}", **parcel
            )
            said = expected(order, made if made and made.state != "void" else None)
            if said is not None:
                wanted[order.pk] = said

        found = integrity.find(list(Order.objects.values_list("pk", flat=True)), full_after=CRAWL)

        assert {pk: hashes(said) for pk, said in found.items()} == {pk: hashes(said) for pk, said in wanted.items() if said}
        assert integrity.count_open() == len(wanted)


@pytest.mark.django_db
def test_before_the_mirror_was_ever_loaded_no_locker_is_unknown():
    order = make_order(locker_id="UK00000904")

    assert integrity.find([order.pk], full_after=None) == {}


@pytest.mark.django_db
def test_before_there_were_three_crawls_nothing_is_full_for_being_low():
    make_point(sizes={"A": "VERY_LOW"}, low_since={"A": "2020-01-01T00:00:00+00:00"})
    order = make_order(needs_size="A")

    assert integrity.find([order.pk], full_after=None) == {}
