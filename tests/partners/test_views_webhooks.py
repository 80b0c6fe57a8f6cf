"""The shop's webhook door: sized, verified over the bytes as they came, stored once, answered, and never a 500."""

import base64
import hashlib
import hmac
import json

import pytest
from django.core.cache import cache
from django.test import Client
from django_q.models import OrmQ

from partners.models import InboxMessage, WebhookDoor
from partners.queries import trouble

pytestmark = pytest.mark.django_db

SECRET = "hush"
BODY = json.dumps(
    {"id": 450789469, "admin_graphql_api_id": "gid://shopify/Order/450789469", "name": "LS-1", "updated_at": "2026-06-09T10:00:00+01:00"}
).encode()


@pytest.fixture(autouse=True)
def secret(settings):
    cache.clear()
    settings.SHOPIFY_WEBHOOK_SECRET = SECRET


def sign(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def deliver(client: Client, body: bytes = BODY, *, signature: str | None = None, delivery: str = "d-1", **headers: str):
    said = {"X-Shopify-Hmac-Sha256": sign(body) if signature is None else signature, "X-Shopify-Topic": "orders/updated"}
    return client.post(
        "/webhooks/shopify/", body, content_type="application/json", headers=said | {"X-Shopify-Webhook-Id": delivery} | headers
    )


def door() -> WebhookDoor:
    return WebhookDoor.objects.get(source="shopify")


def test_a_right_signature_is_stored_as_it_came_and_rings_once(client):
    answer = deliver(client, **{"X-Shopify-Triggered-At": "2026-06-09T09:00:00.123456789Z"})

    message = InboxMessage.objects.get()
    assert (answer.status_code, bytes(message.raw_body), message.topic) == (200, BODY, "orders/updated")
    assert (message.object_id, message.object_version) == ("gid://shopify/Order/450789469", "2026-06-09T10:00:00+01:00")
    assert message.triggered_at is not None
    assert (OrmQ.objects.count(), door().refused) == (1, 0)


def test_a_delivery_seen_before_is_answered_200_and_has_no_effect(client):
    assert [deliver(client).status_code, deliver(client).status_code] == [200, 200]

    assert (InboxMessage.objects.count(), OrmQ.objects.count()) == (1, 1)


def test_a_wrong_signature_is_refused_and_nothing_but_the_count_is_kept(client):
    answers = [deliver(client, signature=wrong).status_code for wrong in ("", sign(BODY, "other"), "not base64!", sign(b"other"), "é")]

    assert set(answers) == {401}
    assert (InboxMessage.objects.count(), OrmQ.objects.count(), door().refused, door().refused_in_a_row) == (0, 0, 5, 5)


def test_without_a_secret_everything_is_refused(client, settings):
    settings.SHOPIFY_WEBHOOK_SECRET = ""

    assert deliver(client, signature=sign(BODY, "")).status_code == 401


def test_while_the_secret_is_changed_both_are_right(client, settings):
    settings.SHOPIFY_WEBHOOK_SECRET = "new, hush"

    assert deliver(client).status_code == 200
    assert deliver(client, signature=sign(BODY, "new"), delivery="d-2").status_code == 200


def test_a_body_over_a_megabyte_is_refused_before_it_is_read(client):
    assert deliver(client, b"x" * 1_000_001).status_code == 413
    assert not InboxMessage.objects.exists()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b"[]", b'{"id": "\\u0000", "updated_at": {"a": 1}}', b"\xff\xfe", b'{"id": ' + b"9" * 5_000 + b"}"]
)
def test_whatever_is_signed_is_stored_and_never_a_500(client, body):
    assert deliver(client, body).status_code == 200
    assert bytes(InboxMessage.objects.get().raw_body) == body


def test_a_delivery_that_names_no_id_is_known_by_its_bytes(client):
    assert [deliver(client, delivery="").status_code, deliver(client, delivery="").status_code] == [200, 200]

    assert InboxMessage.objects.get().delivery_id.startswith("sha256:")


def test_no_login_no_csrf_and_only_post(client):
    strict = Client(enforce_csrf_checks=True)

    assert deliver(strict).status_code == 200
    assert client.get("/webhooks/shopify/").status_code == 405


def test_the_banner_comes_only_after_five_in_a_row_and_goes_with_the_next_right_one(client, noon):
    told = []
    for _ in range(5):
        deliver(client, signature="")
        told.append(len(trouble(noon)))
    deliver(client)

    assert (told, trouble(noon)) == ([0, 0, 0, 0, 1], [])
    assert (door().refused, door().refused_in_a_row) == (5, 0)


def test_the_connections_page_says_what_came_and_what_was_refused(admin_client):
    deliver(admin_client, signature="")
    deliver(admin_client)

    html = admin_client.get("/settings/connections/").content.decode()

    assert "Once a delivery had a wrong signature" in html
    assert "The shop last told us something" in html
    assert SECRET not in html


def test_a_delivery_costs_few_statements(client, django_assert_max_num_queries):
    deliver(client)

    with django_assert_max_num_queries(8):
        deliver(client, delivery="d-2")
