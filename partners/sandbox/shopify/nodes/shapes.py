"""Small shapes that many types are made of."""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from partners.sandbox.shopify.language import Fault
from partners.sandbox.shopify.paging import Rows
from partners.sandbox.shopify.sale import Sale, money, stamp

Node = dict[str, Any]
COUNTRIES = {"GB": "United Kingdom", "JE": "Jersey", "GG": "Guernsey", "IM": "Isle of Man"}


def gid(type_name: str, number: int | str) -> str:
    return f"gid://shopify/{type_name}/{number}"


def number_of(named: str, type_name: str) -> int:
    """The number of an id. Raises Fault, as the real one does, where this is the id of something else."""
    kind, _, number = named.partition("?")[0].removeprefix("gid://shopify/").partition("/")
    if kind != type_name or not number.isdecimal() or int(number) == 0:
        raise Fault(f"Invalid id: {named}", extra={"code": "RESOURCE_NOT_FOUND"})
    return int(number)


def bag(amount: Decimal, currency: str) -> Node:
    one = {"__typename": "MoneyV2", "amount": money(amount), "currencyCode": currency}
    return {"__typename": "MoneyBag", "shopMoney": one, "presentmentMoney": one}


def attributes(pairs: Iterable[tuple[str, str]]) -> list[Node]:
    return [{"__typename": "Attribute", "key": key, "value": value} for key, value in pairs]


def rows(page_type: str, items: Iterable[Any], show: Callable[[Any], Node], number: Callable[[Any], int]) -> Rows:
    """In the order of their ids."""
    return Rows(list(items), show, lambda item: (number(item), number(item)), page_type)


def nothing(page_type: str) -> Rows:
    return Rows([], dict, lambda item: (0, 0), page_type)


def when(instant: datetime) -> str:
    return str(stamp(instant))


def address(sale: Sale, what: str) -> Node:
    """`what`: shipping or billing. They differ in the phone number alone."""
    ship = sale.ship
    name = " ".join(filter(None, (ship["firstName"], ship["lastName"])))
    country = COUNTRIES.get(ship["countryCode"], ship["countryCode"])
    written = (name, ship["company"], ship["address1"], ship["address2"], f"{ship['city']} {ship['zip']}".strip(), country)
    plain = {field: ship[field] or None for field in ("address1", "address2", "city", "company", "firstName", "lastName", "zip")}
    return plain | {
        "__typename": "MailingAddress",
        "id": f"{gid('MailingAddress', sale.id)}?model_name=Address&part={what}",
        "name": name or None,
        "phone": sale.phones.get(what),
        "country": country,
        "countryCodeV2": ship["countryCode"],
        "province": None,
        "provinceCode": None,
        "coordinatesValidated": False,
        "latitude": None,
        "longitude": None,
        "formatted": [line for line in written if line],
        "formattedArea": f"{ship['city']}, {country}" if ship["city"] else country,
    }
