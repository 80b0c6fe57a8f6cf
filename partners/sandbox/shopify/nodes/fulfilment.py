"""A fulfilment order: its state, its holds, its lines and where it goes."""

from partners.sandbox.shopify.book import Shop
from partners.sandbox.shopify.nodes.goods import line_item, variant
from partners.sandbox.shopify.nodes.place import assigned
from partners.sandbox.shopify.nodes.sending import sending
from partners.sandbox.shopify.nodes.shapes import Node, bag, gid, nothing, rows, when
from partners.sandbox.shopify.nodes.stock import weight
from partners.sandbox.shopify.sale import OURS, REASONS, Fulfilment, Hold, Piece, Sale


def fulfilment_order(one: Fulfilment, sale: Sale, shop: Shop) -> Node:
    from partners.sandbox.shopify.nodes.order import order  # an order and its fulfilment orders show each other

    sent = [other for other in sale.sendings if any(piece in one.pieces for _, piece, _ in other.pieces)]
    return {
        "__typename": "FulfillmentOrder",
        "id": gid("FulfillmentOrder", one.id),
        "status": one.status,
        "requestStatus": "UNSUBMITTED",
        "createdAt": when(one.created_at),
        "updatedAt": when(one.updated_at),
        "fulfillAt": when(one.created_at.replace(minute=0, second=0)),
        "fulfillBy": None,
        "supportedActions": [{"__typename": "FulfillmentOrderSupportedAction", "action": act, "externalUrl": None} for act in one.actions],
        "fulfillmentHolds": [hold(held) for held in one.holds],
        "merchantRequests": nothing("FulfillmentOrderMerchantRequestConnection"),
        "fulfillments": rows("FulfillmentConnection", sent, lambda other: sending(other, sale, shop), lambda other: other.id),
        "assignedLocation": assigned(shop),
        "deliveryMethod": _delivery(one, sale),
        "destination": _destination(one, sale),
        "lineItems": rows(
            "FulfillmentOrderLineItemConnection", one.pieces, lambda piece: _piece(piece, sale, shop), lambda piece: piece.id
        ),
        "order": lambda asked: order(sale, shop),
        "orderId": gid("Order", sale.id),
        "orderName": sale.name,
        "orderProcessedAt": when(sale.paid_at),
    }


def hold(held: Hold) -> Node:
    return {
        "__typename": "FulfillmentHold",
        "id": gid("FulfillmentHold", held.id),
        "handle": held.handle,
        "reason": held.reason,
        "displayReason": REASONS[held.reason],
        "reasonNotes": held.notes,
        "heldByRequestingApp": held.app == OURS,
        "heldByApp": app(held.app),
    }


def app(name: str) -> Node:
    return {
        "__typename": "App",
        "id": gid("App", 190_000_001 if name == OURS else 190_000_002),
        "apiKey": f"{name}-api-key",
        "developerName": "Lockstep" if name == OURS else "Somebody else",
        "embedded": False,
        "handle": name,
        "title": name.title(),
    }


def _piece(piece: Piece, sale: Sale, shop: Shop) -> Node:
    line = piece.line
    whole = 0 if sale.cancelled_at else min(piece.total, line.current)
    sized = variant(line.sku, shop)
    return {
        "__typename": "FulfillmentOrderLineItem",
        "id": gid("FulfillmentOrderLineItem", piece.id),
        "totalQuantity": whole,
        "remainingQuantity": max(whole - piece.sent, 0),
        "sku": line.sku or None,
        "productTitle": line.title,
        "variantTitle": line.variant_title or None,
        "vendor": line.vendor,
        "requiresShipping": True,
        "inventoryItemId": sized["inventoryItem"]({})["id"] if sized else None,
        "originalUnitPriceSet": bag(line.price, sale.currency),
        "weight": weight(shop.products.get(line.sku)),
        "lineItem": lambda asked: line_item(line, sale, shop),
        "variant": sized,
    }


def _delivery(one: Fulfilment, sale: Sale) -> Node:
    """A number that was asked for with the pick-up point is kept with the method."""
    asked = sale.phones.get("pickup")
    more = {"__typename": "DeliveryMethodAdditionalInformation", "instructions": None, "phone": asked} if asked else None
    return {
        "__typename": "DeliveryMethod",
        "id": gid("DeliveryMethod", one.id),
        "methodType": "SHIPPING",
        "serviceCode": sale.service["code"],
        "presentedName": sale.service["title"],
        "sourceReference": None,
        "minDeliveryDateTime": None,
        "maxDeliveryDateTime": None,
        "additionalInformation": more,
    }


def _destination(one: Fulfilment, sale: Sale) -> Node:
    ship = sale.ship
    plain = {field: ship[field] or None for field in ("address1", "address2", "city", "company", "firstName", "lastName", "zip")}
    return plain | {
        "__typename": "FulfillmentOrderDestination",
        "id": gid("FulfillmentOrderDestination", one.id),
        "countryCode": ship["countryCode"],
        "province": None,
        "email": sale.email or None,
        "phone": sale.phones.get("destination") or sale.phones.get("shipping"),
        "location": None,
    }
