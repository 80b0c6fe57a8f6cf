"""A shop over a small world, and somebody who may ask it things."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from partners.sandbox.server import Sandbox, world_app
from partners.sandbox.shopify.book import TOKEN, Shop

API = "/shopify/admin/api/2026-07/graphql.json"
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def app(world) -> Sandbox:
    """With points enough: what a query costs is a matter of its own tests."""
    app = world_app(world)
    app.shop.budget.set(size=1_000_000)
    return app


@pytest.fixture
def shop(app) -> Shop:
    return app.shop


@pytest.fixture
def ask(client) -> Ask:
    """Send a document with its variables; the whole body of the answer, which is a 200."""

    def ask(document: str, *, operation: str | None = None, **variables: Any) -> dict[str, Any]:
        body = {"query": document, "variables": variables} | ({"operationName": operation} if operation else {})
        answer = client.post(API, json=body, headers={"X-Shopify-Access-Token": TOKEN})
        assert answer.status_code == 200
        return answer.json()

    return ask


@pytest.fixture
def sandbox(client) -> Ask:
    """Turn something in the shop: the path below /_sandbox/shopify, and what to say."""

    def turn(path: str, **said: Any) -> dict[str, Any]:
        answer = client.post(f"/_sandbox/shopify{path}", json=said)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return turn


@pytest.fixture
def later(world) -> Callable[[float], None]:
    def advance(seconds: float) -> None:
        world.advance(timedelta(seconds=seconds) / timedelta(hours=1))

    return advance


def recorded(shared: Path, name: str) -> dict[str, Any]:
    return json.loads((shared / "data" / "shopify" / name).read_text())


def shape(value: Any) -> Any:
    """Names and kinds of what is there; lists by their first."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
