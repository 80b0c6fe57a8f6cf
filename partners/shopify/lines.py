"""The lines of one order: what the warehouse is to send, with how it is hired and to which measurements."""

import re
from typing import Any

from partners.errors import RecordError
from partners.shop import StoreLine
from partners.shopify.nodes import attributes_of, nodes_at, object_at
from partners.values import identifier, identifier_at, pence_at, text_at, whole_at

MOST_LINES = 500
MOST_MEASUREMENTS = 10
# Which of a line's own attributes say that it is hired and to which measurements. Assumed: to be agreed with who builds the shop.
HIRE = ("_hire", "Hire")
MEASUREMENTS = ("_measurements", "Measurements")
YES, NO = frozenset({"true", "yes", "1", "hire"}), frozenset({"false", "no", "0", ""})
_BETWEEN = re.compile(r"[,;\n]")


def lines_of(body: dict[str, Any], *, as_sold: bool = False) -> tuple[StoreLine, ...]:
    """The lines that are still to be sent: what was refunded or taken out, and what is not shipped at all, is none.

    `as_sold` counts what was refunded and taken out: a cancelled order would have no lines left to show.
    """
    nodes = nodes_at(body, "lineItems")
    if len(nodes) > MOST_LINES:
        raise RecordError("$.lineItems", f"must be at most {MOST_LINES} lines")
    read = (_line(node, f"$.lineItems.nodes[{place}]", as_sold=as_sold) for place, node in enumerate(nodes))
    lines = tuple(line for line in read if line)
    if len({line.line_id for line in lines}) != len(lines):
        raise RecordError("$.lineItems", "has the same line id twice")
    return lines


def _line(node: dict[str, Any], path: str, *, as_sold: bool) -> StoreLine | None:
    name = "quantity" if as_sold or node.get("currentQuantity") is None else "currentQuantity"
    quantity = whole_at(node.get(name), f"{path}.{name}", most=10_000)
    if not quantity or node.get("requiresShipping") is False:
        return None
    attributes = attributes_of(node, path)
    return StoreLine(
        line_id=_tail(identifier_at(node.get("id"), f"{path}.id")),
        sku=identifier_at(node.get("sku"), f"{path}.sku"),
        name=text_at(node.get("name"), f"{path}.name", limit=200),
        quantity=quantity,
        unit_price_pence=_price(node, path),
        is_hire=_is_hire(attributes, path),
        measurements=_measurements(attributes),
    )


def _tail(gid: str) -> str:
    """ "gid://shopify/LineItem/123" → "123": unique within the order, and short enough for ACS."""
    return identifier(gid.rpartition("/")[2]) or gid


def _price(node: dict[str, Any], path: str) -> int:
    """Of one unit, after the discounts of its line, in the shop's own currency."""
    here = f"{path}.discountedUnitPriceSet"
    money = object_at(object_at(node, "discountedUnitPriceSet", path), "shopMoney", here)
    return pence_at(money["amount"], f"{here}.shopMoney.amount") if money.get("amount") not in (None, "") else 0


def _is_hire(attributes: dict[str, str], path: str) -> bool:
    for name in HIRE:
        said = attributes.get(name, "").strip().lower()
        if said in YES:
            return True
        if said not in NO:
            raise RecordError(f"{path}.customAttributes.{name}", "must be yes or no")
    return False


def _measurements(attributes: dict[str, str]) -> tuple[str, ...]:
    """ "10, 32" → ("10", "32")."""
    said = next((attributes[name] for name in MEASUREMENTS if attributes.get(name)), "")
    parts = (identifier(part, limit=40) for part in _BETWEEN.split(said))
    return tuple(part for part in parts if part)[:MOST_MEASUREMENTS]
