"""What the plan says of parcels, played against the sandbox alone: put right, sent, picked, labelled, closed, collected, counted."""

from collections import Counter
from typing import Any

import httpx
import pytest

from partners.sandbox.fates import ends_at
from partners.sandbox.inpost.scripts import SCRIPTS
from partners.sandbox.points import takes_everything
from partners.sandbox.server import world_app
from partners.sandbox.world import World
from tests.partners.sandbox.conftest import START, at_acs, get, put, token
from tests.partners.sandbox.inpost.conftest import SCOPES, SHIPMENTS, body
from tests.partners.sandbox.test_picking import sent, work

SEEDS = [7, 8]


class TestDeciding:
    def test_every_order_that_ends_in_a_locker_has_a_script(self, full):
        plan = full.plan()

        assert set(plan["scripts"]) == {order.number for order in full.orders if ends_at(order)}
        assert set(plan["scripts"].values()) == set(SCRIPTS)
        assert Counter(plan["scripts"].values()).most_common(1)[0][0] == "happy"

    def test_who_is_cancelled_or_converted_has_none(self, full):
        gone = {order.number for order in full.orders if {"cancel", "convert_to_home"} & set(order.answer)}

        assert gone
        assert not gone & set(full.plan()["scripts"])

    def test_every_count_is_at_least_one(self, full):
        assert all(count >= 1 for count in full.plan()["parcels"].values())

    def test_the_lockers_that_close_are_fine_and_nobody_elses(self, full):
        closing = full.plan()["closing"]
        ends = {order.number: ends_at(order) for order in full.orders}

        assert 2 <= len(closing["orders"]) <= 4
        assert {ends[number] for number in closing["orders"]} == set(closing["lockers"])
        assert [number for number, locker in sorted(ends.items()) if locker in closing["lockers"]] == closing["orders"]
        assert all(takes_everything(full.points[locker]) for locker in closing["lockers"])
        assert not {order.answer.get("locker_id") for order in full.orders} & set(closing["lockers"])

    def test_what_is_picked_short_or_packed_larger_goes_well_otherwise(self, full):
        told = [*full.fates.short, *full.fates.larger]

        assert len(full.fates.short) == 3
        assert len(full.fates.larger) == 2
        assert {full.fates.scripts[number] for number in told} == {"happy"}
        assert not set(told) & set(full.fates.pulled)

    def test_with_the_first_orders_all_goes_well(self, full):
        first = [order.number for order in full.orders[:2]]

        assert {full.fates.scripts[number] for number in first if number in full.fates.scripts} <= {"happy"}
        assert not set(first) & {*full.fates.short, *full.fates.larger, *full.fates.pulled}

    @pytest.mark.parametrize("orders", [1, 3, 5, 12, 40])
    def test_small_worlds_are_decided_too(self, orders):
        plan = World(7, orders, 80, start=START).plan()

        assert plan["parcels"]["manifested"] == plan["parcels"]["labelled"] - plan["parcels"]["pulled"]


@pytest.fixture(scope="module", params=SEEDS)
def story(request) -> dict[str, Any]:
    """Played to its end; what can be counted in the sandbox then."""
    world = World(request.param, start=START)
    with httpx.Client(transport=httpx.WSGITransport(app=world_app(world)), base_url="http://sandbox.test") as client:
        return _play(client, world)


def _play(client: httpx.Client, world: World) -> dict[str, Any]:
    ends = {order.number: ends_at(order) for order in world.orders if "cancel" not in order.answer}
    for number in ends:
        assert put(client, sent(world, number)).status_code == 200
    short = work(client, to="Packed")["short"]
    work(client, to="Packed")
    unpacked = [number for number, kept in at_acs(client).items() if kept["status"] != "Packed"]
    bearer = {"Authorization": f"Bearer {token(client, SCOPES)}"}
    labels = {number: _label(client, world, number, locker, bearer) for number, locker in ends.items() if locker}
    closed = client.get("/_sandbox/plan").json()["closing"]["lockers"]
    for locker in closed:
        client.post(f"/_sandbox/points/{locker}", json={"status": "NonOperating"}).raise_for_status()
    manifest = {number: label for number, label in labels.items() if ends[number] not in closed}
    client.post("/_sandbox/courier", json={"numbers": list(manifest.values()), "hours_ago": 200}).raise_for_status()
    parcels = _tracked(client, list(manifest.values()), bearer)
    despatched = [number for number, kept in at_acs(client).items() if kept["status"] == "Despatched"]
    return {
        "plan": world.plan(),
        "short": short,
        "unpacked": unpacked,
        "parcels": {
            "labelled": len(client.get("/_sandbox/inpost/shipments").json()["shipments"]),
            "manifested": len(manifest),
            "pulled": len(labels) - len(manifest),
            "tracking_pushed": len(despatched),
            "collected": _with(parcels, lambda event: event["eventCode"] == "EOL.1002"),
            "expired": _with(parcels, lambda event: event["eventCode"] == "LMD.9002"),
            "redirected": _with(parcels, lambda event: event["eventCode"][4] == "3" and event["newDestination"] is not None),
        },
        "destinations": {
            event["newDestination"]["location"]["id"] for one in parcels for event in one["events"] if event["newDestination"]
        },
    }


def _label(client: httpx.Client, world: World, number: str, locker: str, bearer: dict[str, str]) -> str:
    """With the size that ACS packed it in."""
    said = body(world, number, point=locker)
    packed = get(client, number).json()
    said["parcels"][0]["dimensions"] = {side: packed[f"Packed{side.title()}"] for side in ("length", "width", "height")} | {"unit": "MM"}
    said["parcels"][0]["weight"] = {"amount": packed["PackedWeight"], "unit": "G"}
    answer = client.post(SHIPMENTS, json=said, headers=bearer)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["trackingNumber"])


def _tracked(client: httpx.Client, numbers: list[str], bearer: dict[str, str]) -> list[dict[str, Any]]:
    pages = [numbers[place : place + 10] for place in range(0, len(numbers), 10)]
    found = [client.get("/inpost/tracking/v1/parcels", params={"trackingNumbers": page}, headers=bearer).json() for page in pages]
    return [parcel for page in found for parcel in page["parcels"]]


def _with(parcels: list[dict[str, Any]], is_so) -> int:
    return sum(1 for parcel in parcels if any(is_so(event) for event in parcel["events"]))


class TestStory:
    def test_it_comes_to_what_the_plan_says(self, story):
        assert story["parcels"] == story["plan"]["parcels"]
        assert story["unpacked"] == []

    def test_the_short_picks_were_short_once(self, story):
        assert len(story["short"]) == 3

    def test_nobody_is_redirected_to_a_locker_that_closed(self, story):
        assert story["destinations"]
        assert not story["destinations"] & set(story["plan"]["closing"]["lockers"])
