"""A program asks where a parcel can wait."""

import pytest
from django.core.cache import cache

from tests.callers import Caller, is_problem, load_roles, of_role
from tests.lockers.builders import make_point

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    cache.clear()
    load_roles()
    return of_role("viewer", "lockers:read")


def ids(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_the_list_is_by_id_and_paged(caller):
    for number in range(5):
        make_point(f"UK0000000{number}")

    first = caller.get("lockers/", limit=2)
    second = caller.client.get(first.json()["next"], headers=caller._headers())
    back = caller.client.get(second.json()["previous"], headers=caller._headers())

    assert ids(first) + ids(second) == [f"UK0000000{number}" for number in range(4)]
    assert ids(back) == ids(first)


@pytest.mark.parametrize(
    ("asked", "found"), [({"status": "full"}, ["UK2"]), ({"size": "C"}, ["UK1"]), ({"place": "ls1"}, ["UK1"]), ({"kind": "shop"}, ["UK3"])]
)
def test_it_is_narrowed_as_on_the_page(caller, asked, found):
    make_point("UK1")
    make_point("UK2", status="Overloaded", may_receive=False, sizes={"A": "LOW"}, city="York", postcode="YO1 1AA", outward="YO1")
    make_point("UK3", is_locker=False, city="York", postcode="YO1 1AA", outward="YO1")

    assert ids(caller.get("lockers/", **asked)) == found


def test_it_costs_the_same_with_three_rows_and_thirty(caller, django_assert_num_queries):
    for number in range(3):
        make_point(f"UK{number}")
    caller.get("lockers/")
    with django_assert_num_queries(3):
        caller.get("lockers/")
    for number in range(10, 37):
        make_point(f"UK{number}")

    with django_assert_num_queries(3):
        assert len(ids(caller.get("lockers/"))) == 30


def test_one_locker(caller):
    make_point("UK1", sizes={"A": "LOW"})

    assert caller.get("lockers/UK1/").json()["sizes"] == {"A": "LOW"}
    is_problem(caller.get("lockers/UK2/"), 404)


def test_the_nearest_with_the_size_come_first_and_never_itself(caller):
    make_point("UK0", may_receive=False)
    make_point("UK1", latitude=53.802)
    make_point("UK2", latitude=53.81)
    make_point("UK3", latitude=53.803, sizes={"A": "NORMAL"})

    answer = caller.get("lockers/UK0/alternatives/", size="B").json()["results"]

    assert [(near["locker"]["id"], near["distance_m"]) for near in answer] == [("UK1", 111), ("UK2", 1001)]
    assert len(caller.get("lockers/UK0/alternatives/", limit=1).json()["results"]) == 1


def test_a_locker_without_a_place_asks_by_its_postcode(caller):
    make_point("UK0", latitude=0, longitude=0, may_receive=False)
    make_point("UK1")

    assert [near["locker"]["id"] for near in caller.get("lockers/UK0/alternatives/").json()["results"]] == ["UK1"]
