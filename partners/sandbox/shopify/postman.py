"""Webhooks: who subscribed to what, and the signed letters on their way, tried again as the real one tries.

Nine tries over four hours; then the subscription is taken away, without a word.
"""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from partners.sandbox import postman
from partners.sandbox.postman import Letter
from partners.sandbox.shopify.rest import fulfilment_payload, order_payload
from partners.sandbox.shopify.sale import Fulfilment, Sale, stamp

# Seconds to the next try, doubling, four hours in all.
LADDER = tuple(14_400 * 2**rung / (2**8 - 1) for rung in range(8))


@dataclass
class Subscription:
    id: int
    topic: str
    uri: str
    created_at: datetime
    updated_at: datetime
    include_fields: list[str] = field(default_factory=list)
    filter: str = ""
    name: str | None = None
    format: str = "JSON"


class Postman(postman.Postman):
    def __init__(self, clock: Callable[[], datetime], secret: bytes, domain: str, version: str) -> None:
        super().__init__(clock, LADDER)
        self.secret, self.domain, self.version = secret, domain, version
        self.subscriptions: dict[int, Subscription] = {}
        self.tunnels: dict[str, str] = {}

    # --- what is to be told ------------------------------------------------------------------------------------------------------

    def put(self, topic: str, sale: Sale) -> None:
        self._put(topic, lambda: order_payload(sale, topic))

    def put_fulfilment(self, topic: str, one: Fulfilment) -> None:
        self._put(topic, lambda: fulfilment_payload(one))

    def _put(self, topic: str, payload: Callable[[], dict[str, Any]]) -> None:
        with self.lock:
            now, event = self.clock(), str(uuid.uuid4())
            for subscription in self.subscriptions.values():
                if subscription.topic == topic:
                    said = payload()
                    wanted = {name: said[name] for name in subscription.include_fields if name in said} or said
                    body = json.dumps(wanted, ensure_ascii=False).encode()
                    letter = Letter(str(uuid.uuid4()), event, topic, subscription.uri, subscription.id, body, now, now)
                    self.letters.append(letter)

    # --- delivering --------------------------------------------------------------------------------------------------------------

    def stands(self, letter: Letter) -> bool:
        return letter.subscription in self.subscriptions

    def give_up(self, letter: Letter) -> None:
        self.subscriptions.pop(letter.subscription, None)

    def deliver(self, letters: Iterable[Letter], *, corrupt: bool = False, late: timedelta = timedelta(0)) -> list[dict[str, Any]]:
        """Post these and say how it went. `corrupt` spoils the signature; `late` makes the event as much older than it was."""
        return [self._deliver(letter, corrupt=corrupt, late=late) for letter in letters]

    def _deliver(self, letter: Letter, *, corrupt: bool, late: timedelta) -> dict[str, Any]:
        body = _aged(letter.body, late) if late else letter.body
        headers = self.headers(letter, body, letter.triggered_at - late)
        if corrupt:
            headers["X-Shopify-Hmac-Sha256"] = base64.b64encode(hashlib.sha256(body).digest()).decode()
        status = self.send(letter, self._through(letter.uri), headers, body)
        return {"webhook_id": letter.id, "topic": topic_name(letter.topic), "status": status, "tries": letter.tries}

    def headers(self, letter: Letter, body: bytes, triggered_at: datetime) -> dict[str, str]:
        signature = base64.b64encode(hmac.digest(self.secret, body, "sha256")).decode()
        return {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": topic_name(letter.topic),
            "X-Shopify-Hmac-Sha256": signature,
            "X-Shopify-Shop-Domain": self.domain,
            "X-Shopify-API-Version": self.version,
            "X-Shopify-Webhook-Id": letter.id,
            "X-Shopify-Event-Id": letter.event,
            "X-Shopify-Triggered-At": triggered_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }

    def _through(self, uri: str) -> str:
        """Subscriptions are https; a tunnel, such as developers use, leads from there to this machine."""
        for outside, inside in self.tunnels.items():
            if uri.startswith(outside):
                return inside + uri.removeprefix(outside)
        return uri


def topic_name(topic: str) -> str:
    """ORDERS_UPDATED as the header writes it: orders/updated."""
    for room in ("FULFILLMENT_ORDERS", "ORDERS", "APP"):
        if topic.startswith(f"{room}_"):
            return f"{room.lower()}/{topic.removeprefix(f'{room}_').lower()}"
    return topic.lower()


def _aged(body: bytes, late: timedelta) -> bytes:
    said = json.loads(body)
    if "updated_at" in said:
        said["updated_at"] = stamp(datetime.fromisoformat(said["updated_at"]) - late)
    return json.dumps(said, ensure_ascii=False).encode()
