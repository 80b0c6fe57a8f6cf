"""Products and variants: found by SKU and by when they changed, with sizes in metafields that are set all or none."""

from typing import Any

import pytest

from tests.partners.sandbox.conftest import arm

PAGE = """query Var($after: String, $q: String, $first: Int = 25) {
  productVariants(first: $first, after: $after, query: $q) {
    pageInfo {hasNextPage endCursor}
    nodes {id sku barcode updatedAt inventoryItem {id measurement {weight {value unit}}}
      metafields(first: 5, namespace: "logistics") {nodes {key type value}}}
  }
}"""
SET = """mutation MS($m: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $m) {
    metafields {id namespace key value type compareDigest ownerType}
    userErrors {field message code elementIndex}
  }
}"""
READ = 'query V($id: ID!) {productVariant(id: $id) {sku metafield(namespace: "logistics", key: "%s") {value compareDigest jsonValue}}}'
DRESS = "DRE-0001-8"


@pytest.fixture
def variant(shop) -> str:
    return owner(shop, DRESS)


def owner(shop, sku: str) -> str:
    return f"gid://shopify/ProductVariant/{next(number for number, one in shop.sku_of.items() if one == sku)}"


def field(owner: str, value: str = "7", key: str = "dims_version", **more: Any) -> dict[str, Any]:
    return {"ownerId": owner, "namespace": "logistics", "key": key, "value": value, "type": "number_integer"} | more


@pytest.fixture
def put(ask):
    def put(*fields: dict[str, Any]) -> dict[str, Any]:
        answer = ask(SET, m=list(fields))
        assert "errors" not in answer, answer
        return answer["data"]["metafieldsSet"]

    return put


def codes(payload: dict[str, Any]) -> list[tuple[list[str], str]]:
    return [(error["field"], error["code"]) for error in payload["userErrors"]]


class TestFinding:
    def test_every_variant_comes_once_page_by_page(self, ask, shop):
        found, after = [], None
        while True:
            page = ask(PAGE, after=after)["data"]["productVariants"]
            found += [node["sku"] for node in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]

        assert found == list(shop.products)

    def test_by_sku(self, ask):
        page = ask(PAGE, q=f"sku:{DRESS} OR sku:'HAT-0009-OS'")["data"]["productVariants"]

        assert [node["sku"] for node in page["nodes"]] == [DRESS, "HAT-0009-OS"]
        assert page["nodes"][0]["inventoryItem"]["measurement"]["weight"] == {"value": 520.0, "unit": "GRAMS"}
        sizes = {one["key"]: one["value"] for one in page["nodes"][0]["metafields"]["nodes"]}
        assert sizes == {"length_mm": "340", "width_mm": "260", "height_mm": "40"}

    def test_by_when_it_changed(self, ask, sandbox):
        seen = ask(PAGE, q="sku:HAT-0009-OS")["data"]["productVariants"]["nodes"][0]["updatedAt"]
        sandbox(f"/products/{DRESS}", weight=530, metafields={"logistics.height_mm": 45})
        page = ask(PAGE, q=f"updated_at:>='{seen}'")["data"]["productVariants"]

        assert DRESS in [node["sku"] for node in page["nodes"]]
        assert all(node["updatedAt"] >= seen for node in page["nodes"])
        assert len(page["nodes"]) < 25

    def test_a_product_that_nobody_measured_has_no_sizes(self, ask):
        page = ask(PAGE, q="sku:NEW-0001-10")["data"]["productVariants"]

        assert page["nodes"][0]["metafields"]["nodes"] == []

    def test_a_field_that_is_none_finds_everything_and_is_noted(self, ask):
        answer = ask(PAGE, q="colour:red")

        assert len(answer["data"]["productVariants"]["nodes"]) == 25
        assert answer["extensions"]["search"][0]["path"] == ["productVariants"]

    def test_products_and_items_are_found_alike(self, ask, shop):
        asked = f'{{products(first: 3, query: "sku:{DRESS}") {{nodes {{title variants(first: 1) {{nodes {{sku}}}}}}}}'
        answer = ask(asked + f' inventoryItems(first: 3, query: "sku:{DRESS}") {{nodes {{sku}}}} productVariantsCount {{count}}}}')

        assert [node["variants"]["nodes"] for node in answer["data"]["products"]["nodes"]] == [[{"sku": DRESS}]]
        assert answer["data"]["inventoryItems"]["nodes"] == [{"sku": DRESS}]
        assert answer["data"]["productVariantsCount"]["count"] == len(shop.products)

    def test_the_largest_page_with_what_hangs_on_it_is_affordable(self, ask):
        answer = ask(PAGE, first=250)

        assert answer["extensions"]["cost"]["requestedQueryCost"] <= 100


class TestMetafields:
    def test_what_is_set_is_read(self, put, ask, variant):
        made = put(field(variant, "12"), field(variant, "true", "locker_eligible", type="boolean"))
        read = ask(READ % "locker_eligible", id=variant)["data"]["productVariant"]["metafield"]

        assert made["userErrors"] == []
        assert [one["value"] for one in made["metafields"]] == ["12", "true"]
        assert {one["ownerType"] for one in made["metafields"]} == {"PRODUCTVARIANT"}
        assert read == {"value": "true", "jsonValue": True, "compareDigest": made["metafields"][1]["compareDigest"]}

    def test_what_is_there_keeps_its_type_and_its_id(self, put, variant):
        first = put(field(variant, "1"))["metafields"][0]
        again = put({name: value for name, value in field(variant, "2").items() if name != "type"})["metafields"][0]

        assert (again["id"], again["type"], again["value"]) == (first["id"], "number_integer", "2")
        assert again["compareDigest"] != first["compareDigest"]

    def test_one_bad_field_leaves_all_as_it_was(self, put, ask, variant):
        made = put(field(variant, "1"), field(variant, "four", "width_mm"))

        assert codes(made) == [(["metafields", "1", "value"], "INVALID_VALUE")]
        assert made["userErrors"][0]["elementIndex"] == 1
        assert made["metafields"] is None
        assert ask(READ % "dims_version", id=variant)["data"]["productVariant"]["metafield"] is None

    def test_twenty_five_are_the_most(self, put, shop):
        many = [field(owner(shop, sku)) for sku in list(shop.products)[:26]]

        assert codes(put(*many)) == [(["metafields"], "LESS_THAN_OR_EQUAL_TO")]
        assert put(*many[:25])["userErrors"] == []

    @pytest.mark.parametrize(
        ("change", "where", "code"),
        [
            ({"ownerId": "gid://shopify/ProductVariant/999"}, "ownerId", "INVALID"),
            ({"namespace": "ab"}, "namespace", "TOO_SHORT"),
            ({"key": "x" * 65}, "key", "TOO_LONG"),
            ({"key": "a b"}, "key", "INVALID"),
            ({"type": None}, "type", "BLANK"),
            ({"type": "colour"}, "type", "INVALID_TYPE"),
            ({"value": " "}, "value", "BLANK"),
            ({"compareDigest": "what I saw"}, "compareDigest", "INVALID_COMPARE_DIGEST"),
        ],
    )
    def test_what_cannot_be_set_names_its_field(self, put, variant, change, where, code):
        assert codes(put(field(variant) | change)) == [(["metafields", "0", where], code)]

    def test_what_somebody_changed_meanwhile_stays(self, put, ask, variant):
        seen = ask(READ % "height_mm", id=variant)["data"]["productVariant"]["metafield"]["compareDigest"]
        put(field(variant, "41", "height_mm"))
        stale = put(field(variant, "42", "height_mm", compareDigest=seen))

        assert codes(stale) == [(["metafields", "0"], "STALE_OBJECT")]
        assert ask(READ % "height_mm", id=variant)["data"]["productVariant"]["metafield"]["value"] == "41"

    def test_null_is_to_have_seen_none(self, put, variant):
        first = put(field(variant, compareDigest=None))
        second = put(field(variant, compareDigest=None))

        assert (codes(first), codes(second)) == ([], [(["metafields", "0"], "STALE_OBJECT")])

    def test_a_digest_that_holds_is_good(self, put, variant):
        digest = put(field(variant))["metafields"][0]["compareDigest"]

        assert put(field(variant, "8", compareDigest=digest))["userErrors"] == []

    def test_somebody_is_faster(self, put, client, variant):
        digest = put(field(variant))["metafields"][0]["compareDigest"]
        arm(client, "store", "stale")

        assert codes(put(field(variant, "9", compareDigest=digest))) == [(["metafields", "0"], "STALE_OBJECT")]

    def test_setting_one_makes_the_variant_newer(self, put, shop, variant):
        before = shop.shelf[DRESS].updated_at
        put(field(variant))

        assert shop.shelf[DRESS].updated_at > before


class TestControl:
    def test_a_product_is_changed_by_hand(self, client, sandbox):
        told = sandbox(f"/products/{DRESS}", barcode="5012345678900", weight=None, metafields={"logistics.width_mm": None})
        page = client.get("/_sandbox/shopify/products").json()["products"][DRESS]

        assert page == {name: value for name, value in told.items() if name != "sku"}
        assert (page["barcode"], page["weight"]) == ("5012345678900", None)
        assert set(page["metafields"]) == {"logistics.length_mm", "logistics.height_mm"}

    def test_a_product_that_there_is_not(self, client):
        assert client.post("/_sandbox/shopify/products/NO-SUCH", json={}).status_code == 404

    def test_a_metafield_needs_a_namespace(self, client):
        assert client.post(f"/_sandbox/shopify/products/{DRESS}", json={"metafields": {"width": "4"}}).status_code == 400
