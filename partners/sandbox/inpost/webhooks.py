"""InPost's webhooks: every event that comes to be seen is told once to each who subscribed, signed, and tried again for a while.

The signature is HMAC-SHA256 or RSA (SHA256withRSA), in base64, over the raw body or over `{x-inpost-timestamp}.{body}`: agreed with
each client, so that a client which guesses wrong refuses everything.
"""

import base64
import hashlib
import hmac
import itertools
import json
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from partners.sandbox import postman
from partners.sandbox.inpost import WEBHOOK_SECRET
from partners.sandbox.inpost.book import Carrier
from partners.sandbox.inpost.tracking import told_by_webhook
from partners.sandbox.postman import Headers, Letter

LADDER = (15.0, 30.0, 60.0, 300.0, 1800.0)
TOPIC, API_VERSION = "Shipment.Tracking", "2024-06-01"
SIGNINGS, FORMS = ("hmac", "rsa"), ("body", "timestamp")


@dataclass
class Subscription:
    """`paused`: nothing goes out by itself, only when it is asked for."""

    id: int
    address: str
    secret: str = WEBHOOK_SECRET
    signing: str = "hmac"
    form: str = "body"
    paused: bool = False


class Postman(postman.Postman):
    """What happened before anybody subscribed is not told. A letter that was tried six times in vain is dropped for good."""

    def __init__(self, carrier: Carrier, real_clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__(carrier.world.now, LADDER)
        self.carrier, self.real_clock = carrier, real_clock
        self.subscriptions: dict[str, Subscription] = {}
        self._ids = itertools.count(1)
        self._chance = random.Random(f"postman {carrier.world.seed}")  # noqa: S311 - shuffles letters

    @cached_property
    def key(self) -> rsa.RSAPrivateKey:
        """One for each world, made when it is first needed."""
        return rsa.generate_private_key(public_exponent=65_537, key_size=2048)

    def key_pem(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def subscribe(self, address: str, **agreed: str | bool) -> Subscription:
        """One to an address; what was agreed before stands where nothing else is said."""
        self.collect()
        one = self.subscriptions.setdefault(address, Subscription(next(self._ids), address))
        for name, value in agreed.items():
            setattr(one, name, value)
        return one

    def collect(self) -> None:
        """Write a letter to everybody about each event that has come to be seen."""
        with self.carrier.world.lock, self.lock:
            now = self.clock()
            for shipment, event in self.carrier.news():
                body = json.dumps(told_by_webhook(self.carrier.world, shipment, event), ensure_ascii=False).encode()
                for one in self.subscriptions.values():
                    self.letters.append(Letter(str(uuid.uuid4()), event.id, TOPIC, one.address, one.id, body, event.at, now))

    def due(self) -> list[Letter]:
        self.collect()
        return super().due()

    def stands(self, letter: Letter) -> bool:
        return super().stands(letter) and letter.uri in self.subscriptions

    def due_by_itself(self) -> list[Letter]:
        paused = {address for address, one in list(self.subscriptions.items()) if one.paused}
        return [letter for letter in self.due() if letter.uri not in paused]

    def deliver(self, letters: list[Letter], *, times: int = 1, shuffle: bool = False, corrupt: bool = False) -> list[dict[str, object]]:
        """Post each so many times, in any order where `shuffle` says so; `corrupt` spoils the signature. Says how each went."""
        round_ = [letter for letter in letters for _ in range(times)]
        if shuffle:
            self._chance.shuffle(round_)
        return [self._deliver(letter, corrupt=corrupt) for letter in round_ if letter.uri in self.subscriptions]

    def _deliver(self, letter: Letter, *, corrupt: bool) -> dict[str, object]:
        headers = self.headers(letter, corrupt=corrupt)
        status = self.send(letter, letter.uri, headers, letter.body)
        return {"event_id": letter.event, "address": letter.uri, "status": status, "tries": letter.tries}

    def headers(self, letter: Letter, *, corrupt: bool = False) -> Headers:
        """Every try is signed anew, at the real time: the receiver's clock is not ours to move."""
        told_at = self.real_clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        one = self.subscriptions[letter.uri]
        signed = letter.body if one.form == "body" else f"{told_at}.".encode() + letter.body
        return {
            "Content-Type": "application/json",
            "x-inpost-topic": TOPIC,
            "x-inpost-event-id": letter.event,
            "x-inpost-timestamp": told_at,
            "x-inpost-api-version": API_VERSION,
            "x-inpost-signature": base64.b64encode(self._sign(one, signed + b" " * corrupt)).decode(),
        }

    def _sign(self, one: Subscription, signed: bytes) -> bytes:
        if one.signing == "rsa":
            return self.key.sign(signed, padding.PKCS1v15(), SHA256())
        return hmac.new(one.secret.encode(), signed, hashlib.sha256).digest()
