"""The make-believe orders: good ones in all the untidy ways people type, and one fault each in one of eight."""

import random
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from partners.sandbox import goods
from partners.sandbox.places import FIRST, LAST, STREETS, TOWNS

SERVICES = {
    "inpost_locker": "InPost Locker",
    "royal_mail_48": "Royal Mail Tracked 48",
    "dpd_next_day": "DPD Next Day",
}
# Ranges that Ofcom has given to mobile networks.
PREFIXES = ("7712", "7803", "7890", "7956", "7725", "7984", "7577", "7403")


@dataclass
class Order:
    """One order file, which fault it carries ("" for none), and what the customer or a colleague says when asked."""

    body: dict[str, Any]
    code: str = ""
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def number(self) -> str:
        return str(self.body["name"])


class OrderBook:
    """Builds good orders for one world; every choice comes from its seeded generator."""

    def __init__(self, rng: random.Random, products: list[goods.Product], lockers: list[dict[str, Any]], start: datetime) -> None:
        self.rng, self.products, self.start = rng, products, start
        self.lockers = [point for point in lockers if _open_for_all(point)]

    def good(self, index: int, placed_at: datetime, *, home: bool) -> Order:
        """A sound order. One in five is a hire with dates that can be met."""
        person, products = self._person(index), self.rng.sample(self.products, self.rng.choice((1, 1, 1, 2)))
        body = {
            "id": str(5_000 + index),
            "name": f"LS-{10_001 + index}",
            "channel": self.rng.choice(("web", "web", "app")),
            "placedAt": stamp(placed_at),
            "paidAt": stamp(placed_at + timedelta(seconds=20)),
            "updatedAt": stamp(placed_at + timedelta(seconds=20)),
            "cancelledAt": None,
            "financial": "paid",
            "currency": "GBP",
            "note": "",
            **person,
            "lines": [_line(place, product) for place, product in enumerate(products, start=1)],
        }
        body["total"] = f"{sum(float(line['unitPrice']) for line in body['lines']):.2f}"
        self._route(body, home=home)
        if index % 5 == 2:
            self._hire(body)
        return Order(body)

    def _person(self, index: int) -> dict[str, Any]:
        first, last = self.rng.choice(FIRST), self.rng.choice(LAST)
        town, _, outward, _, _ = self.rng.choice(TOWNS)
        postcode = f"{outward} {self.rng.randint(1, 9)}{self.rng.choice('ABDEFGH')}{self.rng.choice('JLNPQRS')}"
        return {
            "email": f"customer{index}@example.com",
            "phones": [{"source": "shipping", "value": self._typed(self._mobile(index))}, {"source": "customer", "value": ""}],
            "shipTo": {
                "firstName": first,
                "lastName": last,
                "company": "",
                "address1": f"{self.rng.randint(1, 180)} {self.rng.choice(STREETS)}",
                "address2": self.rng.choice(("", "", "Flat 2")),
                "city": town,
                "province": "",
                "zip": self.rng.choice((postcode, postcode, postcode.lower(), postcode.replace(" ", ""))),
                "countryCode": "GB",
            },
        }

    def _mobile(self, index: int) -> str:
        """Ten digits that are nobody's joke: unique, neither repeated nor a run."""
        if index % 60 == 11:
            return f"7624{200_000 + index * 613 % 700_000:06d}"
        return f"{PREFIXES[index % len(PREFIXES)]}{102_030 + index * 2_719 % 880_000:06d}"

    def _typed(self, ten: str) -> str:
        return self.rng.choice(
            (
                f"0{ten[:4]} {ten[4:]}",
                f"0{ten}",
                f"+44 {ten[:4]} {ten[4:]}",
                f"0044{ten}",
                f"+44 (0){ten}",
                f"0{ten[:4]}-{ten[4:7]}-{ten[7:]}",
                ten,
            )
        )

    def _route(self, body: dict[str, Any], *, home: bool) -> None:
        code = self.rng.choice(("royal_mail_48", "dpd_next_day")) if home else "inpost_locker"
        body["service"], body["attributes"], body["metafields"] = {"code": code, "title": SERVICES[code]}, {}, {}
        if not home:
            self.send_to(body, self.rng.choice(self.lockers)["name"])

    def send_to(self, body: dict[str, Any], locker: str) -> None:
        """Put the locker where one of the shop's checkouts leaves it."""
        body["attributes"].pop("Locker ID", None)
        body["attributes"].pop("inpost_locker_id", None)
        body["metafields"].pop("lockers.point", None)
        place = self.rng.randrange(3)
        if place == 0:
            body["attributes"]["Locker ID"] = locker
        elif place == 1:
            body["attributes"]["inpost_locker_id"] = locker.lower() if locker[2:].isdigit() else locker
        else:
            body["metafields"]["lockers.point"] = {"provider": "INPOST", "code": locker}

    def _hire(self, body: dict[str, Any]) -> None:
        first = self.start.date() + timedelta(days=6 + self.rng.randrange(10))
        names = ("Dispatch Date", "Delivery Date", "Event Date", "Return Date")
        days = (first, first + timedelta(days=1), first + timedelta(days=3), first + timedelta(days=6))
        body["attributes"] |= {name: day.isoformat() for name, day in zip(names, days, strict=True)}
        for line in body["lines"]:
            line["hire"] = True


def twin(order: Order, index: int) -> dict[str, Any]:
    """The same order placed once more, five minutes later."""
    body = deepcopy(order.body)
    later = datetime.fromisoformat(body["placedAt"]) + timedelta(minutes=5)
    body |= {"id": str(5_000 + index), "name": f"LS-{10_001 + index}"}
    return body | {name: stamp(later) for name in ("placedAt", "paidAt", "updatedAt")}


def stamp(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")


def lines_of(*products: goods.Product) -> list[dict[str, Any]]:
    return [_line(place, product) for place, product in enumerate(products, start=1)]


def _line(place: int, product: goods.Product) -> dict[str, Any]:
    return {
        "id": str(place),
        "sku": product.sku,
        "name": product.name,
        "quantity": 1,
        "unitPrice": product.price,
        "hire": False,
        "measurements": [product.sku.rpartition("-")[2]],
    }


def _open_for_all(point: dict[str, Any]) -> bool:
    open_ = point["status"] == "Operating" and point["type"] == ["parcel_locker"]
    return open_ and set(point["locker_availability"]["details"]) == {"A", "B", "C"}
