"""The RSA key in a PEM file, read with no more of DER than it takes: a certificate, a public key, or PKCS#1's own form."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

LEAST_BITS, MOST_BITS = 2048, 8192
_PEM = re.compile(r"-----BEGIN (CERTIFICATE|PUBLIC KEY|RSA PUBLIC KEY)-----([A-Za-z0-9+/=\s]+)-----END \1-----")
_RSA = bytes.fromhex("2a864886f70d010101")  # rsaEncryption, 1.2.840.113549.1.1.1
_SEQUENCE, _INTEGER, _BITS, _OBJECT = 0x30, 0x02, 0x03, 0x06


@dataclass(frozen=True)
class PublicKey:
    modulus: int
    exponent: int

    @property
    def size(self) -> int:
        """Octets of a signature by this key."""
        return (self.modulus.bit_length() + 7) // 8


def public_keys(pem: str) -> tuple[PublicKey, ...]:
    """Every RSA key in the text. Raises ValueError, with a sentence, where there is none or one cannot be read."""
    try:
        keys = tuple(_key(kind, base64.b64decode("".join(body.split()), validate=True)) for kind, body in _PEM.findall(pem))
    except (binascii.Error, IndexError) as error:
        raise ValueError("The certificate is not whole") from error
    if not keys:
        raise ValueError("There is no certificate and no public key in it")
    return keys


def _key(kind: str, der: bytes) -> PublicKey:
    if kind == "RSA PUBLIC KEY":
        return _numbers(der)
    outer = _inside(der, _SEQUENCE)
    return _from_info(outer if kind == "PUBLIC KEY" else _info_of(outer))


def _info_of(certificate: bytes) -> bytes:
    """The part of a certificate that holds the key: of the sequences in its body, the first whose algorithm is RSA and that ends in
    bits."""
    body = next(_items(certificate))[1]
    for tag, content in _items(body):
        parts = list(_items(content)) if tag == _SEQUENCE else []
        if len(parts) == 2 and parts[0][0] == _SEQUENCE and parts[1][0] == _BITS:
            return content
    raise ValueError("There is no public key in the certificate")


def _from_info(info: bytes) -> PublicKey:
    (_, algorithm), (tag, bits) = list(_items(info))[:2]
    if next(_items(algorithm)) != (_OBJECT, _RSA) or tag != _BITS or bits[:1] != b"\x00":
        raise ValueError("The key is not an RSA key")
    return _numbers(bits[1:])


def _numbers(der: bytes) -> PublicKey:
    numbers = list(_items(_inside(der, _SEQUENCE)))
    if len(numbers) != 2 or any(tag != _INTEGER for tag, _ in numbers):
        raise ValueError("The key is not an RSA key")
    key = PublicKey(*(int.from_bytes(content) for _, content in numbers))
    if not LEAST_BITS <= key.modulus.bit_length() <= MOST_BITS or key.exponent < 3 or not key.exponent & 1:
        raise ValueError(f"The key is not one of {LEAST_BITS} to {MOST_BITS} bits")
    return key


def _inside(der: bytes, wanted: int) -> bytes:
    tag, content = next(_items(der), (0, b""))
    if tag != wanted:
        raise ValueError("The key is not written as agreed")
    return content


def _items(der: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, content) of each item in turn. Raises ValueError for one that ends before its length says."""
    at = 0
    while at < len(der):
        tag, length, at = der[at], der[at + 1], at + 2
        if length & 0x80:
            octets = length & 0x7F
            length, at = int.from_bytes(der[at : at + octets]), at + octets
        if length > len(der) - at:
            raise ValueError("The key ends too early")
        yield tag, der[at : at + length]
        at += length
