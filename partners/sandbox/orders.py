"""The make-believe orders: good ones, in all the untidy ways people type."""

import random
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from partners.sandbox import goods
from partners.sandbox.places import FIRST, LAST, STREETS, TOWNS
from partners.sandbox.points import Point, takes_everything

SERVICES = {
    "inpost_locker": "InPost Locker",
    "royal_mail_48": "Royal Mail Tracked 48",
    "dpd_next_day": "DPD Next Day",
}
HIRE_DATES = ("Dispatch Date", "Delivery Date", "Event Date", "Return Date")
LOCKER_PLACES = ("Locker ID", "inpost_locker_id")
# Ranges that Ofcom has given to mobile networks.
PREFIXES = ("7712", "7803", "7890", "7956", "7725", "7984", "7577", "7403")
PAID_AFTER = timedelta(seconds=20)


@dataclass
class Order:
    """One order file, what is wrong with it ("" for nothing), and what the customer or a colleague says when asked."""

    body: dict[str, Any]
    code: str = ""
    kind: str = ""
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def number(self) -> str:
        return str(self.body["name"])

    @property
    def is_hire(self) -> bool:
        return any(line["hire"] for line in self.body["lines"])

    @property
    def placed_at(self) -> datetime:
        return datetime.fromisoformat(self.body["placedAt"])


class OrderBook:
    """Builds good orders for one world; every choice comes from its seeded generator."""

    def __init__(self, rng: random.Random, products: list[goods.Product], points: list[Point], start: datetime) -> None:
        self.rng, self.products, self.start = rng, products, start
        self.lockers = [str(point["name"]) for point in points if takes_everything(point)]
        if not self.lockers:
            raise ValueError("Not one of these points is an open locker with compartments A, B and C: orders would have nowhere to go.")

    def good(self, index: int, placed_at: datetime, *, home: bool) -> Order:
        """A sound order. One in five is a hire with dates that can be met."""
        body = _numbered(index) | {
            "channel": self.rng.choice(("web", "web", "app")),
            "cancelledAt": None,
            "fulfilled": "",
            "financial": "paid",
            "currency": "GBP",
            "note": "",
            "email": f"customer{index}@example.com",
            "phones": [{"source": "shipping", "value": self._typed(_mobile(index))}, {"source": "customer", "value": ""}],
            "shipTo": self._address(),
            "attributes": {},
            "metafields": {},
        }
        order = Order(body | _placed(placed_at))
        self._fill(order, self.rng.sample(self.products, self.rng.choice((1, 1, 1, 2))))
        if home:
            by_home(order, self.rng.choice(("royal_mail_48", "dpd_next_day")))
        else:
            choose_service(order, "inpost_locker")
            self.send_to(order, self.a_locker())
        if index % 5 == 2:
            hire(order, self.some_dates())
        return order

    def a_locker(self) -> str:
        return self.rng.choice(self.lockers)

    def send_to(self, order: Order, locker: str) -> None:
        """Put the locker where one of the shop's checkouts leaves it."""
        forget_locker(order)
        place = self.rng.randrange(3)
        if place == 0:
            order.body["attributes"]["Locker ID"] = locker
        elif place == 1:
            order.body["attributes"]["inpost_locker_id"] = locker.lower() if locker[2:].isdigit() else locker
        else:
            order.body["metafields"]["lockers.point"] = {"provider": "INPOST", "code": locker}

    def some_dates(self) -> dict[str, datetime]:
        """Dates of a hire that can be met: dispatch, delivery, event and return, in this order."""
        first = self.start + timedelta(days=6 + self.rng.randrange(10))
        return {name: first + timedelta(days=days) for name, days in zip(HIRE_DATES, (0, 1, 3, 6), strict=True)}

    def _fill(self, order: Order, products: list[goods.Product]) -> None:
        """Now and then two of one thing, where two still fit one compartment with room to spare."""
        fill(order, *products)
        for line, product in zip(order.body["lines"], products, strict=True):
            if not product.rigid and self.rng.random() < 0.15:
                line["quantity"] = 2
        add_up(order)

    def _address(self) -> dict[str, Any]:
        town, _, outward, _, _ = self.rng.choice(TOWNS)
        postcode = f"{outward} {self.rng.randint(1, 9)}{self.rng.choice('ABDEFGH')}{self.rng.choice('JLNPQRS')}"
        return {
            "firstName": self.rng.choice(FIRST),
            "lastName": self.rng.choice(LAST),
            "company": "",
            "address1": f"{self.rng.randint(1, 180)} {self.rng.choice(STREETS)}",
            "address2": self.rng.choice(("", "", "Flat 2")),
            "city": town,
            "province": "",
            "zip": self.rng.choice((postcode, postcode, postcode.lower(), postcode.replace(" ", ""))),
            "countryCode": "GB",
        }

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


def twin(order: Order, index: int) -> Order:
    """The same order placed once more, five minutes later."""
    body = deepcopy(order.body) | _numbered(index) | _placed(order.placed_at + timedelta(minutes=5))
    return Order(body, answer={"cancel": True})


def fill(order: Order, *products: goods.Product) -> None:
    """Put one each of these into the order, to buy."""
    order.body["lines"] = [_line(place, product) for place, product in enumerate(products, start=1)]
    for name in HIRE_DATES:
        order.body["attributes"].pop(name, None)
    add_up(order)


def add_up(order: Order) -> None:
    order.body["total"] = str(sum(Decimal(line["unitPrice"]) * line["quantity"] for line in order.body["lines"]))


def hire(order: Order, dates: dict[str, datetime]) -> None:
    order.body["attributes"] |= {name: day.date().isoformat() for name, day in dates.items()}
    for line in order.body["lines"]:
        line["hire"] = True


def choose_service(order: Order, code: str) -> None:
    order.body["service"] = {"code": code, "title": SERVICES.get(code, code)}


def by_home(order: Order, code: str) -> None:
    """Let it be brought to the door."""
    forget_locker(order)
    choose_service(order, code)


def locker_of(order: Order) -> str:
    """The locker the order names, wherever it is kept; "" where it names none."""
    attributes, point = order.body["attributes"], order.body["metafields"].get("lockers.point", {})
    return next((name.upper() for name in (*map(attributes.get, LOCKER_PLACES), point.get("code")) if name), "")


def forget_locker(order: Order) -> None:
    for name in LOCKER_PLACES:
        order.body["attributes"].pop(name, None)
    order.body["metafields"].pop("lockers.point", None)


def stamp(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")


def _numbered(index: int) -> dict[str, str]:
    return {"id": str(5_000 + index), "name": f"LS-{10_001 + index}"}


def _placed(at: datetime) -> dict[str, str]:
    return {"placedAt": stamp(at), "paidAt": stamp(at + PAID_AFTER), "updatedAt": stamp(at + PAID_AFTER)}


def _mobile(index: int) -> str:
    """Ten digits that are nobody's joke: another for each order, neither repeated nor a run. Some are from the Isle of Man."""
    if index % 60 == 11:
        return f"7624{200_000 + index * 613 % 700_000:06d}"
    return f"{PREFIXES[index % len(PREFIXES)]}{102_030 + index * 2_719 % 880_000:06d}"


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
