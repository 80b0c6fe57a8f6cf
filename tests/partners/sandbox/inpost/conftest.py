"""A shipment as InPost takes it, and somebody who may make one."""

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from typing import Any

import httpx
import pytest

from partners.sandbox import inpost
from partners.sandbox.inpost.book import Carrier
from partners.sandbox.points import takes_everything
from partners.sandbox.server import Sandbox
from partners.sandbox.world import World
from tests.partners.sandbox.conftest import order, put, token

SHIPMENTS = f"/inpost/shipping/v2/organizations/{inpost.ORGANIZATION}/shipments"
SCOPES = "api:shipments:read api:shipments:write api:tracking:read"
SENDER = {"companyName": "Arden", "firstName": "Pat", "lastName": "Reid", "email": "dispatch@example.com", "phone": "+441698000000"}
ORIGIN = {"countryCode": "GB", "street": "Dale Road", "houseNumber": "4", "city": "Motherwell", "postalCode": "ML1 4WQ"}


@pytest.fixture
def carrier(app) -> Carrier:
    sandbox: Sandbox = app
    return sandbox.carrier


@pytest.fixture
def bearer(client) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(client, SCOPES)}"}


@pytest.fixture
def ship(client, world) -> Callable[..., httpx.Response]:
    """Create a shipment for an order; `key` is the deduplication id, other keywords change parts of the body."""

    def ship(number: str = "LS-10001", key: str = "", **other: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token(client, SCOPES)}"} | ({"X-Deduplication-Id": key} if key else {})
        return client.post(SHIPMENTS, json=body(world, number, **other), headers=headers)

    return ship


@pytest.fixture
def track(client) -> Callable[..., list[dict[str, Any]]]:
    """The parcels that these numbers are known as; asked with a token of now, however the clock was moved."""

    def track(*numbers: str, version: str = "V2") -> list[dict[str, Any]]:
        headers = {"Authorization": f"Bearer {token(client, SCOPES)}", "x-inpost-event-version": version}
        answer = client.get("/inpost/tracking/v1/parcels", params={"trackingNumbers": list(numbers)}, headers=headers)
        return answer.raise_for_status().json()["parcels"]

    return track


@pytest.fixture
def on_its_way(client, world, ship) -> Callable[..., str]:
    """Let a parcel of this script be handed to the courier so many hours ago; its tracking number."""

    def on_its_way(script: str, hours_ago: float = 200, number: str = "LS-10001") -> str:
        put(client, order(world, number))
        client.post("/_sandbox/inpost/scripts", json={number: script}).raise_for_status()
        client.post("/_sandbox/acs/work", json={"orders": [number], "to": "Packed"}).raise_for_status()
        client.post("/_sandbox/acs/work", json={"orders": [number], "to": "Packed"}).raise_for_status()
        made = ship(number).json()["trackingNumber"]
        client.post("/_sandbox/courier", json={"numbers": [made], "hours_ago": hours_ago}).raise_for_status()
        return made

    return on_its_way


def body(world: World, number: str = "LS-10001", *, point: str = "", **other: Any) -> dict[str, Any]:
    point = point or a_locker(world)
    recipient = {"firstName": "Ada", "lastName": "Byron", "email": "ada@example.com", "phone": "+447712102030"}
    parcel = {
        "type": "STANDARD",
        "dimensions": {"length": 340, "width": 260, "height": 40, "unit": "MM"},
        "weight": {"amount": 670, "unit": "G"},
    }
    said = {
        "sender": SENDER,
        "recipient": recipient,
        "origin": ORIGIN,
        "destination": {"countryCode": "GB", "pointId": point},
        "parcels": [parcel],
        "references": {"custom": {"orderNumber": number}},
    }
    return deepcopy(said) | other


def a_locker(world: World) -> str:
    return next(name for name, point in world.points.items() if takes_everything(point))


def put_in_northern_ireland(world: World) -> str:
    """A locker in Belfast, which the network does not have by itself."""
    point = deepcopy(world.points[a_locker(world)]) | {"name": "UKBEL10001"}
    point["address_details"] |= {"city": "Belfast", "post_code": "BT1 5GS"}
    world.put_points([point])
    return "UKBEL10001"


def forget(world: World, days: float) -> None:
    world.advance(timedelta(days=days) / timedelta(hours=1))
