"""The points this process knows of: a question is not put before what it costs is there again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners import connect
from partners.errors import Throttled
from partners.models import Circuit
from partners.shopify import documents
from partners.shopify.graphql import Shopify, TooCostly
from partners.shopify.throttle import Budget, Cost, cost_of
from tests.partners.fake_web import FakeWeb, one_by_one, wire_to
from tests.partners.shopify.fake_shopify import answer, refusal, store_of

POINTS = st.integers(0, 100_000)
NAMES = st.sampled_from(["throttleStatus", "requestedQueryCost", "currentlyAvailable", "maximumAvailable", "restoreRate"])


def cost(requested: float, available: float, *, maximum: float = 2000.0, restored: float = 100.0) -> dict[str, Any]:
    status = {"maximumAvailable": maximum, "currentlyAvailable": available, "restoreRate": restored}
    return {"requestedQueryCost": requested, "throttleStatus": status}


def saying(*costs: dict[str, Any]) -> FakeWeb:
    return one_by_one(*(answer({"data": {}, "extensions": {"cost": said}}) for said in costs))


class Seconds:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@given(POINTS, POINTS, st.floats(0.001, 5_000))
def test_after_the_wait_there_is_enough_and_before_it_there_is_not(needed, available, restored):
    seconds = Seconds()
    budget = Budget(monotonic=seconds)
    budget.note("Orders", Cost(needed, available, None, restored))
    wait = budget.wait("Orders")

    assert (wait == 0.0) == (available >= needed)
    assert wait == 0.0 or 1.0 <= wait <= 3600.0
    seconds.now += wait
    assert budget.wait("Orders") == 0.0 or wait == 3600.0


@given(POINTS, POINTS, POINTS, st.floats(0.001, 5_000))
def test_what_costs_more_never_waits_less(needed, more, available, restored):
    budget = Budget(monotonic=Seconds())
    budget.note("dear", Cost(needed + more, available, None, restored))
    budget.note("cheap", Cost(needed, available, None, restored))
    assert budget.wait("dear") >= budget.wait("cheap")


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), lambda said: st.dictionaries(NAMES, said)))
def test_whatever_an_answer_says_of_its_cost_can_be_noted(said):
    budget = Budget()
    budget.note("Orders", cost_of(said))
    assert 0.0 <= budget.wait("Orders") <= 3600.0


def test_nothing_is_known_before_the_first_answer():
    assert Budget().wait("Orders") == 0.0


def test_what_is_dearer_than_the_bucket_waits_for_a_full_one_only():
    budget = Budget(monotonic=Seconds())
    budget.note("Orders", cost_of(cost(5_000, 500, maximum=1_000)))
    assert budget.wait("Orders") == 5.0


def test_what_cannot_be_paid_is_not_asked_until_it_can():
    seconds, web = Seconds(), saying(cost(296, 40))
    shop = Shopify(wire_to(web), version="2026-07", budget=Budget(monotonic=seconds))
    shop.read(documents.ACCESS)
    with pytest.raises(Throttled) as throttled:
        shop.read(documents.ACCESS)

    assert (len(web.asked), throttled.value.retry_after_s, throttled.value.sentence) == (1, 2.56, "Shopify asks us to wait 3 seconds.")
    seconds.now += throttled.value.retry_after_s
    shop.read(documents.ACCESS)
    assert len(web.asked) == 2


def test_another_question_is_not_kept_waiting():
    web = saying(cost(296, 40), cost(10, 40))
    shop = Shopify(wire_to(web), version="2026-07", budget=Budget(monotonic=Seconds()))
    shop.read(documents.ACCESS)
    shop.read(documents.TAGS, id="gid://shopify/Order/1")
    assert len(web.asked) == 2


def test_more_than_the_bucket_holds_is_not_waited_for_but_asked_in_parts():
    beyond = refusal("THROTTLED", cost=cost(2_500, 2_000))
    whole = {"data": {"orders": {"nodes": [], "pageInfo": {"hasNextPage": False}}}}
    web = one_by_one(answer(beyond), answer(whole))

    assert list(store_of(web).orders("")) == []
    assert [b'"first":50' in asked.body or b'"first": 50' in asked.body for asked in web.asked] == [True, False]
    with pytest.raises(TooCostly):
        Shopify(wire_to(one_by_one(answer(beyond))), version="2026-07").read(documents.ACCESS)


@pytest.mark.django_db
def test_a_question_put_in_parts_is_no_failure_of_the_line(settings):
    settings.STORE, settings.SHOPIFY_URL, settings.SHOPIFY_ACCESS_TOKEN = "shopify", "http://shop.test", "shpat_word"
    whole = {"data": {"orders": {"nodes": [], "pageInfo": {"hasNextPage": False}}}}
    web = one_by_one(*[answer(refusal("MAX_COST_EXCEEDED"))] * 5, answer(whole))
    with connect.use({"store": web.transport}):
        assert list(connect.store().orders("")) == []
    assert Circuit.objects.values_list("failures", "opened_at").get(partner="store") == (0, None)
