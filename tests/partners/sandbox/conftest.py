"""A small world, a client that meets it without a port, and one over a real socket."""

from datetime import UTC, datetime

import httpx
import pytest

from partners.sandbox import acs, inpost
from partners.sandbox.orders import Order
from partners.sandbox.server import Sandbox, serve, world_app
from partners.sandbox.world import World

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SEEDS = [7, 8, *range(100, 120)]
BASIC = (acs.USERNAME, acs.PASSWORD)


@pytest.fixture(scope="module", params=SEEDS)
def full(request) -> World:
    return World(request.param, start=START)


@pytest.fixture(scope="module")
def seven() -> World:
    return World(7, start=START)


@pytest.fixture
def world() -> World:
    """A small one of one's own, to change as one likes."""
    return World(7, 40, 80, start=START)


@pytest.fixture
def app(world) -> Sandbox:
    return world_app(world)


@pytest.fixture
def client(app):
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://sandbox.test") as client:
        yield client


@pytest.fixture
def wire(world):
    """A client of the same world over a real socket. It waits two seconds for anything."""
    server, thread = serve(world)
    with httpx.Client(base_url=server.base_url, timeout=2, trust_env=False) as client:
        yield client
    server.halt()
    thread.join(5)
    assert not thread.is_alive()


def good(world: World) -> list[Order]:
    return [order for order in world.orders if not order.code]


def locker_of(order: Order) -> str:
    attributes, metafields = order.body["attributes"], order.body["metafields"]
    named = [attributes.get("Locker ID"), attributes.get("inpost_locker_id"), metafields.get("lockers.point", {}).get("code")]
    return next((name.upper() for name in named if name), "")


def order(world: World, number: str = "LS-10001", **other: object) -> dict[str, object]:
    """An order as ACS takes it."""
    line = {"LineItemId": "1", "GarmentSKU": world.products[0].sku, "IsHire": False, "ItemPrice": "84.00", "ItemQuantity": 1}
    return {
        "AccountCode": acs.ACCOUNT,
        "OrderNumber": number,
        "OrderDate": "2026-11-23",
        "FirstName": "Ada",
        "LastName": "Byron",
        "MobilePhone": "07712102030",
        "Delivery_Address1": "1 High Street",
        "Delivery_City": "Leeds",
        "Delivery_Postcode": "LS1 4AB",
        "DeliveryService": "24",
        "Misc1": "UK10000000",
        "OrderItems": [line],
        **other,
    }


def put(client: httpx.Client, body: dict[str, object], **options: object) -> httpx.Response:
    return client.put(f"/acs/orders/{body['OrderNumber']}", json=body, auth=BASIC, **options)


def get(client: httpx.Client, number: str = "LS-10001") -> httpx.Response:
    return client.get(f"/acs/orders/{number}", auth=BASIC)


def at_acs(client: httpx.Client) -> dict[str, dict[str, object]]:
    return {kept["number"]: kept for kept in client.get("/_sandbox/acs/orders").json()["orders"]}


def arm(client: httpx.Client, partner: str, kind: str, **more: object) -> None:
    client.post("/_sandbox/faults", json={"partner": partner, "kind": kind, **more}).raise_for_status()


def token(client: httpx.Client, scope: str = "api:points:read") -> str:
    form = {"grant_type": "client_credentials", "client_id": inpost.CLIENT_ID, "client_secret": inpost.CLIENT_SECRET, "scope": scope}
    return client.post("/inpost/oauth2/token", data=form).raise_for_status().json()["access_token"]
