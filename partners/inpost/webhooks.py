"""What InPost sends by itself: is it really from there, and is it fresh enough to be believed?"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from partners.errors import RecordError
from partners.inpost.certificates import PublicKey
from partners.values import identifier, instant_at

OLDEST = timedelta(hours=48)
# DER of "this is a SHA-256 digest", as PKCS#1 v1.5 puts it before the digest (RFC 8017, 9.2).
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")


@dataclass(frozen=True)
class Delivery:
    """What the headers say. `sent_at` is None where it is missing or no instant."""

    topic: str
    event_id: str
    sent_at: datetime | None
    stamp: str
    signature: str


def read_headers(headers: Mapping[str, str]) -> Delivery:
    said = {name.lower(): value for name, value in headers.items()}
    stamp = said.get("x-inpost-timestamp", "")
    return Delivery(
        topic=identifier(said.get("x-inpost-topic", "")),
        event_id=identifier(said.get("x-inpost-event-id", ""), limit=120),
        sent_at=_instant(stamp),
        stamp=stamp,
        signature=said.get("x-inpost-signature", ""),
    )


def verify(raw: bytes, delivery: Delivery, *, secrets: Sequence[bytes] = (), keys: Sequence[PublicKey] = ()) -> bool:
    """Was this signed by InPost? Either form of content is accepted, the body alone or the time, a dot and the body, and either
    algorithm that we hold a key for. Signatures are base64 and compared in constant time over the bytes as they came."""
    try:
        said = base64.b64decode(delivery.signature.encode("ascii"), validate=True)
        stamped = delivery.stamp.encode("ascii") + b"." + raw
    except (UnicodeEncodeError, binascii.Error):
        return False
    return any(_by_secret(content, said, secrets) or any(_by_key(content, said, key) for key in keys) for content in (raw, stamped))


def is_fresh(delivery: Delivery, at: datetime) -> bool:
    """Sent within 48 hours: InPost gives up after 37 minutes, so what is older was kept by somebody else."""
    return delivery.sent_at is not None and at - delivery.sent_at <= OLDEST


def _by_secret(content: bytes, said: bytes, secrets: Sequence[bytes]) -> bool:
    return any(hmac.compare_digest(hmac.digest(secret, content, "sha256"), said) for secret in secrets)


def _by_key(content: bytes, said: bytes, key: PublicKey) -> bool:
    """PKCS#1 v1.5: the whole padded block is built and compared, never parsed, so that nothing can hide in it."""
    if len(said) != key.size or (number := int.from_bytes(said)) >= key.modulus:
        return False
    block = pow(number, key.exponent, key.modulus).to_bytes(key.size)
    digest = _SHA256 + hashlib.sha256(content).digest()
    wanted = b"\x00\x01" + b"\xff" * (key.size - len(digest) - 3) + b"\x00" + digest
    return hmac.compare_digest(block, wanted)


def _instant(value: str) -> datetime | None:
    try:
        return instant_at(value, "x-inpost-timestamp")
    except RecordError:
        return None
