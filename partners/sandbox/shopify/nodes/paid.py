"""What was paid for an order, what was given back of it, and what could be."""

from decimal import Decimal
from typing import Any

from partners.sandbox.shopify.nodes.shapes import Node, bag, gid, number_of, when
from partners.sandbox.shopify.sale import Refunded, Sale

GATEWAY = "shopify_payments"


def payment(sale: Sale) -> Node:
    """The one transaction by which the order was paid."""
    return {
        "__typename": "OrderTransaction",
        "id": gid("OrderTransaction", sale.id),
        "kind": "SALE",
        "status": "SUCCESS",
        "gateway": GATEWAY,
        "formattedGateway": "Shopify Payments",
        "paymentId": f"{sale.number}.1",
        "errorCode": None,
        "test": False,
        "createdAt": when(sale.paid_at),
        "processedAt": when(sale.paid_at),
        "amountSet": bag(sale.total, sale.currency),
    }


def refund(one: Refunded, sale: Sale) -> Node:
    return {
        "__typename": "Refund",
        "id": gid("Refund", one.id),
        "legacyResourceId": str(one.id),
        "note": one.note,
        "totalRefundedSet": bag(one.amount, sale.currency),
        "createdAt": when(one.created_at),
        "updatedAt": when(one.created_at),
    }


def suggested(sale: Sale, asked: dict[str, Any]) -> Node:
    """What giving back these lines would come to: never more than is left of what was paid."""
    left = sale.total - sale.given_back
    worth = left if asked.get("suggestFullRefund") else min(left, _worth(sale, asked.get("refundLineItems") or []))
    amount, most = bag(worth, sale.currency), bag(left, sale.currency)
    transaction = {
        "__typename": "SuggestedOrderTransaction",
        "amountSet": amount,
        "maximumRefundableSet": most,
        "gateway": GATEWAY,
        "formattedGateway": "Shopify Payments",
        "kind": "SUGGESTED_REFUND",
        "parentTransaction": payment(sale),
    }
    return {
        "__typename": "SuggestedRefund",
        "amountSet": amount,
        "discountedSubtotalSet": amount,
        "subtotalSet": amount,
        "maximumRefundableSet": most,
        "suggestedTransactions": [transaction] if worth else [],
    }


def _worth(sale: Sale, wanted: list[dict[str, Any]]) -> Decimal:
    """A line counts as far as it was not given back yet."""
    by_id = {line.id: line for line in sale.lines}
    worth = Decimal(0)
    for one in wanted:
        line = by_id.get(number_of(one["lineItemId"], "LineItem"))
        if line:
            worth += line.price * min(one["quantity"], line.current)
    return worth
