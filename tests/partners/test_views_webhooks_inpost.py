"""InPost's webhook door: either form of content, either algorithm, fresh, stored once, answered, and never a 500."""

import base64
import hashlib
import hmac
import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client

from partners.inpost.certificates import public_keys
from partners.inpost.webhooks import Delivery, verify
from partners.models import InboxMessage, WebhookDoor
from partners.queries import doors

SECRET = "hush"
BODY = (
    b'{"trackingNumber":"T1","eventId":"e1#LMD.1005","eventCode":"LMD.1005","timestamp":"2026-06-09T10:00:00.111968200Z","location":null}'
)


@pytest.fixture(autouse=True)
def secret(settings):
    cache.clear()
    settings.INPOST_WEBHOOK_SECRET = SECRET


def now_text(**ago: int) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%S.111968200Z")


def sign(content: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), content, hashlib.sha256)).decode()


def deliver(client: Client, body: bytes = BODY, *, signature: str | None = None, stamp: str | None = None, event: str = "e1#LMD.1005"):
    stamp = now_text() if stamp is None else stamp
    said = {"x-inpost-topic": "Shipment.Tracking", "x-inpost-event-id": event, "x-inpost-timestamp": stamp}
    said["x-inpost-signature"] = sign(body) if signature is None else signature
    return client.post("/webhooks/inpost/", body, content_type="application/json", headers=said)


def test_the_vendors_own_example_verifies(shared: Path):
    vector = json.loads((shared / "data/inpost/webhook_hmac_test_vector.json").read_text())
    delivery = Delivery("", "", None, "", vector["expected_x_inpost_signature"])

    assert verify(vector["body"].encode(), delivery, secrets=[vector["key"].encode()])
    assert not verify(vector["body"].encode() + b" ", delivery, secrets=[vector["key"].encode()])
    assert not verify(vector["body"].encode(), delivery, secrets=[b"another"])


@pytest.mark.django_db
def test_both_forms_of_content_are_stored_as_they_came(client):
    stamp = now_text(minutes=5)

    answers = [deliver(client), deliver(client, stamp=stamp, signature=sign(stamp.encode() + b"." + BODY), event="e2")]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert {bytes(message.raw_body) for message in InboxMessage.objects.filter(source="inpost")} == {BODY}
    assert doors.door("inpost", datetime.now(UTC), has_secret=True).tone == "ok"


@pytest.mark.django_db
def test_a_delivery_seen_before_is_answered_200_and_has_no_effect(client):
    assert [deliver(client).status_code for _ in range(3)] == [200, 200, 200]
    assert InboxMessage.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("signature", ["", "é", "not base64!", sign(BODY, "other"), sign(b"other"), hashlib.sha256(BODY).hexdigest()])
def test_a_wrong_signature_is_refused_and_counted(client, signature):
    assert deliver(client, signature=signature).status_code == 401
    assert (InboxMessage.objects.count(), WebhookDoor.objects.get(source="inpost").refused_in_a_row) == (0, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("stamp", ["", "yesterday", "2026-06-09T10:00:00", "é"])
def test_what_does_not_say_when_it_was_sent_is_refused(client, stamp):
    assert deliver(client, stamp=stamp).status_code == 401


@pytest.mark.django_db
def test_what_is_older_than_48_hours_is_refused(client):
    assert [deliver(client, stamp=now_text(hours=h)).status_code for h in (47, 49)] == [200, 401]


@pytest.mark.django_db
def test_five_wrong_signatures_in_a_row_raise_the_alarm_with_the_settings_name(client):
    for _ in range(5):
        deliver(client, signature="x")

    _, sentence, _ = doors.alarm(datetime.now(UTC))

    assert "InPost's last 5 messages" in sentence
    assert "INPOST_WEBHOOK_SECRET" in sentence


@pytest.mark.django_db
def test_a_megabyte_and_more_is_refused_unread(client):
    assert deliver(client, b"x" * 1_000_001).status_code == 413
    assert deliver(client, b"\xff\x00 not json").status_code == 200  # signed: kept, and found unreadable later


@pytest.fixture(scope="module")
def rsa(tmp_path_factory) -> tuple[Path, Path, Path]:
    """A private key, its certificate and its public key, as files."""
    folder = tmp_path_factory.mktemp("rsa")
    key, certificate, public = folder / "key.pem", folder / "cert.pem", folder / "pub.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=t"]
    subprocess.run(made, check=True, capture_output=True)
    subprocess.run(["openssl", "rsa", "-in", key, "-pubout", "-out", public], check=True, capture_output=True)
    return key, certificate, public


def sign_by_key(key: Path, content: bytes) -> str:
    done = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=content, check=True, capture_output=True)
    return base64.b64encode(done.stdout).decode()


@pytest.mark.django_db
def test_a_signature_by_rsa_passes_in_both_forms_and_a_changed_byte_does_not(client, settings, rsa):
    key, certificate, _ = rsa
    settings.INPOST_WEBHOOK_SECRET, settings.INPOST_WEBHOOK_CERT = "", str(certificate)
    stamp = now_text()

    bare, stamped = sign_by_key(key, BODY), sign_by_key(key, stamp.encode() + b"." + BODY)

    assert deliver(client, signature=bare).status_code == 200
    assert deliver(client, signature=stamped, stamp=stamp).status_code == 200
    assert deliver(client, BODY + b" ", signature=bare).status_code == 401
    assert deliver(client, signature=base64.b64encode(bytes(256)).decode()).status_code == 401
    assert deliver(client, signature=base64.b64encode(b"\xff" * 256).decode()).status_code == 401


def test_a_certificate_and_its_public_key_give_the_same_key(rsa):
    _, certificate, public = rsa

    assert public_keys(certificate.read_text()) == public_keys(public.read_text())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----",
    ],
)
def test_what_is_no_key_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"^The|^There"):
        public_keys(text)


@pytest.mark.django_db
def test_a_certificate_that_cannot_be_read_asks_inpost_to_come_again(client, settings):
    settings.INPOST_WEBHOOK_CERT = "/nowhere/cert.pem"

    assert deliver(client).status_code == 503
