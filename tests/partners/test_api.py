"""A program asks how the feeds went."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from tests.callers import Caller, load_roles, of_role
from tests.partners.builders import make_feed, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    cache.clear()
    load_roles()
    return of_role("viewer", "sync:read")


def test_the_newest_run_is_first_and_its_counts_add_up(caller, noon):
    make_run(make_feed(), noon, created=3, unchanged=4)
    make_run(make_feed("inpost.points"), noon + timedelta(hours=1), outcome="failed", why="InPost does not answer.")

    newest, oldest = caller.get("sync-runs/").json()["results"]

    assert (newest["feed"], newest["outcome"], newest["why"]) == ("inpost.points", "failed", "InPost does not answer.")
    assert oldest["seen"] == oldest["created"] + oldest["unchanged"] == 7
    assert oldest["started_at"] == "2026-06-09T11:00:00Z"


@pytest.mark.parametrize(("asked", "found"), [({"feed": "store.orders"}, 2), ({"outcome": "failed"}, 1), ({"feed": "none"}, 0)])
def test_it_is_narrowed(caller, noon, asked, found):
    make_run(make_feed(), noon)
    make_run(make_feed(), noon, outcome="failed")
    make_run(make_feed("products"), noon)

    assert len(caller.get("sync-runs/", **asked).json()["results"]) == found


def test_runs_of_one_instant_are_each_met_once(caller, noon):
    made = {make_run(make_feed(), noon).pk for _ in range(5)}

    page, seen = caller.get("sync-runs/", limit=2).json(), []
    while True:
        seen += [run["id"] for run in page["results"]]
        if page["next"] is None:
            break
        page = caller.client.get(page["next"], headers=caller._headers()).json()

    assert (len(seen), set(seen)) == (5, made)


def test_it_costs_the_same_with_three_rows_and_thirty(caller, noon, django_assert_num_queries):
    feed = make_feed()
    for _ in range(3):
        make_run(feed, noon)
    caller.get("sync-runs/")
    with django_assert_num_queries(3):
        caller.get("sync-runs/")
    for _ in range(27):
        make_run(feed, noon)

    with django_assert_num_queries(3):
        assert len(caller.get("sync-runs/").json()["results"]) == 30
