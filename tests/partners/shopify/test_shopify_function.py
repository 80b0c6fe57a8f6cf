"""The input query that docs/partners/shopify.md gives to a shop's own function is one that Shopify's schema understands."""

import gzip
import json
import re
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_client_schema, parse, validate

from partners.shopify.flags import TYPES
from tests.conftest import missing

DOCS = Path(__file__).resolve().parents[3] / "docs/partners/shopify.md"


@pytest.fixture(scope="module")
def schema(shared: Path) -> GraphQLSchema:
    file = shared / "specs/shopify/functions_delivery_customization_2026-04.introspection.json.gz"
    if not file.is_file():
        missing(f"{file} is not there")
    told = json.loads(gzip.decompress(file.read_bytes()))
    return build_client_schema(told.get("data", told), assume_valid=True)


def queries() -> list[str]:
    return re.findall(r"```graphql\n(.*?)```", DOCS.read_text(), re.DOTALL)


def test_the_functions_input_query_fits_the_schema(schema: GraphQLSchema):
    [query] = queries()

    assert [error.message for error in validate(schema, parse(query))] == []


def test_it_reads_the_flags_that_are_written():
    asked = set(re.findall(r'namespace: "logistics", key: "(\w+)"', queries()[0]))

    assert asked
    assert asked <= set(TYPES)


def test_every_metafield_that_is_written_is_described_with_its_type():
    text = DOCS.read_text()

    assert all(f"| `{key}` | `{kind}` |" in text for key, kind in TYPES.items())
