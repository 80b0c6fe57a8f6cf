"""An order with all that hangs on it, and the page of orders that a query finds."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zlib import crc32

from partners.sandbox.shopify.book import DOMAIN, Shop
from partners.sandbox.shopify.nodes.fields import fields, one_field
from partners.sandbox.shopify.nodes.fulfilment import app, fulfilment_order
from partners.sandbox.shopify.nodes.goods import line_item
from partners.sandbox.shopify.nodes.paid import payment, refund, suggested
from partners.sandbox.shopify.nodes.sending import sending
from partners.sandbox.shopify.nodes.shapes import Node, address, attributes, bag, gid, nothing, rows, when
from partners.sandbox.shopify.paging import Rows
from partners.sandbox.shopify.sale import Sale, stamp
from partners.sandbox.shopify.shelf import Metafield, Names

SORTS: dict[str, Callable[[Sale], Any]] = {
    "UPDATED_AT": lambda sale: when(sale.updated_at),
    "CREATED_AT": lambda sale: when(sale.created_at),
    "PROCESSED_AT": lambda sale: when(sale.paid_at),
    "ORDER_NUMBER": lambda sale: sale.number,
    "TOTAL_PRICE": lambda sale: float(sale.total),
    "CURRENT_TOTAL_PRICE": lambda sale: float(sale.current_total),
}


def orders(sales: list[Sale], sort_key: str, shop: Shop) -> Rows:
    value = SORTS.get(sort_key, lambda sale: sale.id)
    return Rows(sales, lambda sale: order(sale, shop), lambda sale: (value(sale), sale.id), "OrderConnection")


def order(sale: Sale, shop: Shop) -> Node:
    return {"__typename": "Order"} | _facts(sale) | _amounts(sale) | _parts(sale, shop)


def _facts(sale: Sale) -> Node:
    place = int(sale.number.rpartition("-")[2])
    whole = sum(line.quantity for line in sale.lines)
    return {
        "id": gid("Order", sale.id),
        "legacyResourceId": str(sale.id),
        "name": sale.name,
        "number": place,
        "createdAt": when(sale.created_at),
        "processedAt": when(sale.paid_at),
        "updatedAt": when(sale.updated_at),
        "cancelledAt": stamp(sale.cancelled_at),
        "cancelReason": sale.cancel_reason,
        "closed": False,
        "closedAt": None,
        "confirmed": True,
        "edited": sale.edited,
        "test": False,
        "note": sale.note or None,
        "email": sale.email or None,
        "phone": sale.phones.get("order"),
        "poNumber": None,
        "tags": list(sale.tags),
        "customAttributes": attributes(sale.attributes.items()),
        "customerLocale": "en-GB",
        "sourceName": sale.channel,
        "sourceIdentifier": None,
        "discountCodes": [],
        "paymentGatewayNames": ["shopify_payments"],
        "displayFinancialStatus": sale.financial,
        "displayFulfillmentStatus": sale.fulfilment,
        "returnStatus": "NO_RETURN",
        "fullyPaid": not sale.cancelled_at,
        "unpaid": False,
        "fulfillable": not sale.cancelled_at,
        "refundable": sale.given_back < sale.total,
        "restockable": True,
        "requiresShipping": True,
        "taxExempt": False,
        "taxesIncluded": True,
        "dutiesIncluded": False,
        "billingAddressMatchesShippingAddress": sale.phones.get("billing") == sale.phones.get("shipping"),
        "currencyCode": sale.currency,
        "presentmentCurrencyCode": sale.currency,
        "subtotalLineItemsQuantity": whole,
        "currentSubtotalLineItemsQuantity": 0 if sale.cancelled_at else sum(line.current for line in sale.lines),
        "statusPageUrl": lambda asked: f"https://{DOMAIN}/orders/{sale.id:032x}",
    }


def _amounts(sale: Sale) -> Node:
    none, whole, current = Decimal(0), sale.total, sale.current_total
    refunded = sale.given_back
    amounts = {
        "originalTotalPriceSet": whole,
        "totalPriceSet": whole,
        "subtotalPriceSet": whole,
        "totalTaxSet": _vat(whole),
        "currentTotalPriceSet": current,
        "currentSubtotalPriceSet": current,
        "currentTotalTaxSet": _vat(current),
        "currentTotalDiscountsSet": none,
        "currentShippingPriceSet": none,
        "totalDiscountsSet": none,
        "totalShippingPriceSet": none,
        "totalOutstandingSet": none,
        "totalReceivedSet": whole,
        "totalRefundedSet": refunded,
        "netPaymentSet": whole - refunded,
    }
    return {name: bag(amount, sale.currency) for name, amount in amounts.items()}


def _vat(amount: Decimal) -> Decimal:
    return (amount / 6).quantize(Decimal("0.01"))


def _parts(sale: Sale, shop: Shop) -> Node:
    shipping = address(sale, "shipping")
    line = _shipping_line(sale)
    fulfilments = [one for one in sale.fulfilments if one.pieces]
    return {
        "shippingAddress": shipping,
        "displayAddress": shipping,
        "billingAddress": address(sale, "billing"),
        "shippingLine": line,
        "shippingLines": rows("ShippingLineConnection", [sale], lambda one: line, lambda one: one.id),
        "lineItems": rows("LineItemConnection", sale.lines, lambda one: line_item(one, sale, shop), lambda one: one.id),
        "fulfillmentOrders": rows(
            "FulfillmentOrderConnection", fulfilments, lambda one: fulfilment_order(one, sale, shop), lambda one: one.id
        ),
        "fulfillments": lambda asked: [sending(one, sale, shop) for one in sale.sendings[: asked.get("first")]],
        "fulfillmentsCount": {"__typename": "Count", "count": len(sale.sendings), "precision": "EXACT"},
        "refunds": lambda asked: [refund(one, sale) for one in sale.refunds[: asked.get("first")]],
        "suggestedRefund": lambda asked: suggested(sale, asked),
        "returns": nothing("ReturnConnection"),
        "transactions": lambda asked: [payment(sale)],
        "channelInformation": _channel(sale),
        "customer": lambda asked: _customer(sale),
        "metafield": lambda asked: one_field(_held(sale), "ORDER", asked),
        "metafields": lambda asked: fields(_held(sale), "ORDER", asked),
    }


def _shipping_line(sale: Sale) -> Node:
    free = bag(Decimal(0), sale.currency)
    return {
        "__typename": "ShippingLine",
        "id": gid("ShippingLine", sale.id),
        "title": sale.service["title"],
        "code": sale.service["code"],
        "source": "shopify",
        "carrierIdentifier": None,
        "deliveryCategory": None,
        "custom": False,
        "isRemoved": False,
        "phone": sale.phones.get("service"),
        "shippingRateHandle": None,
        "originalPriceSet": free,
        "discountedPriceSet": free,
    }


def _channel(sale: Sale) -> Node:
    named = {"web": "Online Store", "app": "Mobile App"}.get(sale.channel, sale.channel)
    number = 170_000_000_000 + crc32(sale.channel.encode()) % 1000
    definition = {"__typename": "ChannelDefinition", "id": gid("ChannelDefinition", sale.channel), "channelName": named}
    return {
        "__typename": "ChannelInformation",
        "id": gid("ChannelInformation", number),
        "channelId": gid("Channel", number),
        "displayName": named,
        "app": app(sale.channel),
        "channelDefinition": definition | {"handle": sale.channel, "isMarketplace": False, "subChannelName": named},
    }


def _customer(sale: Sale) -> Node:
    number, ship = 8_000_000_000_000 + crc32(sale.email.encode() or sale.number.encode()), sale.ship
    phone, email = sale.phones.get("customer"), sale.email or None
    name = " ".join(filter(None, (ship["firstName"], ship["lastName"])))
    return {
        "__typename": "Customer",
        "id": gid("Customer", number),
        "legacyResourceId": str(number),
        "firstName": ship["firstName"] or None,
        "lastName": ship["lastName"] or None,
        "displayName": name or email or "",
        "email": email,
        "phone": phone,
        "defaultEmailAddress": {"__typename": "CustomerEmailAddress", "emailAddress": email} if email else None,
        "defaultPhoneNumber": {"__typename": "CustomerPhoneNumber", "phoneNumber": phone} if phone else None,
        "defaultAddress": None,
        "locale": "en-GB",
        "note": None,
        "numberOfOrders": "1",
        "tags": [],
        "taxExempt": False,
        "verifiedEmail": True,
        "createdAt": when(sale.created_at),
        "updatedAt": when(sale.created_at),
    }


def _held(sale: Sale) -> dict[Names, Metafield]:
    """Each as it was when the order was placed."""
    numbers = {names: 30_000_000_000_000 + (sale.id * 31 + crc32(".".join(names).encode()) % 31) for names in sale.metafields}
    return {names: Metafield(numbers[names], *said, sale.created_at, sale.created_at) for names, said in sale.metafields.items()}
