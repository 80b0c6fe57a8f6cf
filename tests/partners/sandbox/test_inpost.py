"""InPost's token and location API."""

import base64
import json

import pytest

from partners.sandbox import inpost
from tests.partners.sandbox.conftest import token

FORM = {"grant_type": "client_credentials", "scope": "api:points:read"}
IN_BODY = {"client_id": inpost.CLIENT_ID, "client_secret": inpost.CLIENT_SECRET}
BASIC = (inpost.CLIENT_ID, inpost.CLIENT_SECRET)


def ask(client, path="/points", given=None, **params):
    return client.get(f"/inpost/location/v1{path}", params=params, headers={"Authorization": f"Bearer {given or token(client)}"})


class TestToken:
    @pytest.mark.parametrize("options", [{"data": FORM | IN_BODY}, {"data": FORM, "auth": BASIC}])
    def test_either_way_gives_a_bearer_token_for_599_seconds(self, client, options):
        answer = client.post("/inpost/oauth2/token", **options).json()
        _, claims, _ = answer["access_token"].split(".")

        assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", 599, "api:points:read")
        assert json.loads(base64.urlsafe_b64decode(claims + "=="))["scope"] == "api:points:read"

    @pytest.mark.parametrize(
        ("options", "status", "error"),
        [
            ({"data": FORM | IN_BODY, "auth": BASIC}, 400, "invalid_request"),
            ({"data": FORM}, 400, "invalid_request"),
            ({"json": FORM | IN_BODY}, 415, "invalid_request"),
            ({"data": FORM | IN_BODY | {"client_secret": "x"}}, 401, "invalid_client"),
            ({"data": FORM, "auth": ("x", "y")}, 401, "invalid_client"),
            ({"data": FORM, "headers": {"Authorization": "Basic ???"}}, 401, "invalid_client"),
            ({"data": FORM | IN_BODY | {"grant_type": "password"}}, 400, "unsupported_grant_type"),
            ({"data": FORM | IN_BODY | {"scope": "api:everything"}}, 400, "invalid_scope"),
        ],
    )
    def test_anything_else_is_refused_in_oauths_words(self, client, options, status, error):
        answer = client.post("/inpost/oauth2/token", **options)

        assert (answer.status_code, answer.json()["error"]) == (status, error)
        assert answer.json()["error_description"]

    def test_it_ends_by_the_worlds_clock(self, client):
        old = token(client)
        assert ask(client, given=old).status_code == 200

        client.post("/_sandbox/clock", json={"advance_hours": 0.2})
        assert ask(client, given=old).status_code == 401
        assert ask(client).status_code == 200

    def test_its_life_can_be_set(self, client):
        client.post("/_sandbox/token", json={"expires_in": 0})

        assert ask(client).status_code == 401

    def test_it_opens_only_what_it_is_for(self, client):
        answer = ask(client, given=token(client, "api:shipments:read"))

        assert (answer.status_code, answer.json()["title"]) == (403, "Forbidden")
        assert answer.headers["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}])
    def test_without_one_there_is_nothing(self, client, headers):
        assert client.get("/inpost/location/v1/points", headers=headers).status_code == 401


class TestLocation:
    def test_the_list_has_its_own_envelope_and_no_status(self, client, world):
        page = ask(client, page=2, perPage=30).json()

        assert (page["count"], page["page"], page["perPage"], page["totalPages"]) == (80, 2, 30, 3)
        assert [point["id"] for point in page["items"]] == list(world.points)[30:60]
        assert not {"status", "locker_availability"} & set(page["items"][0])

    def test_25_to_a_page_unless_asked(self, client):
        assert len(ask(client).json()["items"]) == 25

    def test_filters_and_what_is_none(self, client, world):
        shops = [name for name, point in world.points.items() if point["type"] == ["pok", "pop"]]

        assert [point["id"] for point in ask(client, type="PUDO").json()["items"]] == shops
        assert ask(client, colour="yellow").json()["count"] == 80

    def test_one_point(self, client, world):
        name, kept = next(iter(world.points.items()))
        point = ask(client, f"/points/{name}").json()

        assert (point["id"], point["type"], point["country"]) == (name, "APM", "GB")
        assert point["coordinates"] == {"latitude": kept["location"]["latitude"], "longitude": kept["location"]["longitude"]}
        assert point["address"]["postalCode"] == kept["address_details"]["post_code"]

    def test_an_unknown_point_and_a_removed_one(self, client, world):
        name = next(iter(world.points))
        client.post(f"/_sandbox/points/{name}", json={"removed": True})

        assert ask(client, f"/points/{name}").status_code == 404
        assert ask(client, "/points/UK1").json()["status"] == 404

    def test_near_a_place_nearest_first_in_whole_metres(self, client, world):
        first = next(point for point in world.points.values() if point["location"]["latitude"])
        here = f"{first['location']['latitude']},{first['location']['longitude']}"
        found = ask(client, "/points/search-by-location", relativePoint=here, maxDistance=50_000).json()["items"]
        distances = [point["distance"] for point in found]

        assert found[0]["id"] == first["name"]
        assert distances[0] == 0
        assert distances == sorted(distances)
        assert all(isinstance(metres, int) and metres <= 50_000 for metres in distances)
        assert ask(client, "/points/search-by-location").status_code == 400
