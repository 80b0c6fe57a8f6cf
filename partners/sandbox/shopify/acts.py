"""What may be done: holds, parcels (`sending`), money back (`refunding`), stock, metafields (`describing`), tags and subscriptions.

What cannot be done is refused in the answer's `userErrors`.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from partners.sandbox.shopify import describing, refunding, sending, stocking
from partners.sandbox.shopify.book import DOMAIN, Shop
from partners.sandbox.shopify.nodes.fulfilment import fulfilment_order, hold
from partners.sandbox.shopify.nodes.hooks import subscription
from partners.sandbox.shopify.nodes.order import order
from partners.sandbox.shopify.nodes.shapes import Node, gid, number_of
from partners.sandbox.shopify.once import KEY
from partners.sandbox.shopify.postman import Subscription
from partners.sandbox.shopify.refusals import No, Several
from partners.sandbox.shopify.sale import OURS, Fulfilment, Hold, Piece, Sale

Asked = dict[str, Any]
MOST_HOLDS, LONGEST_HANDLE, MOST_TAGS = 10, 64, 250
PAYLOADS = {
    "fulfillmentCreate": ("FulfillmentCreate", ("fulfillment",)),
    "fulfillmentEventCreate": ("FulfillmentEventCreate", ("fulfillmentEvent",)),
    "fulfillmentTrackingInfoUpdate": ("FulfillmentTrackingInfoUpdate", ("fulfillment",)),
    "inventoryActivate": ("InventoryActivate", ("inventoryLevel",)),
    "inventorySetQuantities": ("InventorySetQuantities", ("inventoryAdjustmentGroup",)),
    "metafieldsSet": ("MetafieldsSet", ("metafields",)),
    "refundCreate": ("RefundCreate", ("order", "refund")),
    "fulfillmentOrderHold": ("FulfillmentOrderHold", ("fulfillmentHold", "fulfillmentOrder", "remainingFulfillmentOrder")),
    "fulfillmentOrderReleaseHold": ("FulfillmentOrderReleaseHold", ("fulfillmentOrder",)),
    "tagsAdd": ("TagsAdd", ("node",)),
    "tagsRemove": ("TagsRemove", ("node",)),
    "webhookSubscriptionCreate": ("WebhookSubscriptionCreate", ("webhookSubscription",)),
    "webhookSubscriptionUpdate": ("WebhookSubscriptionUpdate", ("webhookSubscription",)),
    "webhookSubscriptionDelete": ("WebhookSubscriptionDelete", ("deletedWebhookSubscriptionId",)),
}
WITH_CODE = ("fulfillmentOrderHold", "fulfillmentOrderReleaseHold", "inventorySetQuantities", "metafieldsSet")


def mutation_root(shop: Shop, *, refuse: bool = False, meddle: bool = False) -> Node:
    """`refuse`: every act is answered by a user error and not done. `meddle`: somebody else changes what it is about just before it."""
    return {"__typename": "Mutation"} | {name: _answering(name, shop, refuse=refuse, meddle=meddle) for name in _ACTS}


def _answering(name: str, shop: Shop, *, refuse: bool, meddle: bool) -> Callable[[Asked], Node]:
    def do(asked: Asked) -> Node:
        try:
            return payload(name, **_ACTS[name](shop, asked))
        except No as no:
            return payload(name, no)
        except Several as several:
            return payload(name, *several.refusals)

    def answer(asked: Asked) -> Node:
        if refuse:
            return payload(name, No(None, "Something about this request is not acceptable to the shop."))
        if meddle and name in _MEDDLING:
            _MEDDLING[name](shop, asked)
        try:
            return shop.answers.once(name, asked, do) if KEY in asked else do(asked)
        except No as no:
            return payload(name, no)

    return answer


def payload(name: str, *refusals: No, **held: Any) -> Node:
    prefix, fields = PAYLOADS[name]
    said: Node = {"__typename": f"{prefix}Payload"} | dict.fromkeys(fields) | held
    return said | {"userErrors": [_error(name, prefix, no) for no in refusals]}


def _error(name: str, prefix: str, no: No) -> Node:
    error: Node = {"__typename": "UserError", "field": no.field, "message": no.message}
    if name in WITH_CODE:
        error |= {"__typename": f"{prefix}UserError", "code": no.code}
    return error | ({"elementIndex": no.index} if name == "metafieldsSet" else {})


# --- holds ------------------------------------------------------------------------------------------------------------------------


def _hold(shop: Shop, asked: Asked) -> Node:
    sale, one = _fulfilment(shop, asked["id"])
    said = asked["fulfillmentHold"]
    _check_hold(one, said)
    rest = _split(shop, sale, one, said.get("fulfillmentOrderLineItems") or [])
    made = Hold(shop.next_id(), said["handle"] or "", said["reason"], said.get("reasonNotes"), said.get("externalId"))
    shop.hold(sale, one, made)
    remaining = fulfilment_order(rest, sale, shop) if rest else None
    return {
        "fulfillmentHold": hold(made),
        "fulfillmentOrder": fulfilment_order(one, sale, shop),
        "remainingFulfillmentOrder": remaining,
    }


def _fulfilment(shop: Shop, named: str) -> tuple[Sale, Fulfilment]:
    pair = shop.fulfilments.get(number_of(named, "FulfillmentOrder"))
    if pair is None:
        raise No(["id"], "The fulfillment order could not be found.", "FULFILLMENT_ORDER_NOT_FOUND")
    return pair


def _check_hold(one: Fulfilment, said: Asked) -> None:
    ours = [held for held in one.holds if held.app == OURS]
    if one.closed:
        raise No(["id"], "The fulfillment order is not in a state in which it can be put on hold.")
    if len(said["handle"] or "") > LONGEST_HANDLE:
        raise No(["fulfillmentHold", "handle"], f"Handle is too long (maximum is {LONGEST_HANDLE} characters)")
    if any(held.handle == (said["handle"] or "") for held in ours):
        message = "The handle provided for the fulfillment hold is already in use by this app for another hold on this fulfillment order."
        raise No(["fulfillmentHold", "handle"], message, "DUPLICATE_FULFILLMENT_HOLD_HANDLE")
    if len(ours) >= MOST_HOLDS:
        message = "The maximum number of fulfillment holds for this fulfillment order has been reached for this app."
        raise No(["id"], message, "FULFILLMENT_ORDER_HOLD_LIMIT_REACHED")


def _split(shop: Shop, sale: Sale, one: Fulfilment, wanted: list[Asked]) -> Fulfilment | None:
    """Only some of it is to be held: the rest becomes a fulfilment order of its own, which stays open."""
    if not wanted:
        return None
    field = ["fulfillmentHold", "fulfillmentOrderLineItems"]
    amounts = {number_of(said["id"], "FulfillmentOrderLineItem"): said["quantity"] for said in wanted}
    if len(amounts) < len(wanted):
        raise No(field, "The fulfillment order line items are not unique.", "DUPLICATED_FULFILLMENT_ORDER_LINE_ITEMS")
    if one.holds:
        raise No(field, "The fulfillment order is not splittable.", "FULFILLMENT_ORDER_NOT_SPLITTABLE")
    have = {piece.id: piece.total for piece in one.pieces}
    if min(amounts.values()) <= 0:
        raise No(field, "The line item quantity must be greater than zero.", "GREATER_THAN_ZERO")
    if any(amount > have.get(number, 0) for number, amount in amounts.items()):
        raise No(field, "The line item quantity is invalid.", "INVALID_LINE_ITEM_QUANTITY")
    left = [Piece(shop.next_id(), piece.line, piece.total - amounts.get(piece.id, 0)) for piece in one.pieces]
    left = [piece for piece in left if piece.total]
    if not left:
        return None
    one.pieces = [Piece(piece.id, piece.line, amounts[piece.id]) for piece in one.pieces if piece.id in amounts]
    rest = Fulfilment(shop.next_id(), left, one.created_at, shop.world.now().replace(microsecond=0))
    sale.fulfilments.append(rest)
    return rest


def _release(shop: Shop, asked: Asked) -> Node:
    """Without ids every hold goes, also those of other apps."""
    sale, one = _fulfilment(shop, asked["id"])
    if not one.holds:
        raise No(["id"], "The fulfillment order is not on hold.")
    ids = asked.get("holdIds")
    wanted = {held.id for held in one.holds} if ids is None else {number_of(named, "FulfillmentHold") for named in ids}
    there = {held.id: held for held in one.holds}
    if ids is not None and any(number not in there or there[number].app != OURS for number in wanted):
        raise No(["holdIds"], "The app doesn't have access to release one of these fulfillment holds.", "INVALID_ACCESS")
    shop.lift(sale, one, [there[number] for number in wanted])
    return {"fulfillmentOrder": fulfilment_order(one, sale, shop)}


# --- tags -------------------------------------------------------------------------------------------------------------------------


def _tags_add(shop: Shop, asked: Asked) -> Node:
    return _tag(shop, asked, add=True)


def _tags_remove(shop: Shop, asked: Asked) -> Node:
    return _tag(shop, asked, add=False)


def _tag(shop: Shop, asked: Asked, *, add: bool) -> Node:
    sale = shop.sales.get(number_of(asked["id"], "Order"))
    if sale is None:
        raise No(["id"], "Order does not exist")
    tags = [tag.strip() for said in asked["tags"] for tag in said.split(",") if tag.strip()]
    if any(len(tag) > 40 for tag in tags) or len(sale.tags) + len(tags) * add > MOST_TAGS:
        raise No(["tags"], "Tags are too long or too many (at most 250 of 40 characters)")
    shop.tag(sale, **{"add" if add else "remove": tags})
    return {"node": order(sale, shop)}


# --- subscriptions ----------------------------------------------------------------------------------------------------------------


def _subscribe(shop: Shop, asked: Asked) -> Node:
    topic, now = asked["topic"], shop.world.now().replace(microsecond=0)
    uri = _address(shop, topic, asked["webhookSubscription"])
    made = Subscription(shop.next_id(), topic, uri, now, now)
    _describe(made, asked["webhookSubscription"])
    shop.postman.subscriptions[made.id] = made
    return {"webhookSubscription": subscription(made)}


def _change_subscription(shop: Shop, asked: Asked) -> Node:
    one = _subscription(shop, asked["id"])
    said = asked["webhookSubscription"]
    if said.get("uri") or said.get("callbackUrl"):
        one.uri = _address(shop, one.topic, said, apart_from=one.id)
    _describe(one, said)
    one.updated_at = shop.world.now().replace(microsecond=0)
    return {"webhookSubscription": subscription(one)}


def _unsubscribe(shop: Shop, asked: Asked) -> Node:
    one = _subscription(shop, asked["id"])
    del shop.postman.subscriptions[one.id]
    return {"deletedWebhookSubscriptionId": gid("WebhookSubscription", one.id)}


def _subscription(shop: Shop, named: str) -> Subscription:
    one = shop.postman.subscriptions.get(number_of(named, "WebhookSubscription"))
    if one is None:
        raise No(["id"], "Webhook subscription does not exist")
    return one


def _describe(one: Subscription, said: Asked) -> None:
    one.format = said.get("format") or one.format
    one.filter = said.get("filter") or one.filter
    one.name = said.get("name") or one.name
    one.include_fields = said.get("includeFields") or one.include_fields


def _address(shop: Shop, topic: str, said: Asked, apart_from: int = 0) -> str:
    uri, field = said.get("uri") or said.get("callbackUrl") or "", ["webhookSubscription", "callbackUrl"]
    parts = urlsplit(uri)
    if not uri:
        raise No(field, "Address can't be blank")
    if parts.scheme != "https":
        raise No(field, f"Address protocol {parts.scheme}:// is not supported")
    host = parts.hostname or ""
    if host in ("", "localhost", DOMAIN) or host.endswith((".myshopify.com", ".shopify.com", ".internal", ".local")) or host[-1:].isdigit():
        raise No(field, "Address is not allowed: it is a Shopify or an internal host")
    if any((one.topic, one.uri) == (topic, uri) and one.id != apart_from for one in shop.postman.subscriptions.values()):
        raise No(field, "Address for this topic has already been taken")
    return uri


_ACTS: dict[str, Callable[[Shop, Asked], Node]] = {
    "fulfillmentCreate": sending.create,
    "fulfillmentEventCreate": sending.report,
    "fulfillmentTrackingInfoUpdate": sending.follow,
    "fulfillmentOrderHold": _hold,
    "fulfillmentOrderReleaseHold": _release,
    "inventoryActivate": stocking.activate,
    "inventorySetQuantities": stocking.set_quantities,
    "metafieldsSet": describing.set_fields,
    "refundCreate": refunding.create,
    "tagsAdd": _tags_add,
    "tagsRemove": _tags_remove,
    "webhookSubscriptionCreate": _subscribe,
    "webhookSubscriptionUpdate": _change_subscription,
    "webhookSubscriptionDelete": _unsubscribe,
}
_MEDDLING: dict[str, Callable[[Shop, Asked], None]] = {
    "inventorySetQuantities": stocking.meddle,
    "metafieldsSet": describing.meddle,
}
