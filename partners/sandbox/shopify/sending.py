"""What may be done about parcels: say that one is on its way, how it is to be followed, and what the carrier did."""

from datetime import datetime
from typing import Any

from partners.sandbox.shopify.book import Shop
from partners.sandbox.shopify.nodes.sending import happening, sending
from partners.sandbox.shopify.nodes.shapes import Node, number_of
from partners.sandbox.shopify.refusals import No
from partners.sandbox.shopify.sale import Fulfilment, Happening, Piece, Sale, Sending

Asked = dict[str, Any]
Tracking = list[tuple[str | None, str | None]]
LONGEST_NUMBER = 255


def create(shop: Shop, asked: Asked) -> Node:
    """`fulfillmentCreate`: of one order, whole or some of it. Nothing is sent around a hold."""
    said = asked["fulfillment"]
    wanted = [_pieces(shop, one) for one in said["lineItemsByFulfillmentOrder"]]
    if not wanted:
        raise No(["fulfillment", "lineItemsByFulfillmentOrder"], "Line items by fulfillment order can't be blank")
    sales = {sale.id: sale for sale, _, _ in wanted}
    if len(sales) > 1:
        raise No(["fulfillment"], "The fulfillment orders must belong to the same order.")
    sale, now = wanted[0][0], shop.world.now().replace(microsecond=0)
    tracking = said.get("trackingInfo") or {}
    pieces = [(shop.next_id(), piece, count) for _, _, some in wanted for piece, count in some]
    name = f"{sale.name}-F{len(sale.sendings) + 1}"
    made = Sending(shop.next_id(), name, pieces, _tracking(tracking, "fulfillment"), tracking.get("company"), now, now)
    _send(shop, sale, made, [one for _, one, _ in wanted])
    if said.get("notifyCustomer"):
        shop.notify(sale, made, "shipment")
    return {"fulfillment": sending(made, sale, shop)}


def _pieces(shop: Shop, said: Asked) -> tuple[Sale, Fulfilment, list[tuple[Piece, int]]]:
    """Of one fulfilment order: what is named, or whatever is still to be sent."""
    pair = shop.fulfilments.get(number_of(said["fulfillmentOrderId"], "FulfillmentOrder"))
    if pair is None:
        raise No(["fulfillment"], "Fulfillment order does not exist.")
    sale, one = pair
    if one.closed or one.holds:
        raise No(["fulfillment"], f"Fulfillment order {one.id} has an unfulfillable status= {one.status.lower()}.")
    named = said.get("fulfillmentOrderLineItems")
    open_ = {piece.id: (piece, piece.total - piece.sent) for piece in one.pieces if piece.total > piece.sent}
    if not named:
        return sale, one, list(open_.values())
    counts = [(number_of(item["id"], "FulfillmentOrderLineItem"), int(item["quantity"])) for item in named]
    for number, count in counts:
        if number not in open_ or not 1 <= count <= open_[number][1]:
            raise No(["fulfillment"], "Invalid fulfillment order line item quantity requested.")
    return sale, one, [(open_[number][0], count) for number, count in counts]


def _send(shop: Shop, sale: Sale, made: Sending, fulfilments: list[Fulfilment]) -> None:
    for _, piece, count in made.pieces:
        piece.sent += count
    for one in fulfilments:
        one.closed = all(piece.sent >= piece.total for piece in one.pieces)
        one.updated_at = made.created_at
    sale.sendings.append(made)
    shop.touch(sale, "ORDERS_FULFILLED" if sale.fulfilment == "FULFILLED" else "ORDERS_PARTIALLY_FULFILLED")


def follow(shop: Shop, asked: Asked) -> Node:
    """`fulfillmentTrackingInfoUpdate`: from now on under this number."""
    sale, one = _sending(shop, asked["fulfillmentId"], ["fulfillmentId"])
    said = asked["trackingInfoInput"]
    one.tracking = _tracking(said, "trackingInfoInput")
    one.company, one.updated_at = said.get("company"), shop.world.now().replace(microsecond=0)
    shop.touch(sale)
    if asked.get("notifyCustomer"):
        shop.notify(sale, one, "tracking")
    return {"fulfillment": sending(one, sale, shop)}


def report(shop: Shop, asked: Asked) -> Node:
    """`fulfillmentEventCreate`: what the carrier did, now unless it says when."""
    said = asked["fulfillmentEvent"]
    sale, one = _sending(shop, said["fulfillmentId"], ["fulfillmentEvent", "fulfillmentId"])
    now = shop.world.now().replace(microsecond=0)
    happened_at = datetime.fromisoformat(said["happenedAt"]) if said.get("happenedAt") else now
    rest = {name: value for name, value in said.items() if name not in ("fulfillmentId", "status", "happenedAt")}
    made = Happening(shop.next_id(), said["status"], happened_at, now, rest)
    one.events.append(made)
    one.updated_at = now
    shop.touch(sale)
    return {"fulfillmentEvent": happening(made)}


def _sending(shop: Shop, named: str, field: list[str]) -> tuple[Sale, Sending]:
    pair = shop.sendings.get(number_of(named, "Fulfillment"))
    if pair is None:
        raise No(field, "Fulfillment does not exist.")
    return pair


def _tracking(said: Asked, field: str) -> Tracking:
    """One number and address, or lists of both."""
    numbers = said.get("numbers") or [said.get("number")]
    urls = said.get("urls") or [said.get("url")]
    if any(len(number or "") > LONGEST_NUMBER for number in numbers):
        raise No([field], f"Tracking number is too long (maximum is {LONGEST_NUMBER} characters)")
    pairs = [(number, urls[place] if place < len(urls) else None) for place, number in enumerate(numbers)]
    return [pair for pair in pairs if any(pair)]
