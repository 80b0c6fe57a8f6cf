"""Events told by webhook: each once, signed as was agreed, tried again up the ladder, and out of order where that is wanted."""

import base64
import hashlib
import hmac
import json
import re
import threading
import time
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from partners.sandbox.inpost import WEBHOOK_SECRET
from partners.sandbox.inpost.scripts import SCRIPTS
from tests.partners.sandbox.conftest import token
from tests.partners.sandbox.inpost.conftest import SHIPMENTS, body
from tests.partners.sandbox.shopify.test_webhooks import Desk

ADDRESS = "https://desk.example/webhooks/inpost/"
HAPPY = [step.code for step in SCRIPTS["happy"]]


@pytest.fixture
def desk(app) -> Desk:
    app.postman.post = desk = Desk()
    return desk


@pytest.fixture
def sandbox(client):
    def turn(path: str, **said: object) -> dict:
        answer = client.post(f"/_sandbox/inpost{path}", json=said)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return turn


@pytest.fixture
def subscribed(sandbox, desk):
    """Somebody who is told, with what was agreed by keyword."""

    def subscribe(**agreed: object) -> Desk:
        sandbox("/webhooks", address=ADDRESS, **agreed)
        return desk

    return subscribe


def codes(desk: Desk) -> list[str]:
    return [json.loads(body)["eventCode"] for _, _, body in desk.letters]


class TestLetters:
    def test_each_event_is_told_once(self, subscribed, on_its_way, sandbox):
        desk = subscribed()
        on_its_way("happy")
        sandbox("/deliver")
        sandbox("/deliver")

        assert codes(desk) == HAPPY
        assert {url for url, _, _ in desk.letters} == {ADDRESS}

    def test_only_what_comes_to_be_seen(self, subscribed, on_its_way, sandbox, client):
        desk = subscribed()
        on_its_way("happy", hours_ago=0)
        sandbox("/deliver")
        assert codes(desk) == HAPPY[:3]

        client.post("/_sandbox/clock", json={"advance_hours": 10})
        sandbox("/deliver")
        assert codes(desk) == HAPPY[:5]

    def test_what_was_before_somebody_subscribed_is_not_told(self, subscribed, on_its_way, sandbox):
        on_its_way("happy")
        desk = subscribed()

        assert sandbox("/deliver") == {"delivered": []}
        assert desk.letters == []

    def test_it_reads_as_tracking_does_with_nanoseconds(self, subscribed, on_its_way, sandbox, track):
        desk = subscribed()
        number = on_its_way("locker_full")
        sandbox("/deliver")
        tracked = {event["eventId"]: event for event in track(number)[0]["events"]}

        for _, headers, letter in desk.letters:
            said = json.loads(letter)
            same = tracked[said["eventId"]]
            assert said["trackingNumber"] == number
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", said["timestamp"])
            assert said["timestamp"].startswith(same["eventTimestamp"][:-1])
            assert said["newDestination"] == same["newDestination"]
            assert said["location"] in (same["location"], None)
            assert headers["x-inpost-event-id"] == said["eventId"]

    def test_now_and_then_nobody_knows_where_it_was(self, subscribed, on_its_way, sandbox):
        desk = subscribed()
        for place in range(4):
            on_its_way("happy", number=f"LS-1000{place + 1}")
        sandbox("/deliver")
        known = [json.loads(body)["location"] is not None for _, _, body in desk.letters]

        assert 0 < known.count(False) < len(known) / 2

    def test_the_headers(self, subscribed, on_its_way, sandbox):
        desk = subscribed()
        on_its_way("happy")
        sandbox("/deliver")
        headers = desk.letters[0][1]

        assert (headers["x-inpost-topic"], headers["x-inpost-api-version"]) == ("Shipment.Tracking", "2024-06-01")
        assert abs((datetime.now(UTC) - datetime.fromisoformat(headers["x-inpost-timestamp"])).total_seconds()) < 60


class TestSignatures:
    @pytest.mark.parametrize("form", ["body", "timestamp"])
    @pytest.mark.parametrize("secret", [WEBHOOK_SECRET, "another"])
    def test_hmac(self, subscribed, on_its_way, sandbox, form, secret):
        desk = subscribed(form=form, **({} if secret == WEBHOOK_SECRET else {"secret": secret}))
        on_its_way("happy")
        sandbox("/deliver")
        _, headers, body = desk.letters[0]
        signed = body if form == "body" else f"{headers['x-inpost-timestamp']}.".encode() + body

        expected = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
        assert headers["x-inpost-signature"] == base64.b64encode(expected).decode()

    @pytest.mark.parametrize("form", ["body", "timestamp"])
    def test_rsa_with_the_key_that_is_published(self, subscribed, on_its_way, sandbox, client, form):
        desk = subscribed(signing="rsa", form=form)
        on_its_way("happy")
        sandbox("/deliver")
        _, headers, body = desk.letters[0]
        signed = body if form == "body" else f"{headers['x-inpost-timestamp']}.".encode() + body
        key = load_pem_public_key(client.get("/_sandbox/inpost/key.pem").content)

        key.verify(base64.b64decode(headers["x-inpost-signature"]), signed, PKCS1v15(), SHA256())

    def test_spoiled_on_demand(self, subscribed, on_its_way, sandbox):
        desk = subscribed()
        on_its_way("happy")
        sandbox("/deliver", corrupt=True)
        _, headers, body = desk.letters[0]

        right = hmac.new(WEBHOOK_SECRET.encode(), body, hashlib.sha256).digest()
        assert headers["x-inpost-signature"] != base64.b64encode(right).decode()

    def test_the_secret_is_not_shown(self, subscribed, sandbox, client):
        subscribed(secret="another")

        assert "another" not in client.get("/_sandbox/inpost/webhooks").text


class TestTryingAgain:
    def test_up_the_ladder_and_then_never_more(self, subscribed, on_its_way, sandbox, client, world):
        desk = subscribed(ladder_s=[15, 30])
        desk.status = 500
        on_its_way("oversize")
        waits = [0, 14, 15.1, 15.2, 30.1, 10_000]
        tried = []
        for wait in waits:
            client.post("/_sandbox/clock", json={"advance_hours": wait / 3600})
            tried.append(len(sandbox("/deliver")["delivered"]))

        assert tried == [5, 0, 5, 0, 5, 0]
        assert {one["tries"] for one in client.get("/_sandbox/inpost/letters").json()["letters"]} == {3}

    def test_by_itself_the_ladder_is_inposts(self, client):
        assert client.get("/_sandbox/inpost/webhooks").json()["ladder_s"] == [15, 30, 60, 300, 1800]

    def test_what_arrived_at_last_is_not_sent_again(self, subscribed, on_its_way, sandbox):
        desk = subscribed(ladder_s=[0, 0])
        desk.status = 503
        on_its_way("oversize")
        sandbox("/deliver")
        desk.status = 200

        assert [one["status"] for one in sandbox("/deliver")["delivered"]] == [200] * 5
        assert sandbox("/deliver")["delivered"] == []

    def test_the_same_body_each_time(self, subscribed, on_its_way, sandbox):
        desk = subscribed(ladder_s=[0])
        desk.status = 500
        on_its_way("oversize")
        sandbox("/deliver")
        sandbox("/deliver")

        assert [body for _, _, body in desk.letters[:5]] == [body for _, _, body in desk.letters[5:]]


class TestOutOfOrder:
    def test_each_three_times_and_shuffled(self, subscribed, on_its_way, sandbox):
        desk = subscribed()
        on_its_way("happy")
        sandbox("/deliver", times=3, shuffle=True)

        assert sorted(codes(desk)) == sorted(HAPPY * 3)
        assert codes(desk) != sorted(codes(desk), key=HAPPY.index)

    def test_the_last_once_more(self, subscribed, on_its_way, sandbox):
        desk = subscribed()
        on_its_way("happy")
        sandbox("/deliver")
        sandbox("/deliver", last=2)

        assert codes(desk)[-2:] == HAPPY[-2:]
        assert len(desk.letters) == len(HAPPY) + 2


class TestAgreeing:
    def test_again_with_one_address_changes_what_was_agreed(self, subscribed, client):
        subscribed(signing="rsa")
        subscribed(paused=True)
        (one,) = client.get("/_sandbox/inpost/webhooks").json()["subscriptions"]

        assert (one["address"], one["signing"], one["form"], one["paused"]) == (ADDRESS, "rsa", "body", True)

    def test_paused_nothing_goes_by_itself(self, app, subscribed, on_its_way):
        subscribed(paused=True)
        on_its_way("happy")

        assert app.postman.due_by_itself() == []
        assert len(app.postman.due()) == len(HAPPY)

    def test_removed_nothing_goes_at_all(self, subscribed, on_its_way, sandbox):
        desk = subscribed()
        on_its_way("happy")
        sandbox("/webhooks", address=ADDRESS, remove=True)

        assert sandbox("/deliver")["delivered"] == []
        assert desk.letters == []

    @pytest.mark.parametrize(
        ("path", "said"),
        [
            ("/webhooks", {"address": ADDRESS, "signing": "md5"}),
            ("/webhooks", {"address": ADDRESS, "form": "hex"}),
            ("/webhooks", {"url": ADDRESS}),
            ("/webhooks", {"address": ADDRESS, "remove": True}),
            ("/scripts", {"LS-10001": "stolen"}),
            ("/deliver", {"reverse": True}),
        ],
    )
    def test_what_it_does_not_understand(self, client, path, said):
        answer = client.post(f"/_sandbox/inpost{path}", json=said)

        assert answer.status_code == 400
        assert answer.json()["error"]

    def test_no_such_page(self, client):
        assert client.get("/_sandbox/inpost/nothing").status_code == 404
        assert client.post("/_sandbox/inpost/nothing").status_code == 404


def test_served_it_tells_by_itself(wire, world):
    """Over a socket the postman goes round without being sent: here to a door where nobody lives, who answers 404."""
    wire.post("/_sandbox/inpost/webhooks", json={"address": f"{wire.base_url}/dhl/", "ladder_s": [60]}).raise_for_status()
    bearer = {"Authorization": f"Bearer {token(wire, 'api:shipments:write')}"}
    number = wire.post(SHIPMENTS, json=body(world), headers=bearer).json()["trackingNumber"]
    wire.post("/_sandbox/courier", json={"numbers": [number], "hours_ago": 50}).raise_for_status()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        letters = wire.get("/_sandbox/inpost/letters").json()["letters"]
        if [letter["status"] for letter in letters] == [404] * len(HAPPY):
            return
        threading.Event().wait(0.05)
    pytest.fail(f"not told: {letters}")
