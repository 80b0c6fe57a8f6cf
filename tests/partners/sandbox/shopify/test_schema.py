"""Our part of the schema stands in the real one as it stands here, and everything in it can be answered."""

import gzip
import json

import pytest

from partners.sandbox.shopify.acts import mutation_root, payload
from partners.sandbox.shopify.checking import check
from partners.sandbox.shopify.document import read
from partners.sandbox.shopify.gathering import Gatherer
from partners.sandbox.shopify.queries import query_root
from partners.sandbox.shopify.running import SCOPES, Run
from partners.sandbox.shopify.sale import Hold
from partners.sandbox.shopify.schema import SCALARS, Schema, Type, the_schema

DEEP = 6
PLACE, ITEM = '"gid://shopify/Location/110000000001"', '"gid://shopify/InventoryItem/48000000000001"'


@pytest.fixture(scope="module")
def real(shared):
    graphql = pytest.importorskip("graphql")
    text = gzip.decompress((shared / "specs" / "shopify" / "admin_2026-07.schema.graphql.gz").read_bytes()).decode()
    return graphql.build_schema(text, assume_valid=True)


def test_every_type_field_argument_and_value_is_that_of_the_real_one(real):
    from graphql import print_ast

    for name, ours in the_schema().types.items():
        theirs = real.type_map[name]
        for entry in ours.entries.values():
            other = theirs.fields[entry.name]
            assert (name, entry.name, str(other.type)) == (name, entry.name, str(entry.kind))
            assert list(other.args) == list(entry.slots)
            for slot in entry.slots.values():
                assert str(other.args[slot.name].type) == str(slot.kind)
        for slot in ours.slots.values():
            node = theirs.fields[slot.name].ast_node
            assert str(theirs.fields[slot.name].type) == str(slot.kind)
            assert (node.default_value is None) == (slot.default is None), print_ast(node)
        if ours.what == "input":
            assert list(theirs.fields) == list(ours.slots)
        if ours.what == "enum":
            assert list(theirs.values) == ours.values


def test_what_it_bears_the_real_one_bears(real):
    for name, ours in the_schema().types.items():
        if ours.what == "type":
            assert set(ours.bears) <= {one.name for one in real.type_map[name].interfaces}


def test_nothing_is_named_that_is_not_there():
    schema = the_schema()
    named = {kind for one in schema.types.values() for kind in kinds_of(one)}
    assert named <= set(schema.types)
    assert {place.partition(".")[0] for place in SCOPES} <= set(schema.types)
    assert all(schema.entry(*place.split(".")) for place in SCOPES)


def kinds_of(one: Type) -> set[str]:
    slots = [slot for entry in one.entries.values() for slot in entry.slots.values()] + list(one.slots.values())
    return {entry.kind.bare for entry in one.entries.values()} | {slot.kind.bare for slot in slots}


def everything(schema: Schema, type_name: str, deep: int, within: tuple[str, ...] = ()) -> str:
    """Every field of this type and of what hangs on it, once along each way down."""
    chosen = ["__typename"]
    for entry in schema.types[type_name].entries.values():
        bare = schema.types[entry.kind.bare]
        given = _arguments(entry)
        if bare.is_leaf:
            chosen.append(f"{entry.name}{given}")
        elif deep and bare.name not in within and bare.what in ("type", "interface", "union"):
            chosen.append(f"{entry.name}{given}{{{everything(schema, bare.name, deep - 1, (*within, type_name))}}}")
    for name in schema.possible(type_name) - {type_name} if deep else ():
        if name not in within:
            chosen.append(f"... on {name}{{__typename}}")
    return " ".join(chosen)


def _arguments(entry) -> str:
    said = {"names": '["available"]', "locationId": PLACE, "inventoryItemId": ITEM}
    said |= {"first": "1", "namespace": '"atlas_pickup_points"', "key": '"point"', "id": "$id", "ids": "[$id]"}
    names = [name for name in entry.slots if name in said]
    return f"({', '.join(f'{name}: {said[name]}' for name in names)})" if names else ""


def run(shop, chosen: str, root, verb: str = "query", **variables):
    document = read(f"{verb} Q($id: ID!) {{ {chosen} }}")
    assert not [fault for fault in check(document, the_schema()) if fault.extra.get("code") != "variableNotUsed"]
    running = Run(Gatherer(document, the_schema(), variables), frozenset({*shop.granted, "read_apps", "read_returns"}))
    return running.result(document.operations[0], root), running.faults


@pytest.fixture
def busy(shop):
    """A shop in which every kind of thing is there once: a parcel on its way, a hold, a tag, a locker in a metafield, a subscription."""
    sale = next(sale for sale in shop.sales.values() if sale.metafields)
    root = mutation_root(shop)
    lines = [{"fulfillmentOrderId": f"gid://shopify/FulfillmentOrder/{sale.fulfilments[0].id}"}]
    root["fulfillmentCreate"]({"fulfillment": {"lineItemsByFulfillmentOrder": lines, "trackingInfo": {"number": "JJD1"}}})
    sent = f"gid://shopify/Fulfillment/{sale.sendings[0].id}"
    root["fulfillmentEventCreate"]({"fulfillmentEvent": {"fulfillmentId": sent, "status": "IN_TRANSIT"}})
    shop.hold(sale, sale.fulfilments[0], Hold(shop.next_id(), "h", "OTHER", None, None))
    shop.tag(sale, add=["held"])
    root["webhookSubscriptionCreate"]({"topic": "ORDERS_UPDATED", "webhookSubscription": {"uri": "https://desk.example/hook"}})
    return sale


@pytest.mark.parametrize("name", sorted(the_schema().types["QueryRoot"].entries))
def test_every_field_can_be_asked_for(shop, busy, name):
    schema = the_schema()
    entry = schema.types["QueryRoot"].entries[name]
    kind = {
        "fulfillment": "Fulfillment",
        "fulfillmentOrder": "FulfillmentOrder",
        "location": "Location",
        "webhookSubscription": "WebhookSubscription",
        **{one: one[0].upper() + one[1:] for one in ("inventoryItem", "product", "productVariant")},
    }.get(name, "Order")
    number = {
        "Order": busy.id,
        "Fulfillment": busy.sendings[0].id,
        "FulfillmentOrder": busy.fulfilments[0].id,
        "Location": 110_000_000_001,
        "WebhookSubscription": next(iter(shop.postman.subscriptions)),
        **dict.fromkeys(("InventoryItem", "Product", "ProductVariant"), 48_000_000_000_001),
    }[kind]
    inner = everything(schema, entry.kind.bare, DEEP)
    data, faults = run(shop, f"{name}{_arguments(entry)}{{{inner}}}", query_root(shop, []), id=f"gid://shopify/{kind}/{number}")

    assert faults == []
    assert data is not None
    assert data[name] is not None
    json.dumps(data)


@pytest.mark.parametrize("name", sorted(the_schema().types["Mutation"].entries))
def test_every_refusal_can_be_told(shop, name):
    schema = the_schema()
    entry = schema.types["Mutation"].entries[name]
    chosen = f"{{{everything(schema, entry.kind.bare, 2)}}}"
    refused = mutation_root(shop, refuse=True)[name]({})

    assert refused["__typename"] == entry.kind.bare == payload(name)["__typename"]
    assert set(schema.types[entry.kind.bare].entries) == set(refused) - {"__typename"}
    error = refused["userErrors"][0]
    assert set(schema.types[error["__typename"]].entries) == set(error) - {"__typename"}
    assert chosen


def test_the_scalars_of_graphql_itself_are_there():
    assert set(SCALARS) <= set(the_schema().types)
