"""Creating shipments: one for each deduplication id, refused field by field, and never changed."""

import threading
from typing import Any

import httpx
import pytest

from tests.partners.sandbox.conftest import arm, token
from tests.partners.sandbox.inpost.conftest import SHIPMENTS, body


def kept(client) -> list[dict[str, Any]]:
    return client.get("/_sandbox/inpost/shipments").json()["shipments"]


class TestCreating:
    def test_it_has_a_number_at_once(self, ship, client):
        answer = ship()
        said = answer.json()

        assert answer.status_code == 201
        assert said["trackingNumber"].startswith("JJD")
        assert said["trackingNumber"][3:].isdigit()
        assert len(said["trackingNumber"]) == 3 + 16
        assert said["parcels"][0]["parcelNumbers"][0]["value"] == said["trackingNumber"]
        assert set(said["routing"]) == {"deliveryArea", "deliveryDepotNumber"}
        assert [one["order"] for one in kept(client)] == ["LS-10001"]

    def test_no_two_have_the_same_number(self, ship):
        assert len({ship().json()["trackingNumber"] for _ in range(5)}) == 5

    def test_it_is_read_as_it_was_made(self, ship, client, bearer, world):
        made = ship().json()
        read = client.get(f"{SHIPMENTS}/{made['trackingNumber']}", headers=bearer).json()

        assert read["trackingNumber"] == made["trackingNumber"]
        assert read["recipient"] == body(world)["recipient"]
        assert read["parcels"][0]["dimensions"] == body(world)["parcels"][0]["dimensions"]
        assert read["parcels"][0]["parcelNumbers"] == made["parcels"][0]["parcelNumbers"]

    def test_an_unknown_one_another_organization_and_other_methods(self, ship, client, bearer):
        made = ship().json()["trackingNumber"]

        assert client.get(f"{SHIPMENTS}/JJD1", headers=bearer).status_code == 404
        assert client.get(SHIPMENTS, headers=bearer).status_code == 405
        assert client.delete(f"{SHIPMENTS}/{made}", headers=bearer).status_code == 405
        assert client.get("/inpost/shipping/v2/organizations/other/shipments/JJD1", headers=bearer).status_code == 403
        assert client.get("/inpost/shipping/v1/shipments", headers=bearer).status_code == 404

    def test_the_scope_is_that_of_writing(self, client, world):
        reader = {"Authorization": f"Bearer {token(client, 'api:shipments:read')}"}

        assert client.post(SHIPMENTS, json=body(world), headers=reader).status_code == 403
        assert client.post(SHIPMENTS, json=body(world)).status_code == 401
        assert kept(client) == []

    def test_what_is_not_json(self, client, bearer):
        assert client.post(SHIPMENTS, content=b"{", headers=bearer).status_code == 400
        assert client.post(SHIPMENTS, content=b"[]", headers=bearer).status_code == 422


class TestDeduplication:
    @pytest.mark.parametrize("header", ["X-Deduplication-Id", "X-Inpost-Deduplication-Id"])
    def test_the_same_again_is_the_same_shipment(self, client, world, bearer, header):
        said = body(world)
        answers = [client.post(SHIPMENTS, json=said, headers=bearer | {header: "a1"}) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [201, 201, 201]
        assert len({answer.content for answer in answers}) == 1
        assert [(one["deduplication_id"], one["creates"]) for one in kept(client)] == [("a1", 3)]

    def test_something_else_with_that_id_is_refused(self, ship, client):
        ship(key="a1")
        answer = ship("LS-10002", key="a1")

        assert (answer.status_code, answer.json()["title"]) == (409, "Conflict")
        assert [one["order"] for one in kept(client)] == ["LS-10001"]

    def test_a_refused_body_does_not_spend_the_id(self, ship):
        assert ship(key="a1", priority=1, colour="red").status_code == 422
        assert ship(key="a1").status_code == 201

    def test_without_an_id_each_call_makes_one(self, ship, client):
        ship()
        ship()

        assert len(kept(client)) == 2

    def test_two_at_once_make_one(self, app, world, bearer, client):
        said, answers, together = body(world), [], threading.Barrier(2)

        def create() -> None:
            with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://sandbox.test") as mine:
                together.wait(5)
                answers.append(mine.post(SHIPMENTS, json=said, headers=bearer | {"X-Deduplication-Id": "a1"}).json())

        racers = [threading.Thread(target=create) for _ in range(2)]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join(10)

        assert answers[0] == answers[1]
        assert [one["creates"] for one in kept(client)] == [2]

    def test_a_time_out_after_it_was_made_leaves_one_when_it_is_sent_again(self, ship, client):
        arm(client, "inpost", "accept_then_timeout", path="/shipping")
        with pytest.raises(TimeoutError):
            ship(key="a1")
        again = ship(key="a1")

        assert again.status_code == 201
        assert [one["number"] for one in kept(client)] == [again.json()["trackingNumber"]]

    @pytest.mark.parametrize("kind", ["429", "500", "503", "html_502", "empty_200"])
    def test_a_fault_of_shipping_alone_makes_nothing_and_leaves_the_other_doors_open(self, ship, track, client, kind):
        arm(client, "inpost", kind, path="/shipping")

        assert track("JJD1") == []
        assert not ship().content.startswith(b'{"trackingNumber"')
        assert kept(client) == []
        assert ship().status_code == 201
