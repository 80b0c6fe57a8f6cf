"""Money given back: for lines of an order, never more of them than were bought nor more money than was received."""

from decimal import Decimal, InvalidOperation
from typing import Any

from partners.sandbox.shopify.book import Shop
from partners.sandbox.shopify.nodes.order import order
from partners.sandbox.shopify.nodes.paid import refund
from partners.sandbox.shopify.nodes.shapes import Node, number_of
from partners.sandbox.shopify.refusals import No
from partners.sandbox.shopify.sale import Line, Refunded, Sale, money

Asked = dict[str, Any]
LONGEST_NOTE = 5_000
UNSUPPORTED = ("shipping", "refundDuties", "refundMethods", "allowOverRefunding")


def create(shop: Shop, asked: Asked) -> Node:
    """`refundCreate`. Nothing is put back on the shelf: `NO_RESTOCK` is the one kind that needs no place."""
    said = asked["input"]
    sale = shop.sales.get(number_of(said["orderId"], "Order"))
    if sale is None:
        raise No(["orderId"], "Order does not exist")
    if any(said.get(name) for name in UNSUPPORTED):
        raise No(None, "The make-believe shop gives back the price of lines only.")
    if said.get("currency") not in (None, sale.currency):
        raise No(["currency"], "Currency must match the presentment currency of the order.")
    lines, amount = _lines(sale, said.get("refundLineItems") or []), _amount(sale, said.get("transactions") or [])
    if not lines and not amount:
        raise No(None, "Refund must have at least one line item or transaction.")
    if len(said.get("note") or "") > LONGEST_NOTE:
        raise No(["note"], f"Note is too long (maximum is {LONGEST_NOTE} characters)")
    return _given(shop, sale, lines, amount, said)


def _given(shop: Shop, sale: Sale, lines: list[tuple[Line, int]], amount: Decimal, said: Asked) -> Node:
    for line, quantity in lines:
        line.refunded += quantity
        line.current -= quantity
    _take_out(sale, lines)
    made = Refunded(shop.next_id(), said.get("note"), amount, shop.now())
    sale.refunds.append(made)
    shop.touch(sale, "REFUNDS_CREATE")
    if said.get("notify"):
        shop.notifications.append({"order": sale.number, "kind": "refund", "number": None, "url": None, "at": made.created_at.isoformat()})
    return {"refund": refund(made, sale), "order": order(sale, shop)}


def _take_out(sale: Sale, lines: list[tuple[Line, int]]) -> None:
    """What was not sent yet is not sent any more."""
    for line, quantity in lines:
        left = quantity
        for piece in (piece for one in sale.fulfilments for piece in one.pieces if piece.line is line):
            gone = min(left, piece.total - piece.sent)
            piece.total, left = piece.total - gone, left - gone


def _lines(sale: Sale, wanted: list[Asked]) -> list[tuple[Line, int]]:
    by_id = {line.id: line for line in sale.lines}
    found: list[tuple[Line, int]] = []
    for one in wanted:
        line = by_id.get(number_of(one["lineItemId"], "LineItem"))
        if line is None:
            raise No(["refundLineItems"], "Line item does not exist on this order")
        _check_line(line, one, sum(quantity for other, quantity in found if other is line))
        found.append((line, one["quantity"]))
    return found


def _check_line(line: Line, said: Asked, before: int) -> None:
    if said["quantity"] <= 0:
        raise No(["refundLineItems"], "Quantity must be greater than 0")
    if said["quantity"] + before > line.current:
        raise No(["refundLineItems"], "Quantity cannot refund more items than were purchased")
    if said.get("restockType") == "LEGACY_RESTOCK":
        raise No(["refundLineItems"], "Restock type is not accepted when creating a refund")
    if said.get("restockType") in ("RETURN", "CANCEL"):
        raise No(["refundLineItems"], "Location must be specified in order to restock")


def _amount(sale: Sale, wanted: list[Asked]) -> Decimal:
    """The sum of the transactions. A gateway that is not the payment's is replaced by the payment's, without a word."""
    total = Decimal(0)
    for one in wanted:
        if one["kind"] != "REFUND" or number_of(one["orderId"], "Order") != sale.id:
            raise No(["transactions"], "Transactions must be refunds of this order")
        if not one.get("parentId") or number_of(one["parentId"], "OrderTransaction") != sale.id:
            raise No(["transactions"], "Transactions require a parent_id associated with the order")
        total += _money(one["amount"])
    left = sale.total - sale.given_back
    if total > left:
        raise No(["transactions"], f"Refund amount £{money(total)} is greater than net payment received £{money(left)}")
    return total


def _money(said: Any) -> Decimal:
    try:
        amount = Decimal(str(said))
    except InvalidOperation:
        raise No(["transactions"], "Amount is not a number") from None
    if amount <= 0 or amount != amount.quantize(Decimal("0.01")):
        raise No(["transactions"], "Amount must be greater than 0 and have two decimals at most")
    return amount
