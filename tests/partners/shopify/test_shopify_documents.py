"""Each question we ask is one that Shopify's own schema understands, and answers it has really given are understood by us."""

import gzip
import json
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from partners.rules.measures import GRAMS
from partners.shopify import documents
from partners.shopify.flags import STALE as STALE_FLAG
from partners.shopify.holds import REASONS, SO_ALREADY
from partners.shopify.inventory import IN_THE_AIR, NOT_HERE, SENTENCES, SPENT, STALE
from partners.shopify.milestones import STATUSES
from partners.shopify.records import PAID
from partners.shopify.subscriptions import TOPICS, _to
from tests.conftest import missing
from tests.partners.shopify.fake_products import INPUT


@pytest.fixture(scope="module")
def schema(shared: Path) -> GraphQLSchema:
    """Shopify's schema breaks a rule of newer libraries, so it is not itself checked."""
    file = shared / f"specs/shopify/admin_{documents.VERSION}.schema.graphql.gz"
    if not file.is_file():
        missing(f"{file} is not there")
    return build_schema(gzip.decompress(file.read_bytes()).decode(), assume_valid=True)


@pytest.mark.parametrize("document", [*documents.QUERIES, *documents.MUTATIONS], ids=lambda text: text.split("(")[0].split()[1])
def test_every_document_fits_the_schema(schema, document):
    assert [error.message for error in validate(schema, parse(document))] == []


def test_no_document_is_left_out_of_the_lists():
    sent = {text for text in vars(documents).values() if isinstance(text, str) and text.lstrip().startswith(("query", "mutation"))}
    assert sent | set(documents.REST.values()) == {*documents.QUERIES, *documents.MUTATIONS}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("FulfillmentHoldReason", REASONS),
        ("FulfillmentOrderHoldUserErrorCode", SO_ALREADY),
        ("OrderDisplayFinancialStatus", PAID),
        ("WebhookSubscriptionTopic", TOPICS),
        ("FulfillmentEventStatus", STATUSES.values()),
        ("InventorySetQuantitiesUserErrorCode", {IN_THE_AIR, NOT_HERE, *SENTENCES, *SPENT, *STALE}),
        ("MetafieldsSetUserErrorCode", STALE_FLAG),
        ("WeightUnit", {unit.upper() for unit in ("grams", "kilograms", "pounds", "ounces") if unit in GRAMS}),
    ],
)
def test_the_words_we_use_are_shopifys(schema, name, words):
    assert set(words) <= set(schema.type_map[name].values)


def test_what_we_send_as_input_is_known(schema):
    assert {"reason", "reasonNotes", "notifyMerchant", "handle"} <= set(schema.type_map["FulfillmentOrderHoldInput"].fields)
    assert {"fulfillmentId", "status", "happenedAt"} <= set(schema.type_map["FulfillmentEventInput"].fields)
    assert set(schema.type_map["MetafieldsSetInput"].fields) >= INPUT
    assert set(_to("ORDERS_CREATE", "https://x.test/")) <= set(schema.type_map["WebhookSubscriptionInput"].fields)


def recorded(shared: Path, name: str) -> dict:
    file = shared / f"data/shopify/recorded_{name}.json"
    if not file.is_file():
        missing(f"{file} is not there")
    return json.loads(file.read_text())
