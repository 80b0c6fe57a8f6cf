"""A customer whose every datum can be told from anything else, and everywhere that the database might keep one."""

import base64
import binascii
import zlib
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django_q.models import OrmQ, Task

FIRST, LAST, EMAIL, MOBILE = "Canarina", "Whistlethwaite", "canarina.w@canary.example", "07712 345999"
STREET, CITY, POSTCODE = "17 Canarybird Close", "Canaryton", "ZE2 9QX"
SIGNS = ("canarina", "whistlethwaite", "canary.example", "345999", "canarybird", "canaryton", "ze2 9qx", "ze29qx")


def body(number: str = "LS-90001", **changed: Any) -> dict[str, Any]:
    """Her order as a shop's folder has it: she stands in every field that can hold somebody."""
    return {
        "id": f"5550{number[-5:]}",
        "name": number,
        "channel": "web",
        "placedAt": "2026-06-01T09:00:00Z",
        "paidAt": "2026-06-01T09:00:00Z",
        "updatedAt": "2026-06-01T09:00:00Z",
        "currency": "GBP",
        "total": "84.00",
        "note": f"Please ring {FIRST} on {MOBILE}",
        "email": EMAIL,
        "phones": [{"source": "shipping", "value": MOBILE}, {"source": "billing", "value": "+44 7712 345999"}],
        "shipTo": {"firstName": FIRST, "lastName": LAST, "address1": STREET, "city": CITY, "zip": POSTCODE, "countryCode": "GB"},
        "service": {"code": "inpost_locker", "title": "InPost locker"},
        "lines": [
            {"id": "1", "sku": "DRS-0012-10", "name": "Midi dress", "quantity": 1, "unitPrice": "84.00", "measurements": [f"{FIRST}: 92"]}
        ],
        "attributes": {"Locker ID": "UK00000904", "Gift message": f"Dear {FIRST} {LAST}, {STREET}, {CITY}"},
        **changed,
    }


def tables_with_her() -> dict[str, int]:
    """Table → how many of its values hold a sign of her: texts, JSON, bytes, compressed and pickled ones. Every table there is."""
    found = {table: sum(map(_is_hers, _values(table))) for table in connection.introspection.table_names()}
    found["queued"] = sum(_is_hers(repr(row.task())) for row in OrmQ.objects.all())
    found["done"] = sum(_is_hers(repr((row.args, row.kwargs, row.result))) for row in Task.objects.all())
    return {table: count for table, count in found.items() if count}


def signs_in(text: str) -> list[str]:
    return [sign for sign in SIGNS if sign in text.lower()]


def _values(table: str) -> Iterator[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a table of our own
        for row in cursor.fetchall():
            yield from row


def _is_hers(value: Any) -> bool:
    return any(signs_in(form) for form in _forms(value))


def _forms(value: Any) -> Iterator[str]:
    """What a value may say, however it is packed."""
    if isinstance(value, memoryview | bytes):
        yield from _unpacked(bytes(value))
    elif value is not None:
        yield str(value)
        try:
            yield from _unpacked(base64.b64decode(str(value), validate=True))
        except (binascii.Error, ValueError):
            return


def _unpacked(packed: bytes) -> Iterator[str]:
    yield packed.decode("utf-8", "replace")
    try:
        yield zlib.decompress(packed).decode("utf-8", "replace")
    except zlib.error:
        return
