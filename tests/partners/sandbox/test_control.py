"""`/_sandbox/`: what tests and demos look at and turn."""

import pytest

from tests.partners.sandbox.conftest import arm


def test_the_plan_is_served(client, world):
    assert client.get("/_sandbox/plan").json() == world.plan()


def test_health(client):
    health = client.get("/_sandbox/health").json()

    assert (health["seed"], health["orders"], health["points"], health["at_acs"]) == (7, 40, 80, 0)


def test_a_point_changes_its_status_and_its_compartments(client, world):
    name = next(iter(world.points))
    client.post(f"/_sandbox/points/{name}", json={"status": "Overloaded", "availability": {"A": "LOW", "B": "NO_DATA"}})
    point = client.get(f"/points/v1/points/GB/{name}").json()

    assert point["status"] == "Overloaded"
    assert point["locker_availability"]["details"] == {"A": "LOW", "B": "NO_DATA"}


def test_a_point_goes_and_comes_back_as_it_was(client, world):
    name, point = next(iter(world.points.items()))
    assert client.post(f"/_sandbox/points/{name}", json={"removed": True}).json()["removed"] is True
    assert client.get("/points/v1/points").json()["count"] == 79

    assert client.post(f"/_sandbox/points/{name}", json={"removed": False}).json()["removed"] is False
    assert client.get(f"/points/v1/points/GB/{name}").json() == point
    assert next(iter(world.points)) == name


def test_the_clock_only_moves_the_world(client):
    before = client.get("/_sandbox/health").json()["now"]
    after = client.post("/_sandbox/clock", json={"advance_hours": 48}).json()["now"]

    assert after > before


def test_armed_faults_are_listed_and_cleared(client):
    arm(client, "acs", "500", times=2, path="/orders/LS-10001")
    assert [fault["kind"] for fault in client.get("/_sandbox/faults").json()["faults"]] == ["500"]

    client.post("/_sandbox/faults/clear")
    assert client.get("/_sandbox/faults").json() == {"faults": []}


@pytest.mark.parametrize(
    ("path", "said", "status"),
    [
        ("/faults", {"partner": "acs", "kind": "explode"}, 400),
        ("/faults", {"partner": "dhl", "kind": "500"}, 400),
        ("/faults", {"partner": "acs", "kind": "500", "when": "now"}, 400),
        ("/faults", {"partner": "acs", "kind": "500", "times": "often"}, 400),
        ("/faults", ["500"], 400),
        ("/clock", {}, 400),
        ("/clock", {"advance_hours": "soon"}, 400),
        ("/token", {"expires_in": None}, 400),
        ("/points/UK1", {"status": "Operating"}, 404),
        ("/points/UK1", {"colour": "yellow"}, 400),
        ("/nothing", {}, 404),
    ],
)
def test_what_it_does_not_understand_it_refuses(client, path, said, status):
    answer = client.post(f"/_sandbox{path}", json=said)

    assert answer.status_code == status
    assert answer.json()["error"]


def test_other_methods_and_addresses(client):
    assert client.put("/_sandbox/plan").status_code == 405
    assert client.get("/_sandbox/other").status_code == 404
    assert client.get("/dhl/orders").status_code == 404
