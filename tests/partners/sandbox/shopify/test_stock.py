"""How many there are: read, set with compare-and-set, once for one key, whole or not at all; in the recorded words."""

import re
from typing import Any

import pytest

from partners.sandbox.shopify.once import KEPT_FOR
from tests.partners.sandbox.conftest import arm
from tests.partners.sandbox.shopify.conftest import recorded, shape

FILE = "recorded_inventory_set_contract_2026-04.json"
PLACE = "gid://shopify/Location/110000000001"
# The field and the variable stand where they stood when it was recorded.
SET = """
  mutation SetInventoryQuantitiesAsSeen($input: InventorySetQuantitiesInput!, $idempotencyKey: String!) {
    inventorySetQuantities(input: $input) @idempotent(key: $idempotencyKey) {
      inventoryAdjustmentGroup {
        id createdAt reason referenceDocumentUri changes { name delta quantityAfterChange item { id } location { id name } }
      }
      userErrors { field message code }
    }
  }
"""
BARE = """
  mutation SetInventoryQuantitiesAsSeen($input: InventorySetQuantitiesInput!) {
    inventorySetQuantities(input: $input) {
      inventoryAdjustmentGroup { id }
      userErrors { field message code }
    }
  }
"""
READ = "query Q($id: ID!) {inventoryItem(id: $id) {id inventoryLevels(first: 5) {nodes {location {id name} quantities(names: [%s]) {%s}}}}}"


@pytest.fixture
def sku(shop) -> str:
    """One that no order wants."""
    claimed = shop.levels.committed()
    return next(sku for sku in shop.skus if not claimed[sku])


@pytest.fixture
def item(shop, sku) -> str:
    return item_of(shop, sku)


def item_of(shop, sku: str) -> str:
    number = next(number for number, one in shop.sku_of.items() if one == sku)
    return f"gid://shopify/InventoryItem/{number}"


def line(item: str, quantity: int, seen: int | None, **more: Any) -> dict[str, Any]:
    return {"inventoryItemId": item, "locationId": PLACE, "quantity": quantity, "changeFromQuantity": seen} | more


def said(*lines: dict[str, Any], name: str = "available", reason: str = "correction", reference: str | None = "gid://x/y/1") -> dict:
    return {"name": name, "reason": reason, "referenceDocumentUri": reference, "quantities": list(lines)}


@pytest.fixture
def put(ask):
    """Set what is said under a key; the answer's payload."""

    def put(*lines: dict[str, Any], key: str = "k1", **more: Any) -> dict[str, Any]:
        answer = ask(SET, input=said(*lines, **more), idempotencyKey=key)
        assert "errors" not in answer, answer
        return answer["data"]["inventorySetQuantities"]

    return put


def codes(payload: dict[str, Any]) -> list[tuple[list[str] | None, str]]:
    return [(error["field"], error["code"]) for error in payload["userErrors"]]


class TestReading:
    def test_a_level_reads_and_costs_as_recorded(self, ask, shared, item):
        theirs = recorded(shared, FILE)["setup"]["inventoryItemLevel"]
        ours = ask(READ % ('"available", "on_hand"', "name quantity"), id=item)

        assert shape(ours["data"]) == shape(theirs["data"])
        cost = {name: ours["extensions"]["cost"][name] for name in ("requestedQueryCost", "actualQueryCost")}
        assert cost == {name: theirs["extensions"]["cost"][name] for name in cost}

    def test_the_recorded_reads_have_their_shapes_here(self, ask, shared, item):
        calls = recorded(shared, FILE)["upstreamCalls"]
        product = item.replace("InventoryItem", "Product")
        for call in calls:
            ours = ask(call["query"], ids=[item], inventoryItemId=item, productId=product)
            assert shape(ours["data"]) == shape(call["response"]["body"]["data"])

    def test_what_open_orders_claim_is_on_hand_and_not_available(self, ask, shop):
        taken, count = shop.levels.committed().most_common(1)[0]
        names = ["available", "committed", "on_hand", "reserved"]
        ours = ask(READ % (", ".join(f'"{name}"' for name in names), "name quantity"), id=item_of(shop, taken))
        told = {one["name"]: one["quantity"] for one in ours["data"]["inventoryItem"]["inventoryLevels"]["nodes"][0]["quantities"]}

        shown = shop.levels.shown()[taken]
        assert told == {"available": shown, "committed": count, "on_hand": shown + count, "reserved": 0}

    def test_a_name_that_is_none_is_refused(self, ask, item):
        ours = ask(READ % ('"spare"', "name"), id=item)

        assert "spare" in ours["errors"][0]["message"]

    def test_the_shop_begins_with_what_the_world_says(self, shop, world):
        assert shop.levels.shown() == world.stock.shown

    def test_a_new_order_takes_from_what_is_available(self, shop, sandbox):
        model = next(iter(shop.sales.values()))
        before = shop.levels.shown()[model.lines[0].sku]
        sandbox("/orders", like=model.number)

        assert shop.levels.shown()[model.lines[0].sku] == before - model.lines[0].current

    def test_without_the_scope_nothing_is_told(self, ask, item, sandbox):
        sandbox("/scopes", revoke=["read_inventory", "write_inventory"])
        ours = ask(READ % ('"available"', "name"), id=item)

        assert ours["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


class TestSetting:
    def test_it_answers_and_costs_as_recorded(self, ask, shared, shop, item, sku):
        theirs = recorded(shared, FILE)["inventorySetQuantities"]
        before = shop.levels.shown()[sku]
        ours = ask(SET, input=said(line(item, before + 5, before)), idempotencyKey="k")

        assert shape(ours["data"]) == shape(theirs["response"]["data"])
        changes = ours["data"]["inventorySetQuantities"]["inventoryAdjustmentGroup"]["changes"]
        assert [(one["name"], one["delta"]) for one in changes] == [("available", 5), ("on_hand", 5)]
        assert ours["extensions"]["cost"]["requestedQueryCost"] == theirs["response"]["extensions"]["cost"]["requestedQueryCost"]
        assert shop.levels.shown()[sku] == before + 5

    def test_on_hand_counts_what_is_claimed(self, put, shop):
        taken, count = shop.levels.committed().most_common(1)[0]
        before = shop.levels.shown()[taken]
        payload = put(line(item_of(shop, taken), before + count + 2, before + count), name="on_hand")

        assert payload["userErrors"] == []
        assert shop.levels.shown()[taken] == before + 2

    def test_what_changes_nothing_makes_no_group(self, put, shop, item, sku):
        now = shop.levels.shown()[sku]

        assert put(line(item, now, now)) == {"inventoryAdjustmentGroup": None, "userErrors": []}

    def test_a_number_that_somebody_changed_is_stale(self, put, shop, item, sku):
        now = shop.levels.shown()[sku]
        payload = put(line(item, 3, now + 1))

        assert codes(payload) == [(["input", "quantities", "0", "changeFromQuantity"], "CHANGE_FROM_QUANTITY_STALE")]
        assert shop.levels.shown()[sku] == now

    def test_null_asks_for_no_comparison(self, put, shop, item, sku):
        assert put(line(item, 77, None))["userErrors"] == []
        assert shop.levels.shown()[sku] == 77

    def test_one_bad_line_leaves_all_as_it_was(self, put, shop, item, sku):
        before = shop.levels.shown()
        other = next(one for one in shop.skus if one != sku)
        payload = put(line(item, 99, None), line(item_of(shop, other), -1, None))

        assert codes(payload) == [(["input", "quantities", "1", "quantity"], "INVALID_QUANTITY_NEGATIVE")]
        assert shop.levels.shown() == before

    @pytest.mark.parametrize(
        ("change", "field", "code"),
        [
            ({"quantity": 1_000_000_001}, "quantity", "INVALID_QUANTITY_TOO_HIGH"),
            ({"inventoryItemId": "gid://shopify/InventoryItem/999999999999"}, "inventoryItemId", "INVALID_INVENTORY_ITEM"),
            ({"locationId": "gid://shopify/Location/999999999999"}, "locationId", "INVALID_LOCATION"),
        ],
    )
    def test_a_line_that_cannot_be_done_names_its_field(self, put, item, change, field, code):
        assert codes(put(line(item, 1, None) | change)) == [(["input", "quantities", "0", field], code)]

    @pytest.mark.parametrize(
        ("more", "field", "code"),
        [
            ({"reason": "spring cleaning"}, "reason", "INVALID_REASON"),
            ({"name": "committed"}, "name", "INVALID_NAME"),
            ({"reference": "our file"}, "referenceDocumentUri", "INVALID_REFERENCE_DOCUMENT"),
        ],
    )
    def test_what_is_wrong_with_the_whole_names_its_field(self, put, item, more, field, code):
        assert codes(put(line(item, 1, None), **more)) == [(["input", field], code)]

    def test_one_item_twice_is_refused(self, put, item):
        found = codes(put(line(item, 1, None), line(item, 2, None)))

        assert found == [(["input", "quantities", "1"], "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR")]

    def test_more_lines_than_one_call_takes_are_refused(self, ask, item):
        answer = ask(SET, input=said(*[line(item, 1, None)] * 251), idempotencyKey="k")

        assert answer["errors"][0]["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"

    @pytest.mark.parametrize("name", ["setUnknownInventoryItem", "setUnknownLocation"])
    def test_unknown_ids_are_refused_in_the_recorded_words(self, ask, shared, item, name):
        theirs = recorded(shared, FILE)["unknownIdValidation"][name]
        wanted = theirs["variables"]["input"]["quantities"][0]
        known = {"setUnknownInventoryItem": {"locationId": PLACE}, "setUnknownLocation": {"inventoryItemId": item}}[name]
        sent = theirs["variables"]["input"] | {"quantities": [wanted | known]}
        ours = ask(SET, input=sent, idempotencyKey=theirs["variables"]["idempotencyKey"])

        assert ours["data"] == theirs["response"]["data"]

    def test_bad_numbers_and_reasons_are_refused_in_the_words_recorded_for_on_hand(self, put, shared, item):
        """Recorded of the older mutation, whose words are the same."""
        theirs = recorded(shared, FILE)["unknownIdValidation"]
        for name, more, change in (
            ("setOnHandNegativeQuantity", {}, {"quantity": -1}),
            ("setOnHandTooHighQuantity", {}, {"quantity": 1_000_000_001}),
            ("setOnHandInvalidReason", {"reason": "nonsense"}, {}),
        ):
            wanted = theirs[name]["response"]["data"]["inventorySetOnHandQuantities"]["userErrors"]
            found = put(line(item, 1, None) | change, key=name, **more)["userErrors"]
            assert found == [
                error | {"field": ["quantities" if part == "setQuantities" else part for part in error["field"]]} for error in wanted
            ]


class TestWhatTheSchemaDoesNotSay:
    def theirs(self, shared, name: str) -> dict[str, Any]:
        return recorded(shared, FILE)[name]["response"]

    def test_without_the_directive_it_is_refused_as_recorded(self, ask, shared, item):
        theirs = self.theirs(shared, "missingSetIdempotency")
        ours = ask(BARE, input=said(line(item, 5, 0)))

        assert (ours["errors"], ours["data"]) == (theirs["errors"], theirs["data"])
        cost = {name: ours["extensions"]["cost"][name] for name in ("requestedQueryCost", "actualQueryCost")}
        assert cost == {name: theirs["extensions"]["cost"][name] for name in cost}

    def test_without_the_number_seen_it_is_refused_as_recorded(self, ask, shared, item, shop):
        theirs = self.theirs(shared, "missingSetChangeFromQuantity")
        wanted = said(line(item, 5, 0))
        del wanted["quantities"][0]["changeFromQuantity"]
        before = shop.levels.shown()
        ours = ask(SET, input=wanted, idempotencyKey="k")

        assert (ours["errors"], ours["data"]) == (theirs["errors"], theirs["data"])
        assert shop.levels.shown() == before

    def test_a_field_of_an_older_version_is_refused_as_recorded(self, ask, shared, item):
        theirs = self.theirs(shared, "legacySetShape")
        wanted = said(line(item, 5, 0)) | {"ignoreCompareQuantity": True}
        ours = ask(SET, input=wanted, idempotencyKey="k")

        assert ours["errors"][0]["message"] == theirs["errors"][0]["message"]
        assert ours["errors"][0]["extensions"]["problems"] == theirs["errors"][0]["extensions"]["problems"]
        assert "data" not in ours

    def test_an_empty_key_is_none(self, ask, item):
        ours = ask(SET, input=said(line(item, 5, None)), idempotencyKey=" ")

        assert ours["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


class TestOnce:
    def test_the_same_again_is_answered_alike_and_not_done_again(self, put, shop, item, sku):
        first = put(line(item, 41, None))
        shop.levels.put(sku, 12)
        again = put(line(item, 41, None))

        assert again == first
        assert shop.levels.shown()[sku] == 12
        assert len(shop.levels.groups) == 1

    def test_something_else_under_the_same_key_is_refused(self, put, shop, item, sku):
        put(line(item, 41, None))
        refused = put(line(item, 42, None))

        assert codes(refused) == [(None, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")]
        assert shop.levels.shown()[sku] == 41

    def test_a_failed_try_wants_a_new_key(self, put, shop, item, sku):
        now = shop.levels.shown()[sku]
        put(line(item, 3, now + 1))
        shop.levels.put(sku, now + 1)

        assert codes(put(line(item, 3, now + 1))) == [(None, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")]
        assert put(line(item, 3, now + 1), key="k2")["userErrors"] == []

    @pytest.mark.parametrize("how", ["a day later", "by hand"])
    def test_a_forgotten_key_is_as_new(self, put, shop, item, sku, sandbox, later, how):
        put(line(item, 41, None))
        shop.levels.put(sku, 12)
        later(KEPT_FOR.total_seconds()) if how == "a day later" else sandbox("/stock", forget_keys=True)
        put(line(item, 41, None))

        assert shop.levels.shown()[sku] == 41


class TestActivating:
    DOCUMENT = (
        "mutation A($item: ID!, $place: ID!, $n: Int, $k: String!) {inventoryActivate(inventoryItemId: $item, locationId: $place,"
        ' available: $n) @idempotent(key: $k) {inventoryLevel {quantities(names: ["available"]) {quantity}} userErrors {field message}}}'
    )

    def test_what_is_not_stocked_has_no_level_and_cannot_be_set_until_it_is(self, put, ask, shop, item, sku, sandbox):
        sandbox("/stock", unstock=[sku])
        read = ask(READ % ('"available"', "quantity"), id=item)
        refused = put(line(item, 4, None))
        made = ask(self.DOCUMENT, item=item, place=PLACE, n=2, k="a")["data"]["inventoryActivate"]

        assert read["data"]["inventoryItem"]["inventoryLevels"]["nodes"] == []
        assert codes(refused) == [(["input", "quantities", "0", "locationId"], "ITEM_NOT_STOCKED_AT_LOCATION")]
        assert made == {"inventoryLevel": {"quantities": [{"quantity": 2}]}, "userErrors": []}
        assert put(line(item, 4, 2), key="k2")["userErrors"] == []

    def test_what_is_active_already_is_not_set_so(self, ask, shop, item, sku):
        before = shop.levels.shown()[sku]
        refused = ask(self.DOCUMENT, item=item, place=PLACE, n=2, k="a")["data"]["inventoryActivate"]

        assert refused["userErrors"][0]["field"] == ["available"]
        assert shop.levels.shown()[sku] == before

    @pytest.mark.parametrize("gone", ["item", "place"])
    def test_what_does_not_exist_is_not_activated(self, ask, item, gone):
        there = {"item": item, "place": PLACE}
        there[gone] = re.sub(r"\d+$", "999999999999", there[gone])

        assert ask(self.DOCUMENT, **there, n=None, k="a")["data"]["inventoryActivate"]["userErrors"]


class TestFaults:
    def test_somebody_sells_one_between_reading_and_setting(self, put, client, shop, item, sku):
        now = shop.levels.shown()[sku]
        arm(client, "store", "stale")
        first = put(line(item, 30, now))
        second = put(line(item, 30, now - 1), key="k2")

        assert codes(first) == [(["input", "quantities", "0", "changeFromQuantity"], "CHANGE_FROM_QUANTITY_STALE")]
        assert second["userErrors"] == []

    def test_and_for_ever(self, put, client, shop, item, sku):
        arm(client, "store", "stale", times=0)
        found = [codes(put(line(item, 30, shop.levels.shown()[sku]), key=f"k{place}"))[0][1] for place in range(4)]

        assert found == ["CHANGE_FROM_QUANTITY_STALE"] * 4

    def test_it_waits_for_a_call_that_compares(self, ask, client, put, shop, item, sku):
        arm(client, "store", "stale")
        sale = next(iter(shop.sales.values()))
        ask('mutation T($id: ID!) {tagsAdd(id: $id, tags: ["a"]) {userErrors {message}}}', id=f"gid://shopify/Order/{sale.id}")

        assert codes(put(line(item, 30, shop.levels.shown()[sku])))

    def test_done_and_never_answered_then_the_same_again(self, put, client, shop, item, sku):
        arm(client, "store", "accept_then_timeout", path="/inventorySetQuantities")
        now = shop.levels.shown()[sku]
        with pytest.raises(TimeoutError):
            put(line(item, now + 9, now))
        again = put(line(item, now + 9, now))

        assert shop.levels.shown()[sku] == now + 9
        assert again["userErrors"] == []
        assert len(shop.levels.groups) == 1

    def test_without_points_nothing_is_done(self, ask, client, shop, item, sku):
        arm(client, "store", "throttled")
        shop.budget.set(restores=1)
        before = shop.levels.shown()[sku]
        answer = ask(SET, input=said(line(item, before + 1, before)), idempotencyKey="k")

        assert answer["errors"][0]["extensions"]["code"] == "THROTTLED"
        assert shop.levels.shown()[sku] == before


class TestControl:
    def test_levels_are_seen_and_set(self, client, sandbox, shop, sku):
        told = sandbox("/stock", set={sku: 55})["levels"]
        page = client.get("/_sandbox/shopify/stock").json()

        assert told[sku]["available"] == page["levels"][sku]["available"] == shop.levels.shown()[sku] == 55
        assert page["groups"] == []

    def test_what_apps_have_changed_is_told(self, client, put, shop, item, sku):
        now = shop.levels.shown()[sku]
        put(line(item, now + 2, now))
        groups = client.get("/_sandbox/shopify/stock").json()["groups"]

        assert [(one["reason"], one["reference"], one["changes"]) for one in groups] == [("correction", "gid://x/y/1", {sku: 2})]

    @pytest.mark.parametrize("said", [{"set": {"NO-SUCH": 1}}, {"unstock": ["NO-SUCH"]}, {"colour": "red"}])
    def test_what_it_does_not_understand_is_refused(self, client, said):
        assert client.post("/_sandbox/shopify/stock", json=said).status_code == 400
