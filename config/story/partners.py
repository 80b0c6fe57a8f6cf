"""What the make-believe partners show of themselves, asked from outside."""

import csv
import json
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings


def held_in_shop(sandbox_url: str) -> set[str]:
    """The orders that bear our hold where their shop's own staff look."""
    if settings.STORE == "shopify":
        orders = ask(f"{sandbox_url}/_sandbox/shopify/state")["orders"]
        return {number for number, order in orders.items() if any(hold["handle"].startswith("lockstep-") for hold in order["holds"])}
    with (Path(settings.STORE_FOLDER) / "out" / "holds.csv").open(newline="") as rows:
        return {row["order"] for row in csv.DictReader(rows) if not row["released_at"]}


def told(sandbox_url: str) -> list[tuple[str, str]]:
    """What the shop wrote to its customers about parcels: (order, tracking number), in order."""
    if settings.STORE == "shopify":
        log = ask(f"{sandbox_url}/_sandbox/shopify/notifications")["notifications"]
        return [(one["order"], one["number"]) for one in log]
    with (Path(settings.STORE_FOLDER) / "out" / "fulfilments.csv").open(newline="") as rows:
        return [(row["order"], row["tracking_number"]) for row in csv.DictReader(rows) if row["notify"] == "yes"]


def tell(url: str, said: dict[str, Any]) -> dict[str, Any]:
    """Have the make-believe partners do something."""
    request = urllib.request.Request(url, data=json.dumps(said).encode(), method="POST")  # noqa: S310 - as below
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the sandbox on our own machine
        done: dict[str, Any] = json.load(answer)
    return done


def ask(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - the sandbox on our own machine
        facts: dict[str, Any] = json.load(answer)
    return facts
