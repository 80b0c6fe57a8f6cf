"""Letters about changes: signed, repeated with the same body, given up in the end; and every way in which they go wrong."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta

import pytest

from partners.sandbox.postman import post
from partners.sandbox.shopify.book import SECRET
from partners.sandbox.shopify.postman import LADDER, topic_name

SUBSCRIBE = """mutation S($t:WebhookSubscriptionTopic!,$w:WebhookSubscriptionInput!){
  webhookSubscriptionCreate(topic:$t,webhookSubscription:$w){webhookSubscription{id topic uri} userErrors{field message}}}"""
LIST = """query L($topics:[WebhookSubscriptionTopic!]){webhookSubscriptions(first:50,topics:$topics){
  nodes{id topic uri endpoint{__typename ... on WebhookHttpEndpoint{callbackUrl}}}}}"""
URI = "https://desk.example/webhooks/shopify/"


class Desk:
    """Who is written to: keeps every letter and answers `status`."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 200

    def __call__(self, url: str, headers: dict[str, str], body: bytes) -> int:
        self.letters.append((url, headers, body))
        return self.status

    def headers(self, name: str) -> list[str]:
        return [headers[name] for _, headers, _ in self.letters]


@pytest.fixture
def desk(shop) -> Desk:
    shop.postman.post = desk = Desk()
    return desk


@pytest.fixture
def subscribe(ask):
    def subscribe(topic: str = "ORDERS_UPDATED", uri: str = URI, **more: object) -> dict:
        return ask(SUBSCRIBE, t=topic, w={"uri": uri, **more})["data"]["webhookSubscriptionCreate"]

    return subscribe


def is_signed(headers: dict[str, str], body: bytes) -> bool:
    signature = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(headers["X-Shopify-Hmac-Sha256"], signature)


class TestSubscribing:
    def test_it_is_listed_by_topic(self, ask, subscribe):
        subscribe()
        subscribe("ORDERS_CANCELLED")
        nodes = ask(LIST, topics=["ORDERS_CANCELLED"])["data"]["webhookSubscriptions"]["nodes"]

        assert [(node["topic"], node["uri"]) for node in nodes] == [("ORDERS_CANCELLED", URI)]
        assert nodes[0]["endpoint"] == {"__typename": "WebhookHttpEndpoint", "callbackUrl": URI}
        assert len(ask(LIST)["data"]["webhookSubscriptions"]["nodes"]) == 2

    @pytest.mark.parametrize(
        ("uri", "words"),
        [
            ("http://desk.example/hook", "Address protocol http:// is not supported"),
            ("", "Address can't be blank"),
            ("https://localhost/hook", "Address is not allowed"),
            ("https://127.0.0.1/hook", "Address is not allowed"),
            ("https://lockstep-sandbox.myshopify.com/hook", "Address is not allowed"),
        ],
    )
    def test_an_address_that_is_refused(self, subscribe, uri, words):
        refused = subscribe(uri=uri)

        assert refused["webhookSubscription"] is None
        assert refused["userErrors"][0]["field"] == ["webhookSubscription", "callbackUrl"]
        assert words in refused["userErrors"][0]["message"]

    def test_the_same_twice_is_taken(self, subscribe):
        subscribe()

        assert subscribe()["userErrors"][0]["message"] == "Address for this topic has already been taken"
        assert subscribe("ORDERS_CREATE")["userErrors"] == []

    def test_changed_and_taken_away_by_id(self, ask, subscribe, shop):
        one = subscribe()["webhookSubscription"]["id"]
        change = "mutation C($id:ID!,$w:WebhookSubscriptionInput!){webhookSubscriptionUpdate(id:$id,webhookSubscription:$w)"
        changed = ask(change + "{webhookSubscription{uri} userErrors{message}}}", id=one, w={"uri": "https://other.example/"})
        delete = "mutation D($id:ID!){webhookSubscriptionDelete(id:$id){deletedWebhookSubscriptionId userErrors{message}}}"
        deleted = [ask(delete, id=one)["data"]["webhookSubscriptionDelete"] for _ in range(2)]

        assert changed["data"]["webhookSubscriptionUpdate"]["webhookSubscription"] == {"uri": "https://other.example/"}
        assert deleted[0] == {"deletedWebhookSubscriptionId": one, "userErrors": []}
        assert deleted[1]["userErrors"] == [{"message": "Webhook subscription does not exist"}]
        assert shop.postman.subscriptions == {}

    def test_deleted_on_demand(self, ask, subscribe, sandbox):
        subscribe()
        subscribe("ORDERS_CANCELLED")
        assert [one["topic"] for one in sandbox("/webhooks", unsubscribe="ORDERS_UPDATED")["subscriptions"]] == ["ORDERS_CANCELLED"]
        sandbox("/webhooks", unsubscribe=True)

        assert ask(LIST)["data"]["webhookSubscriptions"]["nodes"] == []


class TestLetters:
    def test_a_change_is_told_signed_over_the_very_bytes(self, subscribe, desk, sandbox):
        subscribe()
        sandbox("/orders/LS-10003", address={"address1": "Weg 1, „Łódź“"})
        told = sandbox("/deliver")["delivered"]
        url, headers, body = desk.letters[0]
        said = json.loads(body)

        assert [one["status"] for one in told] == [200]
        assert (url, headers["X-Shopify-Topic"], headers["X-Shopify-API-Version"]) == (URI, "orders/updated", "2026-07")
        assert headers["X-Shopify-Shop-Domain"] == "lockstep-sandbox.myshopify.com"
        assert is_signed(headers, body)
        assert (said["name"], said["shipping_address"]["address1"]) == ("#LS-10003", "Weg 1, „Łódź“")
        assert said["admin_graphql_api_id"] == f"gid://shopify/Order/{said['id']}"
        assert sandbox("/deliver")["delivered"] == []

    def test_each_subscription_hears_of_its_topic_and_one_event_is_one_event(self, subscribe, desk, sandbox):
        subscribe()
        subscribe("ORDERS_CANCELLED")
        subscribe("ORDERS_UPDATED", "https://other.example/")
        sandbox("/orders/LS-10003", cancel=True)
        sandbox("/deliver")

        assert sorted(desk.headers("X-Shopify-Topic")) == ["orders/cancelled", "orders/updated", "orders/updated"]
        updated = [headers for _, headers, _ in desk.letters if headers["X-Shopify-Topic"] == "orders/updated"]
        assert len({headers["X-Shopify-Event-Id"] for headers in updated}) == 1
        assert len(set(desk.headers("X-Shopify-Webhook-Id"))) == 3
        assert json.loads(desk.letters[0][2])["cancelled_at"]

    @pytest.mark.parametrize(
        ("change", "topics"),
        [
            ({"email": "new@example.com"}, ["orders/updated"]),
            ({"lines": {"DRE-0001-8": 2}}, ["orders/edited", "orders/updated"]),
            ({"tags": ["late"]}, ["orders/updated"]),
            ({"hold": {}}, ["fulfillment_orders/placed_on_hold", "orders/updated"]),
            ({"cancel": True}, ["orders/cancelled", "orders/updated"]),
        ],
    )
    def test_what_each_change_is_called(self, subscribe, desk, sandbox, change, topics):
        for topic in ("ORDERS_UPDATED", "ORDERS_EDITED", "ORDERS_CANCELLED", "FULFILLMENT_ORDERS_PLACED_ON_HOLD"):
            subscribe(topic)
        sandbox("/orders/LS-10004", **change)
        sandbox("/deliver")

        assert sorted(desk.headers("X-Shopify-Topic")) == topics

    def test_our_own_holds_and_tags_are_told_too(self, subscribe, desk, sandbox, ask):
        subscribe()
        ask('mutation{tagsAdd(id:"gid://shopify/Order/6000000005000",tags:["a"]){userErrors{message}}}')
        sandbox("/deliver")

        assert json.loads(desk.letters[0][2])["tags"] == "a"

    def test_a_new_order(self, subscribe, desk, sandbox, ask):
        subscribe("ORDERS_CREATE")
        placed = sandbox("/orders", like="LS-10001")
        sandbox("/deliver")

        assert json.loads(desk.letters[0][2])["name"] == f"#{placed['number']}" == "#LS-10041"
        assert ask('{orders(first:1,query:"name:LS-10041"){nodes{name}}}')["data"]["orders"]["nodes"] == [{"name": "#LS-10041"}]

    def test_only_the_fields_that_were_asked_for(self, subscribe, desk, sandbox):
        subscribe(includeFields=["id", "updated_at"])
        sandbox("/orders/LS-10003", note="x")
        sandbox("/deliver")

        assert set(json.loads(desk.letters[0][2])) == {"id", "updated_at"}

    def test_a_retry_carries_the_first_body_and_its_instant(self, subscribe, desk, sandbox, later):
        subscribe()
        desk.status = 503
        sandbox("/orders/LS-10003", note="first")
        sandbox("/deliver")
        sandbox("/orders/LS-10003", note="second")
        later(LADDER[0] + 1)
        desk.status = 200
        sandbox("/deliver")

        notes = [json.loads(body)["note"] for _, _, body in desk.letters]
        assert sorted(notes) == ["first", "first", "second"]
        again = [headers for (_, headers, _), note in zip(desk.letters, notes, strict=True) if note == "first"]
        assert again[0] == again[1]

    def test_nine_tries_over_four_hours_then_the_subscription_is_gone(self, subscribe, desk, sandbox, later, shop):
        subscribe()
        desk.status = 500
        sandbox("/orders/LS-10003", note="x")
        began = shop.world.now()
        tried = 0
        while shop.postman.subscriptions:
            tried += len(sandbox("/deliver")["delivered"])
            left = [letter.due_at for letter in shop.postman.letters]
            later(max(0.0, (max(left) - shop.world.now()).total_seconds()) + 0.01)

        assert tried == 9
        assert shop.world.now() - began == pytest.approx(timedelta(hours=4), abs=timedelta(minutes=1))
        assert sandbox("/deliver")["delivered"] == []

    def test_the_ladder_can_be_short(self, subscribe, desk, sandbox, shop):
        sandbox("/webhooks", ladder_s=[0])
        subscribe()
        desk.status = 500
        sandbox("/orders/LS-10003", note="x")
        sandbox("/deliver")
        sandbox("/deliver")

        assert shop.postman.subscriptions == {}


class TestBadLetters:
    @pytest.fixture
    def three(self, subscribe, desk, sandbox):
        subscribe()
        for note in "abc":
            sandbox("/orders/LS-10003", note=note)

    def notes(self, desk: Desk) -> list[str]:
        return [json.loads(body)["note"] for _, _, body in desk.letters]

    def test_reordered(self, three, desk, sandbox):
        sandbox("/deliver", reverse=True)

        assert self.notes(desk) == ["c", "b", "a"]

    def test_replayed_with_the_same_ids(self, three, desk, sandbox):
        sandbox("/deliver")
        sandbox("/deliver", last=2)

        assert self.notes(desk) == ["a", "b", "c", "b", "c"]
        ids = desk.headers("X-Shopify-Webhook-Id")
        assert ids[3:] == ids[1:3]

    def test_with_a_wrong_signature(self, three, desk, sandbox):
        sandbox("/deliver", last=1, corrupt=True)
        _, headers, body = desk.letters[0]

        assert not is_signed(headers, body)
        assert len(base64.b64decode(headers["X-Shopify-Hmac-Sha256"])) == 32

    def test_a_day_late(self, three, desk, sandbox):
        sandbox("/deliver", last=1)
        sandbox("/deliver", last=1, late_hours=24)
        fresh, late = desk.letters
        stamps = [datetime.fromisoformat(json.loads(body)["updated_at"]) for _, _, body in (fresh, late)]
        triggered = [datetime.fromisoformat(headers["X-Shopify-Triggered-At"]) for _, headers, _ in (fresh, late)]

        assert stamps[0] - stamps[1] == triggered[0] - triggered[1] == timedelta(hours=24)
        assert is_signed(late[1], late[2])

    def test_they_are_listed(self, three, client):
        letters = client.get("/_sandbox/shopify/letters").json()["letters"]

        assert [letter["topic"] for letter in letters] == ["orders/updated"] * 3
        assert {letter["status"] for letter in letters} == {None}


def test_a_tunnel_leads_from_an_https_address_to_this_machine(subscribe, desk, sandbox):
    sandbox("/webhooks", tunnel={"https://desk.example": "http://127.0.0.1:8000"})
    subscribe()
    sandbox("/orders/LS-10003", note="x")
    sandbox("/deliver")

    assert desk.letters[0][0] == "http://127.0.0.1:8000/webhooks/shopify/"


def test_posting_to_nobody_is_no_answer():
    assert post("http://127.0.0.1:9/", {}, b"{}") == 0


def test_posting_over_a_socket_says_what_was_answered(wire):
    url = f"{wire.base_url}/shopify/admin/api/2026-07/graphql.json"

    assert post(url, {"Content-Type": "application/json"}, b"{}") == 401


def test_a_served_sandbox_delivers_by_itself(wire, world):
    """Nobody has to ask: the letter arrives, here at a page that refuses it."""
    from partners.sandbox.shopify.book import TOKEN

    said = {"query": SUBSCRIBE, "variables": {"t": "ORDERS_UPDATED", "w": {"uri": URI}}}
    wire.post("/shopify/admin/api/2026-07/graphql.json", json=said, headers={"X-Shopify-Access-Token": TOKEN}).raise_for_status()
    wire.post("/_sandbox/shopify/webhooks", json={"tunnel": {"https://desk.example": str(wire.base_url)}, "ladder_s": [9, 9]})
    wire.post("/_sandbox/shopify/orders/LS-10003", json={"note": "x"})
    letters = []
    for _ in range(200):
        letters = wire.get("/_sandbox/shopify/letters").json()["letters"]
        if letters[0]["tries"]:
            break

    assert letters[0]["status"] == 404


@pytest.mark.parametrize(
    ("topic", "name"),
    [("ORDERS_UPDATED", "orders/updated"), ("FULFILLMENT_ORDERS_PLACED_ON_HOLD", "fulfillment_orders/placed_on_hold")],
)
def test_topics_as_headers_write_them(topic, name):
    assert topic_name(topic) == name
