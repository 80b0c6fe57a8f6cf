"""Every way an order goes wrong, one fault to an order, with the answer a person gets who asks about it.

Answers (`/_sandbox/plan`, by order): `mobile`, `email`, `first_name` + `last_name`, `address` {address1, city, postcode},
`locker_id`, `sizes` {sku: {length, width, height, weight}} in mm and g, `convert_to_home` (a delivery method), `dates`
{dispatch_on, deliver_on, event_on, return_on}, `customs` {contents, value}, `cancel` true, `acs_setup` [sku],
`delivery_method` {code: {service, agent, destination}}.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from partners.sandbox import goods
from partners.sandbox.orders import Order, OrderBook, lines_of

Spoil = Callable[[OrderBook, Order, dict[str, Any]], None]
HOME = "royal_mail_48"


def _mobile(value: str) -> Spoil:
    def spoil(book: OrderBook, order: Order, world: dict[str, Any]) -> None:
        right = order.body["phones"][0]["value"]
        order.body["phones"][0]["value"] = value
        order.answer = {"mobile": right}

    return spoil


def _email(value: str) -> Spoil:
    def spoil(book: OrderBook, order: Order, world: dict[str, Any]) -> None:
        order.answer = {"email": order.body["email"]}
        order.body["email"] = value

    return spoil


def _name(first: str, last: str) -> Spoil:
    def spoil(book: OrderBook, order: Order, world: dict[str, Any]) -> None:
        ship = order.body["shipTo"]
        order.answer = {"first_name": ship["firstName"], "last_name": ship["lastName"]}
        ship["firstName"], ship["lastName"] = first, last

    return spoil


def _address(**wrong: str) -> Spoil:
    def spoil(book: OrderBook, order: Order, world: dict[str, Any]) -> None:
        ship = order.body["shipTo"]
        order.answer = {"address": {"address1": ship["address1"], "city": ship["city"], "postcode": ship["zip"]}}
        ship.update(wrong)

    return spoil


def _locker(choose: Callable[[dict[str, Any]], str]) -> Spoil:
    def spoil(book: OrderBook, order: Order, world: dict[str, Any]) -> None:
        order.answer = {"locker_id": book.rng.choice(book.lockers)["name"]}
        book.send_to(order.body, choose(world))

    return spoil


def _no_locker(book: OrderBook, order: Order, world: dict[str, Any]) -> None:
    order.answer = {"locker_id": book.rng.choice(book.lockers)["name"]}
    for name in ("Locker ID", "inpost_locker_id"):
        order.body["attributes"].pop(name, None)
    order.body["metafields"] = {}


def _no_compartment(book: OrderBook, order: Order, world: dict[str, Any]) -> None:
    order.answer = {"locker_id": book.rng.choice(book.lockers)["name"]}
    order.body["lines"] = lines_of(goods.NEEDS_C)
    book.send_to(order.body, world["without_c"])


def _contents(product: goods.Product, **answer: Any) -> Spoil:
    def spoil(book: OrderBook, order: Order, world: dict[str, Any]) -> None:
        order.body["lines"] = lines_of(product)
        order.answer = dict(answer)

    return spoil


def _unmapped(book: OrderBook, order: Order, world: dict[str, Any]) -> None:
    order.body["service"] = {"code": "evri_parcelshop", "title": "Evri ParcelShop"}
    order.body["attributes"] = {name: value for name, value in order.body["attributes"].items() if name.endswith("Date")}
    order.body["metafields"] = {}
    order.answer = {"delivery_method": {"evri_parcelshop": {"service": "48", "agent": "RM", "destination": "home"}}}


def _dates(book: OrderBook, order: Order, world: dict[str, Any]) -> None:
    """Delivered before it is dispatched: somebody typed the year's other day."""
    first = book.start.date() + timedelta(days=9)
    days = {"dispatch_on": first, "deliver_on": first + timedelta(1), "event_on": first + timedelta(3), "return_on": first + timedelta(6)}
    order.answer = {"dates": {name: day.isoformat() for name, day in days.items()}}
    names = {
        "Dispatch Date": first,
        "Delivery Date": first - timedelta(4),
        "Event Date": first + timedelta(3),
        "Return Date": first + timedelta(6),
    }
    order.body["attributes"] |= {name: day.isoformat() for name, day in names.items()}
    for line in order.body["lines"]:
        line["hire"] = True


def _customs(city: str, postcode: str, country: str) -> Spoil:
    def spoil(book: OrderBook, order: Order, world: dict[str, Any]) -> None:
        order.body["service"] = {"code": HOME, "title": "Royal Mail Tracked 48"}
        order.body["attributes"], order.body["metafields"] = {}, {}
        for line in order.body["lines"]:
            line["hire"] = False
        order.body["shipTo"] |= {"city": city, "zip": postcode, "countryCode": country}
        order.answer = {"customs": {"contents": "Clothing", "value": order.body["total"]}}

    return spoil


# (code, spoiler, from a home delivery) in the order in which a world hands them out.
FAULTS: list[tuple[str, Spoil, bool]] = [
    ("VAL-MOB-FORMAT", _mobile("0113 496 0753"), False),  # a landline
    ("LOC-CLOSED", _locker(lambda world: world["closed"]), False),
    ("VAL-OVERSIZE", _contents(goods.TOO_BIG, convert_to_home=HOME), False),
    (
        "VAL-DIM-MISSING",
        _contents(goods.UNSIZED[0], sizes={"NEW-0001-10": {"length": 340, "width": 250, "height": 40, "weight": 480}}),
        False,
    ),
    ("VAL-MOB-MISSING", _mobile(""), False),
    ("VAL-EMAIL", _email(""), False),
    ("VAL-EMAIL", _email("zoe.example.com"), False),
    ("VAL-NAME", _name("Cher", ""), False),
    ("VAL-NAME", _name("", ""), False),
    ("VAL-ADDR", _address(zip="LS1 4"), True),
    ("VAL-ADDR", _address(address1=""), True),
    ("VAL-LOCKER-MISSING", _no_locker, False),
    ("VAL-LOCKER-UNKNOWN", _locker(lambda world: "UK99999998"), False),
    ("LOC-CLOSED", _locker(lambda world: world["disabled"]), False),
    ("LOC-SIZE", _no_compartment, False),
    ("VAL-OVERSIZE", _contents(goods.TOO_HEAVY, convert_to_home=HOME), False),
    (
        "VAL-DIM-MISSING",
        _contents(goods.UNSIZED[1], sizes={"NEW-0002-12": {"length": 400, "width": 320, "height": 80, "weight": 700}}),
        False,
    ),
    ("VAL-SERVICE-MAP", _unmapped, True),
    ("VAL-SKU-UNKNOWN", _contents(goods.NOT_AT_ACS, acs_setup=["CAP-0001-12"]), False),
    ("VAL-DATES", _dates, False),
    ("VAL-CUSTOMS", _customs("Belfast", "BT1 5GS", "GB"), True),
    ("VAL-CUSTOMS", _customs("St Helier", "JE2 3AB", "JE"), True),
    ("VAL-MOB-FORMAT", _mobile("+33 6 12 34 56 78"), False),  # not UK
    ("VAL-MOB-FORMAT", _mobile("07712 3450"), False),  # too short
    ("VAL-MOB-FORMAT", _mobile("07712 345068 99"), False),  # too long
    ("VAL-MOB-FORMAT", _mobile("070 1234 8875"), False),  # a personal number
    ("VAL-MOB-FORMAT", _mobile("076 4012 8875"), False),  # a pager
    ("VAL-MOB-FORMAT", _mobile("O7712 345O68"), False),  # letters
    ("VAL-MOB-FORMAT", _mobile("07111 111111"), False),  # made up
    ("VAL-DUPLICATE", lambda book, order, world: None, False),
]
