"""Tracking: ten numbers a call, the newest event first, and nothing for ever."""

import json
import re
from datetime import datetime

import pytest

from partners.sandbox.inpost.scripts import SCRIPTS, V2_ONLY
from tests.partners.sandbox.conftest import arm
from tests.partners.sandbox.inpost.conftest import forget

PARCELS = "/inpost/tracking/v1/parcels"


def codes(parcel) -> list[str]:
    """In the order they happened."""
    return [event["eventCode"] for event in reversed(parcel["events"])]


def test_before_the_courier_comes_there_is_no_history(ship, track):
    number = ship().json()["trackingNumber"]
    (parcel,) = track(number)

    assert (parcel["trackingNumber"], parcel["status"], parcel["events"]) == (number, None, [])


def test_the_newest_event_comes_first(on_its_way, track):
    (parcel,) = track(on_its_way("happy"))
    times = [datetime.fromisoformat(event["eventTimestamp"]) for event in parcel["events"]]

    assert times == sorted(times, reverse=True)
    assert parcel["events"][0]["eventCode"] == "EOL.1002"


def test_an_event_says_what_where_and_of_which_order(on_its_way, track, world):
    (parcel,) = track(on_its_way("happy"))
    there = next(event for event in parcel["events"] if event["eventCode"] == "LMD.1005")

    assert re.fullmatch(r"[0-9a-f-]{36}#LMD\.1005", there["eventId"])
    assert (there["customerReference"], there["status"]) == ("LS-10001", None)
    assert there["location"]["type"] == "LOCKER_POINT"
    assert there["location"]["postalCode"] == world.points[there["location"]["id"]]["address_details"]["post_code"]
    assert (there["shipment"], there["newDestination"], there["returnToSender"]) == ({"type": "OUTBOUND"}, None, None)


def test_ids_are_stable_and_nobody_elses(on_its_way, track):
    one, other = on_its_way("happy"), on_its_way("happy", number="LS-10002")
    ids = [[event["eventId"] for event in track(number)[0]["events"]] for number in (one, one, other)]

    assert ids[0] == ids[1]
    assert not set(ids[0]) & set(ids[2])


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_script_runs_to_its_end(on_its_way, track, script):
    (parcel,) = track(on_its_way(script, hours_ago=300))

    assert codes(parcel) == [step.code for step in SCRIPTS[script]]


def test_an_event_is_seen_when_its_time_has_come(on_its_way, track, client):
    number = on_its_way("happy", hours_ago=0)
    assert codes(track(number)[0]) == ["CRE.1001", "FMD.1001", "FMD.1002"]

    client.post("/_sandbox/clock", json={"advance_hours": 28.1})
    assert codes(track(number)[0])[-1] == "LMD.1005"


@pytest.mark.parametrize(("script", "code"), [("locker_full", "LMD.3014"), ("permanent_redirect", "LMD.3016")])
def test_a_redirect_names_the_locker_where_the_parcel_then_is(on_its_way, track, world, script, code):
    (parcel,) = track(on_its_way(script))
    told = {event["eventCode"]: event for event in parcel["events"]}
    new = told[code]["newDestination"]["location"]["id"]

    assert new in world.points
    assert new != parcel["destination"]["id"]
    assert told["LMD.1005"]["location"]["id"] == told["EOL.1002"]["location"]["id"] == new


def test_the_way_back_has_a_number_of_its_own(on_its_way, track):
    (parcel,) = track(on_its_way("expired"))
    back = next(event for event in parcel["events"] if event["eventCode"] == "RTS.1001")

    assert back["shipment"] == {"type": "RETURN"}
    assert back["returnToSender"] == parcel["returnToSender"]
    assert back["returnToSender"]["trackingNumber"] != parcel["trackingNumber"]


class TestVersions:
    @pytest.mark.parametrize(("script", "code"), [("not_picked_up", "FMD.1012"), ("damaged", "LMD.9030")])
    def test_v1_hides_what_came_later(self, on_its_way, track, script, code):
        number = on_its_way(script)

        assert code in codes(track(number, version="V2")[0])
        assert code not in codes(track(number, version="V1")[0])

    def test_v1_unless_asked(self, on_its_way, client, bearer):
        number = on_its_way("not_picked_up")
        (parcel,) = client.get(PARCELS, params={"trackingNumbers": number}, headers=bearer).json()["parcels"]

        assert codes(parcel) == ["CRE.1001", "FMD.1001"]

    def test_no_other(self, client, bearer):
        answer = client.get(PARCELS, params={"trackingNumbers": "JJD1"}, headers=bearer | {"x-inpost-event-version": "V9"})

        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["x-inpost-event-version"])

    def test_the_list_is_the_catalogues(self, shared):
        theirs = json.loads((shared / "data" / "inpost" / "tracking_event_catalogue_2026-06.json").read_text())["events"]
        version = {event["code"]: event["event_version"] for event in theirs}
        ours = {step.code for script in SCRIPTS.values() for step in script}

        assert ours <= set(version)
        assert {code for code in ours if version[code] != "V1"} == ours & V2_ONLY
        assert all(version[code] != "V1" for code in V2_ONLY)


class TestAsking:
    def test_ten_at_once_and_no_more(self, ship, client, bearer):
        numbers = [ship(f"LS-{10_001 + place}").json()["trackingNumber"] for place in range(11)]
        answers = [client.get(PARCELS, params={"trackingNumbers": some}, headers=bearer) for some in (numbers[:10], numbers, [])]

        assert [answer.status_code for answer in answers] == [200, 400, 400]
        assert [parcel["trackingNumber"] for parcel in answers[0].json()["parcels"]] == numbers[:10]
        assert [answer.json()["errors"]["trackingNumbers"] for answer in answers[1:]] == [["too_big"], ["required"]]

    def test_a_number_nobody_knows_is_left_out(self, ship, track):
        number = ship().json()["trackingNumber"]

        assert [parcel["trackingNumber"] for parcel in track("JJD1", number)] == [number]

    def test_other_doors(self, client, bearer):
        assert client.get("/inpost/tracking/v1/events", headers=bearer).status_code == 404
        assert client.post(PARCELS, headers=bearer).status_code == 405
        assert client.get(PARCELS).status_code == 401

    def test_a_fault_of_tracking_alone(self, ship, client, bearer):
        arm(client, "inpost", "503", path="/tracking")

        assert ship().status_code == 201
        assert client.get(PARCELS, params={"trackingNumbers": "JJD1"}, headers=bearer).status_code == 503


def test_after_121_days_an_event_is_gone_and_in_the_end_the_parcel(on_its_way, track, world):
    number = on_its_way("happy", hours_ago=46)
    forget(world, 120)
    assert 0 < len(track(number)[0]["events"]) < len(SCRIPTS["happy"])

    forget(world, 2)
    assert track(number) == []
