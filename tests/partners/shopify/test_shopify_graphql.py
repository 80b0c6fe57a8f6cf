"""What each answer means: refusals inside a 200, the wait that the budget asks for, and writes whose answer was lost."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.errors import Denied, PartnerError, Rejected, Throttled, UnknownOutcome, Unreachable, Unreadable
from partners.shopify import documents
from partners.shopify.graphql import NoSuchThing, Shopify, TooCostly, error_of
from partners.shopify.throttle import wait_s
from tests.partners.fake_web import FakeWeb, KeptGate, always, one_by_one, wire_to
from tests.partners.shopify.fake_shopify import COST, JSON, answer, done, error, refusal
from tests.partners.shopify.test_shopify_documents import recorded


def shop_of(web: FakeWeb, **options: Any) -> Shopify:
    return Shopify(wire_to(web, **options), version="2026-07")


def saying(body: Any) -> FakeWeb:
    return one_by_one(answer(body))


def of_read(web: FakeWeb, **options: Any) -> PartnerError:
    with pytest.raises(PartnerError) as caught:
        shop_of(web, **options).read(documents.ACCESS)
    return caught.value


def of_change(web: FakeWeb, **options: Any) -> PartnerError:
    with pytest.raises(PartnerError) as caught:
        shop_of(web, **options).change(documents.TAG, id="gid://shopify/Order/1", tags=["x"])
    return caught.value


class TestTop:
    KINDS = (
        ("THROTTLED", Throttled, Throttled),
        ("ACCESS_DENIED", Denied, Denied),
        ("INTERNAL_SERVER_ERROR", Unreachable, UnknownOutcome),
        ("TIMEOUT", Unreachable, UnknownOutcome),
        ("RESOURCE_NOT_FOUND", NoSuchThing, NoSuchThing),
        ("MAX_COST_EXCEEDED", TooCostly, TooCostly),
        ("undefinedField", Unreadable, Unreadable),
        ("INVALID_VARIABLE", Unreadable, Unreadable),
        (None, Unreadable, Unreadable),
    )

    @pytest.mark.parametrize(("code", "on_read", "on_change"), KINDS, ids=[str(code) for code, *_ in KINDS])
    def test_each_code_is_the_error_it_should_be(self, code, on_read, on_change):
        web = saying(refusal(code, requiredAccess="`read_apps` access scope."))
        assert (type(of_read(web)), type(of_change(web))) == (on_read, on_change)
        assert len(web.asked) == 2

    def test_a_fault_in_the_middle_of_a_change_leaves_its_outcome_open(self):
        body = refusal(None, "Something broke") | {"data": {"answer": None}}
        assert (type(of_read(saying(body))), type(of_change(saying(body)))) == (Unreadable, UnknownOutcome)
        assert type(of_change(saying(refusal("BAD_REQUEST") | {"data": {"answer": None}}))) is Unreadable

    def test_the_wait_is_what_the_budget_lacks(self):
        throttled = of_read(saying(refusal("THROTTLED")))
        assert isinstance(throttled, Throttled)
        assert throttled.retry_after_s == pytest.approx((142 - 42) / 100)

    def test_lacking_access_is_named_and_data_beside_it_is_not_used(self):
        body = refusal("ACCESS_DENIED", "Access denied for heldByApp field.", requiredAccess="`read_apps` access scope.")
        denied = of_read(saying(body | {"data": {"order": {"id": "x"}}}))
        assert "`read_apps` access scope" in denied.sentence

    def test_a_field_that_is_gone_is_named(self):
        body = refusal("undefinedField", "Field 'sourceName' doesn't exist on type 'Order'")
        assert "Field 'sourceName' doesn't exist on type 'Order'. Its API may have changed." in of_read(saying(body)).sentence

    def test_a_shoppers_data_in_a_message_is_not_kept(self):
        said = of_read(saying(refusal("INVALID_VARIABLE", "ada@example.com and 07700 900123 are wrong"))).sentence
        assert "ada@" not in said
        assert "900123" not in said

    def test_refusals_really_given_are_read(self, shared):
        given_ = recorded(shared, "inventory_set_contract_2026-04")
        for name in ("missingSetIdempotency", "missingSetChangeFromQuantity", "legacySetShape"):
            assert isinstance(of_change(saying(given_[name]["response"])), Unreadable)

    def test_the_gate_hears_of_what_a_200_refuses(self):
        gate = KeptGate()
        of_read(saying(refusal("THROTTLED")), gate=gate)
        of_change(saying(refusal("INTERNAL_SERVER_ERROR")), gate=gate)
        assert gate.told == ["Throttled", "UnknownOutcome"]

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(["THROTTLED", "ACCESS_DENIED"]),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["message", "extensions", "code", "requiredAccess", "x"]), inner, max_size=4)
            ),
            max_leaves=10,
        ),
        st.booleans(),
    )
    def test_whatever_stands_under_errors_is_an_error_in_a_sentence(self, errors, safe):
        said = error_of(errors, None, safe=safe)
        assert said.sentence


class TestUserErrors:
    def test_they_are_a_refusal_with_fields_and_words(self):
        errors = [error(None, "The tag is too long.", "tags", "0"), error("TAKEN", "Taken.", "handle")]
        refused = of_change(saying(done(errors=errors)))
        assert isinstance(refused, Rejected)
        assert refused.sentence == "The tag is too long; Taken."
        assert refused.fields == {"tags.0": ["The tag is too long."], "handle": ["TAKEN"]}

    def test_those_really_given_are_read(self, shared):
        given_ = recorded(shared, "inventory_set_contract_2026-04")["unknownIdValidation"]["setUnknownLocation"]["response"]
        refused = of_change(saying({"data": {"answer": given_["data"]["inventorySetQuantities"]}}))
        assert refused.fields == {"input.quantities.0.locationId": ["INVALID_LOCATION"]}

    def test_what_is_so_already_is_no_error(self):
        shop = shop_of(saying(done(errors=[error("TAKEN", "Taken.", "handle")])))
        assert shop.change(documents.TAG, already={"TAKEN"}, id="x", tags=[]) is False

    @pytest.mark.parametrize("payload", [None, {}, {"userErrors": None}, {"userErrors": ["x"]}, []])
    def test_an_answer_that_does_not_say_leaves_the_outcome_open(self, payload):
        assert isinstance(of_change(saying({"data": {"answer": payload}})), UnknownOutcome)


class TestLost:
    @pytest.mark.parametrize("web", [always(500, b""), always(502, b"<html>", Content_Type="text/html"), always(200, b"{", **JSON)])
    def test_a_write_without_an_answer_may_have_happened(self, web):
        assert isinstance(of_change(web), UnknownOutcome)
        assert len(web.asked) == 1

    @pytest.mark.parametrize("body", [[], {"data": None}, {"data": []}, "x"])
    def test_an_answer_without_data_is_not_trusted(self, body):
        assert isinstance(of_read(saying(body)), Unreadable)
        assert isinstance(of_change(saying(body)), UnknownOutcome)

    def test_a_broken_line_loses_a_write_and_repeats_a_question(self):
        def broken(request: httpx.Request) -> httpx.Response:
            raise httpx.ReadError("gone")

        class Line:
            transport = httpx.MockTransport(broken)

        assert isinstance(of_change(Line()), UnknownOutcome)
        assert isinstance(of_read(Line()), Unreachable)


class TestStatus:
    def test_a_wrong_token_is_a_matter_of_credentials(self):
        body = b'{"errors":"[API] Invalid API key or access token"}'
        assert of_read(always(401, body, **JSON)).sentence == "It refuses our credentials. An integration admin must renew them."

    @pytest.mark.parametrize(("status", "word"), [(402, "frozen"), (404, "SHOPIFY_URL and SHOPIFY_API_VERSION"), (423, "locked")])
    def test_a_shop_that_cannot_be_used_says_whose_turn_it_is(self, status, word):
        denied = of_read(always(status, b'{"errors":"Not Found"}', **JSON))
        assert isinstance(denied, Denied)
        assert word in denied.sentence

    def test_429_says_how_long_to_wait(self):
        throttled = of_read(always(429, b"", Retry_After="2.0"))
        assert isinstance(throttled, Throttled)

    def test_the_version_is_in_the_address_and_the_document_in_the_body(self):
        web = saying({"data": {}})
        shop_of(web).read(documents.ACCESS)
        assert web.asked[0].path == "/api/admin/api/2026-07/graphql.json"
        assert json.loads(web.asked[0].body)["query"] == documents.ACCESS


def cost(requested: Any, available: Any, restored: Any) -> dict[str, Any]:
    return {"requestedQueryCost": requested, "throttleStatus": {"currentlyAvailable": available, "restoreRate": restored}}


class TestWait:
    @pytest.mark.parametrize(
        ("said", "seconds"),
        [
            (COST, 1.0),
            (cost(1000, 0, 100), 10.0),
            (cost(1000, 999, 100), 1.0),
            (cost(10, 1000, 100), 1.0),
            (cost(900_000, 0, 1), 3600.0),
            (cost(10, 0, 0), 60.0),
            (cost(10, 0, -5), 60.0),
            (cost("10", 0, 50), 60.0),
            (cost(float("nan"), 0, 50), 60.0),
            (None, 60.0),
            ({"throttleStatus": []}, 60.0),
        ],
    )
    def test_is_what_is_lacking_by_what_comes_back_a_second(self, said, seconds):
        assert wait_s(said) == seconds

    @given(st.none() | st.builds(cost, *[st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)] * 3))
    def test_is_always_a_wait_somebody_can_schedule(self, said):
        assert 1.0 <= wait_s(said) <= 3600.0

    @given(st.integers(1, 2000), st.integers(0, 2000), st.integers(1, 2000))
    def test_is_long_enough_for_the_budget_to_come_back(self, requested, available, restored):
        assert available + wait_s(cost(requested, available, restored)) * restored >= min(requested, 3600 * restored) - 1e-6

    def test_costs_really_said_are_read(self, shared):
        given_ = recorded(shared, "fulfillment_hold_release_2026-04")["setup"]["hydrate"]["response"]["payload"]["extensions"]["cost"]
        assert wait_s(given_) == 1.0
        assert wait_s(given_ | {"requestedQueryCost": 2485}) == 5.0
