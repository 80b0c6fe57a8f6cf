"""`/_sandbox/shopify/`: look into the make-believe Shopify and change it, as its staff, its customers and its bad days do.

GET  /state                 {"orders": {number: {"updated_at", "cancelled_at", "tags", "holds", "status", "fulfillments"}}, "held",
                            "tagged", "counts", "budget", "subscriptions"}
GET  /notifications         what customers were written: {"notifications": [{"order", "kind", "number", "url", "at"}]}, the kind shipment
                            where a fulfilment was made, tracking where it is to be followed elsewhere
GET  /letters               the webhooks so far: {"letters": [{"webhook_id", "event_id", "topic", "tries", "status", "due_at"}]}
POST /orders                {"like": number}: a new order, placed now
POST /orders/{number}       {"address"?: {field: text}, "email"?, "phone"?, "locker"?, "note"?, "attributes"?: {},
                            "lines"?: {sku: quantity}, "tags"?: [],
                            "hold"?: {"handle"?, "reason"?} (another app's), "cancel"?: true}: newer afterwards, and told
GET, POST /stock            how many there are; GET /products, POST /products/{sku} what the shop knows of them (see `control_goods`)
POST /deliver               what is due, now: {"last"?: n} the last n once more, {"reverse"?: true}, {"corrupt"?: true}, {"late_hours"?: n}
POST /webhooks              {"unsubscribe"?: true or a topic, "pause"?: bool, "ladder_s"?: [s], "tunnel"?: {outside: inside}}
POST /scopes                {"grant"?: [], "revoke"?: []}
POST /budget                {"plan"?: standard, advanced or plus, "left"?: n}
POST /search                {"lags_s": n}: how long the search does not know of a change
"""

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from partners.sandbox.shopify.book import Shop
from partners.sandbox.shopify.budget import PLANS
from partners.sandbox.shopify.control_goods import GoodsControl
from partners.sandbox.shopify.postman import topic_name
from partners.sandbox.shopify.sale import OURS, REASONS, Fulfilment, Hold, Line, Piece, Sale, money, stamp
from partners.sandbox.shopify.takeover import POINT

Said = dict[str, Any]
SHIP = ("firstName", "lastName", "company", "address1", "address2", "city", "zip", "countryCode")


class ShopControl:
    """Raises ValueError or KeyError for what it does not understand."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.goods = shop, GoodsControl(shop)

    def get(self, path: str) -> Said | None:
        pages = {"/state": self._state, "/letters": self._letters, "/notifications": self._notifications}
        return pages[path]() if path in pages else self.goods.get(path)

    def post(self, path: str, said: Said) -> Said | None:
        """None where there is no such page."""
        if found := re.fullmatch(r"/orders/([^/]+)", path):
            sale = self.shop.by_number.get(found[1].removeprefix("#"))
            return self._change(sale, said) if sale else None
        acts: dict[str, Callable[[Said], Said]] = {
            "/orders": self._place,
            "/webhooks": self._webhooks,
            "/scopes": self._scopes,
            "/budget": self._budget,
            "/search": self._search,
        }
        return acts[path](said) if path in acts else self.goods.post(path, said)

    def deliver(self, said: Said) -> Said:
        """Posts, and so must not be called under the world's lock."""
        _only(said, "last", "reverse", "corrupt", "late_hours")
        postman = self.shop.postman
        letters = postman.letters[-int(said["last"]) :] if "last" in said else postman.due()
        if said.get("reverse"):
            letters = letters[::-1]
        late = timedelta(hours=float(said.get("late_hours", 0)))
        return {"delivered": postman.deliver(letters, corrupt=bool(said.get("corrupt")), late=late)}

    # --- looking -----------------------------------------------------------------------------------------------------------------

    def _state(self) -> Said:
        shop = self.shop
        kept = {number: _shown(sale) for number, sale in sorted(shop.by_number.items())}
        ours = [hold for one in kept.values() for hold in one["holds"] if hold["app"] == OURS]
        return {
            "orders": kept,
            "held": sum(1 for one in kept.values() if any(hold["app"] == OURS for hold in one["holds"])),
            "holds": len(ours),
            "tagged": sum(1 for one in kept.values() if one["tags"]),
            "counts": dict(shop.counts),
            "budget": {"size": shop.budget.size, "restores": shop.budget.restores, "left": shop.budget.left},
            "subscriptions": [{"topic": one.topic, "uri": one.uri} for one in shop.postman.subscriptions.values()],
        }

    def _notifications(self) -> Said:
        return {"notifications": list(self.shop.notifications)}

    def _letters(self) -> Said:
        letters = self.shop.postman.letters
        shown = ("event", "tries", "status")
        told = [
            {name: asdict(one)[name] for name in shown}
            | {"webhook_id": one.id, "topic": topic_name(one.topic), "triggered_at": stamp(one.triggered_at), "due_at": stamp(one.due_at)}
            for one in letters
        ]
        return {"letters": told}

    # --- orders ------------------------------------------------------------------------------------------------------------------

    def _place(self, said: Said) -> Said:
        _only(said, "like")
        shop = self.shop
        model, key = shop.by_number[said["like"]], shop.next_id()
        now = shop.world.now().replace(microsecond=0)
        sale = deepcopy(model)
        number = 1 + max(int(one.number.rpartition("-")[2]) for one in shop.sales.values())
        sale.id, sale.number, sale.tags, sale.cancelled_at, sale.edited = key, f"LS-{number}", [], None, False
        sale.created_at = sale.paid_at = sale.updated_at = now
        for line in sale.lines:
            line.id, line.current, line.refunded = shop.next_id(), line.current + line.refunded, 0
        sale.sendings, sale.refunds = [], []
        sale.fulfilments = [Fulfilment(shop.next_id(), [_piece(shop, line) for line in sale.lines], now, now)]
        shop.sales[key] = sale
        shop.levels.sell(sale)
        shop.touch(sale, "ORDERS_CREATE", "ORDERS_PAID")
        return {"number": sale.number} | _shown(sale)

    def _change(self, sale: Sale, said: Said) -> Said:
        changes: dict[str, Callable[[Sale, Any], None]] = {
            "address": _address,
            "email": lambda sale, value: setattr(sale, "email", str(value)),
            "note": lambda sale, value: setattr(sale, "note", str(value)),
            "phone": _phone,
            "locker": _locker,
            "attributes": lambda sale, value: sale.attributes.update({str(name): str(text) for name, text in value.items()}),
            "lines": self._lines,
            "tags": lambda sale, value: self.shop.tag(sale, add=map(str, value)),
            "hold": self._hold,
            "cancel": lambda sale, value: self.shop.cancel(sale) if value is True else None,
        }
        _only(said, *changes)
        for name, value in said.items():
            changes[name](sale, value)
        if set(said) - {"cancel", "tags", "hold"}:
            self.shop.touch(sale, *(["ORDERS_EDITED"] if "lines" in said else []))
        return {"number": sale.number} | _shown(sale)

    def _lines(self, sale: Sale, wanted: Said) -> None:
        """How many of each SKU from now on; a SKU that was not there is added."""
        for sku, quantity in wanted.items():
            line = next((line for line in sale.lines if line.sku == sku), None)
            if line is None:
                line = self._line(sku, int(quantity))
                sale.lines.append(line)
                sale.fulfilments[0].pieces.append(_piece(self.shop, line))
            line.current = int(quantity)
            for piece in (piece for one in sale.fulfilments for piece in one.pieces if piece.line is line):
                piece.total = line.current
        sale.edited = True

    def _line(self, sku: str, quantity: int) -> Line:
        """As an edit adds it: ordered 0 at first, so that only `current` counts it."""
        product, number = self.shop.products[sku], self.shop.next_id()
        return Line(number, sku, product.name, sku.rpartition("-")[2], product.brand, 0, quantity, Decimal(product.price), [])

    def _hold(self, sale: Sale, said: Said) -> None:
        _only(said, "handle", "reason")
        reason = str(said.get("reason", "OTHER"))
        if reason not in REASONS:
            raise ValueError(f"unknown reason; choose one of {', '.join(REASONS)}")
        made = Hold(self.shop.next_id(), str(said.get("handle", "")), reason, "By another app", None, app="another-app")
        self.shop.hold(sale, sale.fulfilments[0], made)

    # --- the app and its bad days ------------------------------------------------------------------------------------------------

    def _webhooks(self, said: Said) -> Said:
        _only(said, "unsubscribe", "pause", "ladder_s", "tunnel")
        postman = self.shop.postman
        if "unsubscribe" in said:
            gone = said["unsubscribe"]
            postman.subscriptions = {key: one for key, one in postman.subscriptions.items() if gone is not True and one.topic != gone}
        postman.paused = bool(said.get("pause", postman.paused))
        postman.ladder = tuple(map(float, said.get("ladder_s", postman.ladder)))
        postman.tunnels |= said.get("tunnel", {})
        left = [{"topic": one.topic, "uri": one.uri} for one in postman.subscriptions.values()]
        return {"subscriptions": left, "paused": postman.paused, "ladder_s": list(postman.ladder), "tunnel": postman.tunnels}

    def _scopes(self, said: Said) -> Said:
        _only(said, "grant", "revoke")
        self.shop.granted |= set(said.get("grant", ()))
        self.shop.granted -= set(said.get("revoke", ()))
        return {"scopes": sorted(self.shop.granted)}

    def _budget(self, said: Said) -> Said:
        _only(said, "plan", "left")
        if "plan" in said:
            size, restores = PLANS[said["plan"]]
            self.shop.budget.set(size=size, restores=restores)
        if "left" in said:
            self.shop.budget.set(left=float(said["left"]))
        return {"size": self.shop.budget.size, "restores": self.shop.budget.restores, "left": self.shop.budget.left}

    def _search(self, said: Said) -> Said:
        _only(said, "lags_s")
        self.shop.lags_s = float(said["lags_s"])
        return {"lags_s": self.shop.lags_s}


def _only(said: Said, *known: str) -> None:
    if unknown := set(said) - set(known):
        raise ValueError(f"unknown field {min(unknown)}")


def _shown(sale: Sale) -> Said:
    holds = [
        {"id": hold.id, "handle": hold.handle, "reason": hold.reason, "note": hold.notes, "app": hold.app}
        for one in sale.fulfilments
        for hold in one.holds
    ]
    facts = {"id": sale.id, "updated_at": stamp(sale.updated_at), "cancelled_at": stamp(sale.cancelled_at)}
    sent = [
        {"id": one.id, "tracking": one.tracking, "company": one.company, "events": [event.status for event in one.events]}
        for one in sale.sendings
    ]
    back = [{"id": one.id, "note": one.note, "amount": money(one.amount)} for one in sale.refunds]
    return facts | {"tags": list(sale.tags), "holds": holds, "status": sale.fulfilment, "fulfillments": sent, "refunds": back}


def _piece(shop: Shop, line: Line) -> Piece:
    return Piece(shop.next_id(), line, line.current)


def _address(sale: Sale, said: Said) -> None:
    _only(said, *SHIP)
    sale.ship.update({name: str(value) for name, value in said.items()})


def _phone(sale: Sale, value: str) -> None:
    sale.phones = {"shipping": str(value)} if value else {}


def _locker(sale: Sale, value: str) -> None:
    """Chosen anew: where it was before it stands no more."""
    for name in ("inpost_locker_id", "Pickup-Location-Id", "Checkout-Method"):
        sale.attributes.pop(name, None)
    sale.metafields.pop(POINT, None)
    for name in ("company", "address2"):
        if "InPost" in sale.ship[name]:
            sale.ship[name] = ""
    sale.attributes["Locker ID"] = str(value)
