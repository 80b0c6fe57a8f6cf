"""What Shopify sends by itself: is it really from there, and what is it about?"""

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from partners.errors import RecordError
from partners.values import identifier, instant_at


@dataclass(frozen=True)
class Delivery:
    """What the headers say. `delivery_id` is new for each message, `event_id` the same for every message of one event."""

    topic: str
    delivery_id: str
    event_id: str
    triggered_at: datetime | None
    shop: str


def verify(raw: bytes, signature: str, secrets: Sequence[bytes]) -> bool:
    """Is this the base64 HMAC-SHA256 of the bytes as they came, by one of our secrets? Compared as bytes, in constant time."""
    try:
        said = base64.b64decode(signature.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return False
    return any(hmac.compare_digest(hmac.digest(secret, raw, "sha256"), said) for secret in secrets)


def read_headers(headers: Mapping[str, str]) -> Delivery:
    """What the headers name, whichever way they are written; "" for what they do not, and None for an instant that is none."""
    said = {name.lower(): value for name, value in headers.items()}
    return Delivery(
        topic=identifier(said.get("x-shopify-topic", "")),
        delivery_id=identifier(said.get("x-shopify-webhook-id", "")),
        event_id=identifier(said.get("x-shopify-event-id", "")),
        triggered_at=_instant(said.get("x-shopify-triggered-at", "")),
        shop=identifier(said.get("x-shopify-shop-domain", ""), limit=253),
    )


def _instant(value: str) -> datetime | None:
    try:
        return instant_at(value, "X-Shopify-Triggered-At")
    except RecordError:
        return None
