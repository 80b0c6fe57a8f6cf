"""A fulfilment: what was sent, how it is followed, and what the carrier did with it."""

from typing import Any

from partners.sandbox.shopify.book import Shop
from partners.sandbox.shopify.nodes.goods import line_item
from partners.sandbox.shopify.nodes.place import location
from partners.sandbox.shopify.nodes.shapes import Node, bag, gid, rows, when
from partners.sandbox.shopify.paging import Rows
from partners.sandbox.shopify.sale import Fulfilment, Happening, Piece, Sale, Sending, money, stamp

TOLD = ("address1", "city", "country", "estimatedDeliveryAt", "latitude", "longitude", "message", "province", "zip")


def sending(one: Sending, sale: Sale, shop: Shop) -> Node:
    from partners.sandbox.shopify.nodes.order import order  # an order and what was sent of it show each other

    orders = [other for other in sale.fulfilments if any(piece in other.pieces for _, piece, _ in one.pieces)]
    return {
        "__typename": "Fulfillment",
        "id": gid("Fulfillment", one.id),
        "legacyResourceId": str(one.id),
        "name": one.name,
        "status": "SUCCESS",
        "totalQuantity": sum(count for _, _, count in one.pieces),
        "requiresShipping": True,
        "createdAt": when(one.created_at),
        "updatedAt": when(one.updated_at),
        "trackingInfo": lambda asked: _tracking(one, asked),
        "originAddress": None,
        "service": _manual(shop),
        "location": lambda asked: location(shop),
        "order": lambda asked: order(sale, shop),
        "events": lambda asked: _events(one, asked),
        "fulfillmentLineItems": rows(
            "FulfillmentLineItemConnection", one.pieces, lambda item: _line(item, sale, shop), lambda item: int(item[0])
        ),
        "fulfillmentOrders": rows("FulfillmentOrderConnection", orders, lambda other: _order(other, sale, shop), lambda other: other.id),
    } | _progress(one)


def _progress(one: Sending) -> Node:
    """As its events tell, the latest to have happened first."""
    moving, there = one.last("IN_TRANSIT"), one.last("DELIVERED")
    expected = [event for event in one.events if event.said.get("estimatedDeliveryAt")]
    latest = max(expected, key=lambda event: event.happened_at, default=None)
    return {
        "displayStatus": one.display,
        "inTransitAt": stamp(moving.happened_at) if moving else None,
        "deliveredAt": stamp(there.happened_at) if there else None,
        "estimatedDeliveryAt": latest.said["estimatedDeliveryAt"] if latest else None,
    }


def _tracking(one: Sending, asked: dict[str, Any]) -> list[Node]:
    told = [{"__typename": "FulfillmentTrackingInfo", "number": number, "url": url, "company": one.company} for number, url in one.tracking]
    first = asked.get("first")
    return told if first is None else told[:first]


def _events(one: Sending, asked: dict[str, Any]) -> Rows:
    by_id = asked.get("sortKey") == "ID"
    return Rows(
        one.events, happening, lambda event: (event.id if by_id else when(event.happened_at), event.id), "FulfillmentEventConnection"
    )


def happening(event: Happening) -> Node:
    told = {"id": gid("FulfillmentEvent", event.id), "status": event.status}
    times = {"happenedAt": when(event.happened_at), "createdAt": when(event.created_at)}
    return {"__typename": "FulfillmentEvent"} | told | times | {name: event.said.get(name) for name in TOLD}


def _line(item: tuple[int, Piece, int], sale: Sale, shop: Shop) -> Node:
    number, piece, count = item
    whole = piece.line.price * count
    return {
        "__typename": "FulfillmentLineItem",
        "id": gid("FulfillmentLineItem", number),
        "quantity": count,
        "originalTotal": money(whole),
        "originalTotalSet": bag(whole, sale.currency),
        "discountedTotal": money(whole),
        "discountedTotalSet": bag(whole, sale.currency),
        "lineItem": lambda asked: line_item(piece.line, sale, shop),
    }


def _order(one: Fulfilment, sale: Sale, shop: Shop) -> Node:
    from partners.sandbox.shopify.nodes.fulfilment import fulfilment_order  # what is to be sent and what was show each other

    return fulfilment_order(one, sale, shop)


def _manual(shop: Shop) -> Node:
    return {
        "__typename": "FulfillmentService",
        "id": gid("FulfillmentService", "manual"),
        "handle": "manual",
        "serviceName": "Manual",
        "trackingSupport": False,
        "inventoryManagement": False,
        "requiresShippingMethod": True,
        "callbackUrl": None,
        "type": "MANUAL",
        "location": lambda asked: location(shop),
    }
