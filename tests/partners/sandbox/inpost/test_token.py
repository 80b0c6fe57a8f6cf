"""InPost's token: either way to ask for it, its scopes and its end."""

import base64
import json

import pytest

from partners.sandbox import inpost
from tests.partners.sandbox.conftest import token

FORM = {"grant_type": "client_credentials", "scope": "api:points:read"}
IN_BODY = {"client_id": inpost.CLIENT_ID, "client_secret": inpost.CLIENT_SECRET}
BASIC = (inpost.CLIENT_ID, inpost.CLIENT_SECRET)


def ask(client, given=None):
    return client.get("/inpost/location/v1/points", headers={"Authorization": f"Bearer {given or token(client)}"})


@pytest.mark.parametrize("options", [{"data": FORM | IN_BODY}, {"data": FORM, "auth": BASIC}])
def test_either_way_gives_a_bearer_token_for_599_seconds(client, options):
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
def test_anything_else_is_refused_in_oauths_words(client, options, status, error):
    answer = client.post("/inpost/oauth2/token", **options)

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"]


def test_it_ends_by_the_worlds_clock(client):
    old = token(client)
    assert ask(client, given=old).status_code == 200

    client.post("/_sandbox/clock", json={"advance_hours": 0.2})
    assert ask(client, given=old).status_code == 401
    assert ask(client).status_code == 200


def test_its_life_can_be_set(client):
    client.post("/_sandbox/token", json={"expires_in": 0})

    assert ask(client).status_code == 401


def test_it_opens_only_what_it_is_for(client):
    answer = ask(client, given=token(client, "api:shipments:read"))

    assert (answer.status_code, answer.json()["title"]) == (403, "Forbidden")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}])
def test_without_one_there_is_nothing(client, headers):
    assert client.get("/inpost/location/v1/points", headers=headers).status_code == 401
