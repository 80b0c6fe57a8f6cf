"""Every way an order goes wrong, one fault to an order, with the answer a person gets who asks about it.

Answers (`/_sandbox/plan`, `answers`, by order number), each with the one thing that puts the order right:
`mobile`, `email`, `first_name` + `last_name`, `address` {address1, city, postcode}, `locker_id`,
`sizes` {sku: {length, width, height, weight}} in mm and g, `convert_to_home` (the code of a delivery method that is mapped),
`dates` {dispatch_on, deliver_on, event_on, return_on} as ISO dates, `customs` {contents, value} with the value in pounds as
text, `cancel` true, `acs_setup` [sku], `delivery_method` {code: {service, agent, destination}}.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from partners.sandbox import goods
from partners.sandbox.orders import HIRE_DATES, Order, OrderBook, by_home, choose_service, fill, forget_locker, hire

Places = dict[str, str]
Spoil = Callable[[OrderBook, Order, Places], None]
DATES_ASKED = ("dispatch_on", "deliver_on", "event_on", "return_on")
HOME = "royal_mail_48"
DUPLICATE = "VAL-DUPLICATE"


@dataclass(frozen=True)
class Kind:
    """One way to be wrong. `home`: it befalls an order for the door. `needs`: which special locker the network must have."""

    name: str
    code: str
    spoil: Spoil
    home: bool = False
    needs: str = ""


def _mobile(value: str) -> Spoil:
    def spoil(book: OrderBook, order: Order, places: Places) -> None:
        order.answer = {"mobile": order.body["phones"][0]["value"]}
        order.body["phones"][0]["value"] = value

    return spoil


def _email(at: str) -> Spoil:
    """No @ but this in its place; without it nothing at all."""

    def spoil(book: OrderBook, order: Order, places: Places) -> None:
        order.answer = {"email": order.body["email"]}
        order.body["email"] = order.body["email"].replace("@", at) if at else ""

    return spoil


def _name(first: str, last: str) -> Spoil:
    def spoil(book: OrderBook, order: Order, places: Places) -> None:
        ship = order.body["shipTo"]
        order.answer = {"first_name": ship["firstName"], "last_name": ship["lastName"]}
        ship["firstName"], ship["lastName"] = first, last

    return spoil


def _address(**wrong: str) -> Spoil:
    def spoil(book: OrderBook, order: Order, places: Places) -> None:
        ship = order.body["shipTo"]
        order.answer = {"address": {"address1": ship["address1"], "city": ship["city"], "postcode": ship["zip"]}}
        ship.update(wrong)

    return spoil


def _locker(choose: Callable[[Places], str]) -> Spoil:
    def spoil(book: OrderBook, order: Order, places: Places) -> None:
        order.answer = {"locker_id": book.a_locker()}
        book.send_to(order, choose(places))

    return spoil


def _no_locker(book: OrderBook, order: Order, places: Places) -> None:
    order.answer = {"locker_id": book.a_locker()}
    forget_locker(order)


def _no_compartment(book: OrderBook, order: Order, places: Places) -> None:
    order.answer = {"locker_id": book.a_locker()}
    fill(order, goods.NEEDS_C)
    book.send_to(order, places["without_c"])


def _contents(product: goods.Product, **answer: Any) -> Spoil:
    def spoil(book: OrderBook, order: Order, places: Places) -> None:
        fill(order, product)
        order.answer = dict(answer)

    return spoil


def _unmapped(book: OrderBook, order: Order, places: Places) -> None:
    choose_service(order, "evri_parcelshop")
    order.answer = {"delivery_method": {"evri_parcelshop": {"service": "48", "agent": "RM", "destination": "home"}}}


def _dates(late: str, before: str) -> Spoil:
    """One date slips to the day before another that should come first."""

    def spoil(book: OrderBook, order: Order, places: Places) -> None:
        right = book.some_dates()
        order.answer = {"dates": {asked: right[name].date().isoformat() for asked, name in zip(DATES_ASKED, HIRE_DATES, strict=True)}}
        hire(order, right | {late: right[before] - timedelta(days=1)})

    return spoil


def _customs(city: str, postcode: str, country: str) -> Spoil:
    def spoil(book: OrderBook, order: Order, places: Places) -> None:
        by_home(order, HOME)
        order.body["shipTo"] |= {"city": city, "zip": postcode, "countryCode": country}
        order.answer = {"customs": {"contents": "Clothing", "value": order.body["total"]}}

    return spoil


def _as_it_is(book: OrderBook, order: Order, places: Places) -> None:
    """A duplicate is wrong by being there a second time: the world puts an earlier order's twin in its place."""


_SIZE_1 = {"length": 340, "width": 250, "height": 40, "weight": 480}
_SIZE_2 = {"length": 400, "width": 320, "height": 80, "weight": 700}

# In the order in which a world hands them out: the first ones are those a small world has.
KINDS = [
    Kind("mobile is a landline", "VAL-MOB-FORMAT", _mobile("0113 496 0753")),
    Kind("locker out of service", "LOC-CLOSED", _locker(lambda places: places["closed"]), needs="closed"),
    Kind("parcel too big", "VAL-OVERSIZE", _contents(goods.TOO_BIG, convert_to_home=HOME)),
    Kind("product without size", "VAL-DIM-MISSING", _contents(goods.UNSIZED[0], sizes={goods.UNSIZED[0].sku: _SIZE_1})),
    Kind("mobile missing", "VAL-MOB-MISSING", _mobile("")),
    Kind("e-mail missing", "VAL-EMAIL", _email("")),
    Kind("e-mail malformed", "VAL-EMAIL", _email(".")),
    Kind("name of one word", "VAL-NAME", _name("Cher", "")),
    Kind("name empty", "VAL-NAME", _name("", "")),
    Kind("postcode malformed", "VAL-ADDR", _address(zip="LS1 4"), home=True),
    Kind("address line missing", "VAL-ADDR", _address(address1=""), home=True),
    Kind("locker missing", "VAL-LOCKER-MISSING", _no_locker),
    Kind("locker unknown", "VAL-LOCKER-UNKNOWN", _locker(lambda places: "UK99999998")),
    Kind("locker disabled", "LOC-CLOSED", _locker(lambda places: places["disabled"]), needs="disabled"),
    Kind("locker lacks the size", "LOC-SIZE", _no_compartment, needs="without_c"),
    Kind("parcel too heavy", "VAL-OVERSIZE", _contents(goods.TOO_HEAVY, convert_to_home=HOME)),
    Kind("product without height", "VAL-DIM-MISSING", _contents(goods.UNSIZED[1], sizes={goods.UNSIZED[1].sku: _SIZE_2})),
    Kind("method unmapped", "VAL-SERVICE-MAP", _unmapped, home=True),
    Kind("SKU not set up", "VAL-SKU-UNKNOWN", _contents(goods.NOT_AT_ACS, acs_setup=[goods.NOT_AT_ACS.sku])),
    Kind("dispatch after delivery", "VAL-DATES", _dates("Delivery Date", "Dispatch Date")),
    Kind("event before delivery", "VAL-DATES", _dates("Event Date", "Delivery Date")),
    Kind("return before event", "VAL-DATES", _dates("Return Date", "Event Date")),
    Kind("Northern Ireland without customs", "VAL-CUSTOMS", _customs("Belfast", "BT1 5GS", "GB"), home=True),
    Kind("Jersey without customs", "VAL-CUSTOMS", _customs("St Helier", "JE2 3AB", "JE"), home=True),
    Kind("duplicate", DUPLICATE, _as_it_is),
    Kind("mobile not UK", "VAL-MOB-FORMAT", _mobile("+33 6 12 34 56 78")),
    Kind("mobile too short", "VAL-MOB-FORMAT", _mobile("07712 3450")),
    Kind("mobile too long", "VAL-MOB-FORMAT", _mobile("07712 345068 99")),
    Kind("mobile 070", "VAL-MOB-FORMAT", _mobile("070 1234 8875")),
    Kind("mobile 076", "VAL-MOB-FORMAT", _mobile("076 4012 8875")),
    Kind("mobile with letters", "VAL-MOB-FORMAT", _mobile("O7712 345O68")),
    Kind("mobile of one digit", "VAL-MOB-FORMAT", _mobile("07777 777777")),
    Kind("mobile of a run", "VAL-MOB-FORMAT", _mobile("07123 456789")),
]
