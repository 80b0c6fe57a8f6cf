"""A shop that writes files, as docs/partners/folder.md says it should."""

import copy
import json
from pathlib import Path
from typing import Any

# The order of docs/partners/folder.md.
ORDER: dict[str, Any] = {
    "id": "5001",
    "name": "LS-10001",
    "channel": "web",
    "placedAt": "2026-11-20T09:14:00Z",
    "paidAt": "2026-11-20T09:14:20Z",
    "updatedAt": "2026-11-20T09:14:20Z",
    "cancelledAt": None,
    "financial": "paid",
    "currency": "GBP",
    "total": "84.00",
    "note": "",
    "email": "customer@example.com",
    "phones": [{"source": "shipping", "value": "07700 900123"}, {"source": "customer", "value": ""}],
    "shipTo": {
        "firstName": "Ada",
        "lastName": "Byron",
        "company": "",
        "address1": "1 High Street",
        "address2": "",
        "city": "Leeds",
        "province": "",
        "zip": "LS1 4AB",
        "countryCode": "GB",
    },
    "service": {"code": "inpost_locker", "title": "InPost Locker"},
    "attributes": {"Locker ID": "UK00001234", "Dispatch Date": "2026-11-24"},
    "metafields": {"lockers.point": {"provider": "INPOST", "code": "UK00001234"}},
    "lines": [
        {
            "id": "1",
            "sku": "DRS-0012-10",
            "name": "Midi dress",
            "quantity": 1,
            "unitPrice": "84.00",
            "hire": False,
            "measurements": ["10"],
        }
    ],
    "customs": {"contents": "Clothing", "value": "84.00"},
}


def order(**changes: Any) -> dict[str, Any]:
    """The order with changes; a dotted name with __ goes inside: shipTo__city, lines__0__quantity. `...` takes a field away."""
    made = copy.deepcopy(ORDER)
    for name, value in changes.items():
        place: Any = made
        *path, last = [int(part) if part.isdigit() else part for part in name.split("__")]
        for part in path:
            place = place[part]
        if value is ...:
            del place[last]
        else:
            place[last] = value
    return made


def raw(**changes: Any) -> bytes:
    return json.dumps(order(**changes)).encode()


class Shop:
    """The folder, and how the shop writes into it: beside the final name, then renamed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "orders").mkdir(parents=True)

    def writes(self, name: str, body: bytes) -> Path:
        path = self.folder / "orders" / name
        part = path.with_suffix(".part")
        part.write_bytes(body)
        return part.replace(path)

    def sells(self, number: int, updated_at: str, **changes: Any) -> Path:
        named = {"id": str(number), "name": f"LS-{number}", "updatedAt": updated_at}
        return self.writes(f"{number}.json", raw(**named, **changes))
