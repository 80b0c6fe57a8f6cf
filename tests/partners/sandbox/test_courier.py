"""The courier: takes what is packed, may have come in the past, and comes by himself where the day goes on by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from partners.sandbox.courier import Day
from tests.partners.sandbox.conftest import get, order, put
from tests.partners.sandbox.inpost.conftest import *  # noqa: F403 - its fixtures: a shipment, and somebody who may make one


def courier(client, **said: object) -> dict:
    answer = client.post("/_sandbox/courier", json=said)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def packed(client, world, ship):
    """An order that ACS has packed, with its label; the tracking number."""

    def packed(number: str = "LS-10001", script: str = "happy") -> str:
        client.post("/_sandbox/inpost/scripts", json={number: script}).raise_for_status()
        put(client, order(world, number))
        client.post(f"/_sandbox/acs/orders/{number}", json={"Status": "Packed"}).raise_for_status()
        return str(ship(number).json()["trackingNumber"])

    return packed


class TestTaking:
    def test_acs_says_despatched_with_the_number(self, client, packed):
        number = packed()

        assert courier(client)["taken"] == [number]
        assert (get(client).json()["Status"], get(client).json()["TrackingNumber"]) == ("Despatched", number)

    def test_what_is_not_packed_stays(self, client, world, ship):
        put(client, order(world))
        ship()

        assert courier(client)["taken"] == []

    def test_of_two_labels_of_an_order_the_newer_is_on_the_parcel(self, client, packed, ship):
        packed()
        newer = ship().json()["trackingNumber"]

        assert courier(client)["taken"] == [newer]
        assert get(client).json()["TrackingNumber"] == newer

    def test_only_the_named_ones(self, client, packed):
        packed()
        other = packed("LS-10002")

        assert courier(client, numbers=[other])["taken"] == [other]
        assert get(client).json()["Status"] == "Packed"

    def test_nobody_is_taken_twice(self, client, packed, track):
        number = packed()
        courier(client, hours_ago=100)
        before = track(number)

        assert courier(client, numbers=[number]) | {"at": ""} == {"taken": [], "left": [], "at": ""}
        assert track(number) == before

    def test_in_the_past_the_history_lies_behind_us_and_no_clock_moves(self, client, packed, track, world):
        number = packed()
        courier(client, hours_ago=200)
        (parcel,) = track(number)
        latest = datetime.fromisoformat(parcel["events"][0]["eventTimestamp"])

        assert parcel["events"][0]["eventCode"] == "EOL.1002"
        assert abs(world.now() - timedelta(hours=154) - latest) < timedelta(minutes=1)
        assert abs(world.now() - datetime.now(UTC)) < timedelta(minutes=1)

    @pytest.mark.parametrize("said", [{"numbers": ["JJD1"]}, {"hours": 3}, {"hours_ago": "long"}])
    def test_what_it_does_not_understand(self, client, said):
        assert client.post("/_sandbox/courier", json=said).status_code == 400


class TestLeftBehind:
    def test_it_stays_packed_at_acs(self, client, packed):
        number = packed(script="not_picked_up")

        assert (courier(client)["taken"], courier(client)["left"]) == ([], [])
        assert (get(client).json()["Status"], get(client).json()["TrackingNumber"]) == ("Packed", "")
        assert [one["number"] for one in client.get("/_sandbox/inpost/shipments").json()["shipments"] if one["taken_at"]] == [number]

    def test_it_is_told_as_left(self, client, packed):
        number = packed(script="not_picked_up")

        assert courier(client)["left"] == [number]

    def test_named_again_he_takes_it_and_all_goes_well(self, client, packed, track):
        number = packed(script="not_picked_up")
        courier(client, hours_ago=72)
        assert courier(client, numbers=[number], hours_ago=48)["taken"] == [number]
        codes = [event["eventCode"] for event in reversed(track(number)[0]["events"])]

        assert codes[:4] == ["CRE.1001", "FMD.1001", "FMD.1012", "FMD.1002"]
        assert codes[-1] == "EOL.1002"
        assert get(client).json()["Status"] == "Despatched"


class TestDay:
    @pytest.fixture
    def at(self, world):
        """Let it be this time in the world, on a day in winter when London has UTC."""

        def at(*when: int) -> None:
            world.now = lambda: datetime(2026, 12, *when, tzinfo=UTC)

        at(1, 9, 0)
        return at

    def test_a_few_orders_move_one_step_each_time(self, client, world, carrier, at):
        for place in range(9):
            put(client, order(world, f"LS-{10_001 + place}"))
        day = Day(carrier)
        day.tick()
        assert sorted(kept["status"] for kept in world.acs.values()) == ["Acknowledged"] * 5 + ["Picking"] * 4

        for _ in range(20):
            day.tick()
        assert {kept["status"] for kept in world.acs.values()} == {"Packed"}

    def test_he_comes_at_half_past_five_once_a_day(self, client, world, carrier, packed, at):
        packed()
        day = Day(carrier)
        seen = []
        for when in [(1, 17, 29), (1, 17, 31)]:
            at(*when)
            day.tick()
            seen.append(world.acs["LS-10001"]["status"])
        packed("LS-10002")
        for when in [(1, 19, 0), (2, 17, 0), (2, 17, 30)]:
            at(*when)
            day.tick()
            seen.append(world.acs["LS-10002"]["status"])

        assert seen == ["Packed", "Despatched", "Packed", "Packed", "Despatched"]

    def test_in_summer_half_past_five_is_half_past_four_elsewhere(self, world, carrier, packed):
        world.now = lambda: datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
        packed()
        day = Day(carrier)
        world.now = lambda: datetime(2026, 7, 1, 16, 31, tzinfo=UTC)
        day.tick()

        assert world.acs["LS-10001"]["status"] == "Despatched"

    def test_begun_in_the_evening_he_has_been(self, world, carrier, packed, at):
        at(1, 18, 0)
        packed()
        Day(carrier).tick()

        assert world.acs["LS-10001"]["status"] == "Packed"
