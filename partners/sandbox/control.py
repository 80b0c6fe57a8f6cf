"""`/_sandbox/`: look into the world and change it, for demos and tests. No login: the sandbox listens on this machine alone.

GET  /plan                  what the world holds: which order carries which fault and what to answer (`faulty`); how many parcels come to
                            what, each order's script, which lockers close (`fates`); what may be sold (`warehouse.sums`); what came
                            back and what is to become of it (`returned`).
                            ?without=LS-1,LS-2 leaves these orders out of what is sold: those cancelled since
GET  /health                {"seed", "now", "orders", "points", "at_acs"}
GET  /acs/orders            {"orders": [{"number", "creations", "puts", "repeats", "status", "status_at", "tracking", "picked", "packed",
                            "order"}]}
POST /acs/orders/{number}   {"Status"?, "TrackingNumber"?, "Packed"?: {"length", "width", "height", "weight"} in mm and g,
                            "Picked"?: {line: garments}}: the warehouse moves on
POST /acs/work              {"orders"?: [number], "to"?: Picking, Pick Confirmed or Packed}: one step for all, or as far as that (`picking`)
POST /acs/skus              {"know"?: [sku], "forget"?: [sku]}: what ACS has been set up for
GET, POST /acs/stock        the warehouse's daily stock files; GET, POST /acs/garments the garments in them (see `warehouse.control`)
GET, POST /acs/returns      what came back, graded anew on demand; GET /acs/returns.csv, /acs/costs.csv (see `returned.control`)
GET  /shop/stock            {sku: shown}: what the shop shows, ?store=shopify or folder; by default the folder once the desk has published
                            into it
POST /courier               {"numbers"?: [tracking number], "hours_ago"?: h}: takes what waits packed (`courier`): {"taken", "left", "at"}
GET, POST /faults           what is armed; {"partner", "kind", "times"?, "path"?, "method"?, "seconds"?, "about"?, "share"?} arms one
                            more (see `faults`)
POST /faults/clear          {}
POST /points/{id}           {"status"?, "availability"?: {"A","B","C"}, "removed"?: bool}
POST /clock                 {"advance_hours"}
POST /token                 {"expires_in"}: how many seconds InPost's tokens live from now on
GET, POST /inpost/...       the make-believe InPost: shipments, scripts, webhooks (see `inpost.control`)
GET, POST /shopify/...      the make-believe Shopify (see `shopify.control`)
GET  /ledger                what stands in the books, by our key (see `xero.control`); GET, POST /xero/... the make-believe Xero
"""

import re
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from partners.sandbox import courier, picking
from partners.sandbox.inpost.book import Carrier
from partners.sandbox.inpost.control import CarrierControl
from partners.sandbox.inpost.webhooks import Postman
from partners.sandbox.orders import stamp
from partners.sandbox.returned import control as returned
from partners.sandbox.shop import has_published, shown
from partners.sandbox.shopify.book import Shop
from partners.sandbox.shopify.control import ShopControl
from partners.sandbox.warehouse import control as warehouse
from partners.sandbox.web import App, Reply, Request, as_json
from partners.sandbox.xero.app import Xero
from partners.sandbox.xero.control import LedgerControl

Said = dict[str, Any]


class Control(App):
    """What it does not understand it refuses with 400 and a sentence."""

    partner = "_sandbox"

    def __init__(self, stop: threading.Event, shop: Shop, carrier: Carrier, postman: Postman, ledger: Xero) -> None:
        super().__init__(shop.world, stop)
        self.shop, self.carrier, self.inpost = ShopControl(shop), carrier, CarrierControl(carrier, postman)
        self.ledger = LedgerControl(ledger)

    def answer(self, request: Request) -> Reply:
        try:
            if request.method == "POST" and (deliver := self._delivering(request.path)):
                return as_json(deliver(request.json() if request.body else {}))
            with self.world.lock:
                if request.method == "GET":
                    return self._get(request)
                return self._post(request) if request.method == "POST" else as_json({"error": "GET or POST expected"}, 405)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return as_json({"error": f"{type(error).__name__}: {error}"}, 400)

    def _delivering(self, path: str) -> Callable[[Said], Said] | None:
        """Letters are posted without the world's lock: who receives one may ask us something."""
        return {"/shopify/deliver": self.shop.deliver, "/inpost/deliver": self.inpost.deliver}.get(path)

    def _get(self, request: Request) -> Reply:
        path = request.path
        if path.startswith("/shopify/"):
            return _or_404(self.shop.get(path.removeprefix("/shopify")))
        if path == "/inpost/key.pem":
            return Reply(200, self.inpost.postman.key_pem(), "application/x-pem-file")
        if path.startswith("/inpost/"):
            return _or_404(self.inpost.get(path.removeprefix("/inpost")))
        if path.startswith("/xero/"):
            return _or_404(self.ledger.get(path.removeprefix("/xero")))
        pages: dict[str, Callable[[], Any]] = {
            "/ledger": self.ledger.summary,
            "/plan": lambda: self.world.plan(_listed(request.one("without"))),
            "/shop/stock": lambda: self._shown(request.one("store")),
            "/health": self._health,
            "/acs/orders": lambda: {"orders": [{"number": number} | kept for number, kept in sorted(self.world.acs.items())]},
            "/faults": lambda: {"faults": [asdict(fault) for fault in self.world.faults.armed]},
        }
        if path in pages:
            return as_json(pages[path]())
        return returned.get(self.world, request) or _or_404(warehouse.get(self.world, path))

    def _post(self, request: Request) -> Reply:
        said: Said = request.json() if request.body else {}
        if found := re.fullmatch(r"/points/([^/]+)", request.path):
            return self._point(found[1], said)
        if found := re.fullmatch(r"/acs/orders/([^/]+)", request.path):
            return self._acs(found[1], said)
        if request.path.startswith("/shopify/"):
            return _or_404(self.shop.post(request.path.removeprefix("/shopify"), said))
        if request.path.startswith("/inpost/"):
            return _or_404(self.inpost.post(request.path.removeprefix("/inpost"), said))
        if request.path.startswith("/xero/"):
            return _or_404(self.ledger.post(request.path.removeprefix("/xero"), said))
        acts: dict[str, Callable[[Said], Any]] = {
            "/faults": lambda said: asdict(self.world.faults.arm(said)),
            "/faults/clear": self._clear,
            "/clock": self._clock,
            "/token": self._token,
            "/acs/skus": self._skus,
            "/acs/work": lambda said: picking.work(self.world, said),
            "/courier": lambda said: courier.collect(self.carrier, said),
        }
        if request.path in acts:
            return as_json(acts[request.path](said))
        return _or_404(warehouse.post(self.world, request.path, said) or returned.post(self.world, request, said))

    def _shown(self, store: str) -> dict[str, int]:
        if store not in ("", "folder", "shopify"):
            raise ValueError("store is folder or shopify")
        if store == "folder" or (not store and has_published(self.world.shop_folder)):
            return shown(self.world)
        return self.shop.shop.levels.shown()

    def _health(self) -> Said:
        world = self.world
        counts = {"orders": len(world.orders), "points": len(world.points), "at_acs": len(world.acs)}
        return {"seed": world.seed, "now": stamp(world.now())} | counts

    def _clear(self, said: Said) -> Said:
        self.world.faults.clear()
        return {"faults": []}

    def _clock(self, said: Said) -> Said:
        self.world.advance(float(said["advance_hours"]))
        return {"now": stamp(self.world.now())}

    def _token(self, said: Said) -> Said:
        self.world.token_lives_s = int(said["expires_in"])
        return {"expires_in": self.world.token_lives_s}

    def _skus(self, said: Said) -> Said:
        self.world.acs_skus |= set(said.get("know", ()))
        self.world.acs_skus -= set(said.get("forget", ()))
        return {"skus": sorted(self.world.acs_skus)}

    def _point(self, name: str, said: Said) -> Reply:
        if unknown := set(said) - {"status", "availability", "removed"}:
            raise ValueError(f"unknown field {min(unknown)}")
        self._take_away_or_put_back(name, said.get("removed"))
        point = self.world.points.get(name) or self.world.removed.get(name)
        if point is None:
            return as_json({"error": "no such point"}, 404)
        if "status" in said:
            point["status"] = str(said["status"])
        if "availability" in said:
            point["locker_availability"]["details"] = {size: str(level) for size, level in said["availability"].items()}
        return as_json(point | {"removed": name in self.world.removed})

    def _take_away_or_put_back(self, name: str, removed: bool | None) -> None:
        world = self.world
        if removed is True and name in world.points:
            world.removed[name] = world.points.pop(name)
        if removed is False and name in world.removed:
            world.put_points([world.removed.pop(name)])

    def _acs(self, number: str, said: Said) -> Reply:
        """Any status text goes: what ACS may say is not ours to limit."""
        kept = self.world.acs.get(number)
        if kept is None:
            return as_json({"error": "ACS does not have this order"}, 404)
        picking.set_by_hand(self.world, number, said)
        if "Status" in said:
            kept["status"], kept["status_at"] = str(said["Status"]), stamp(self.world.now())
            if kept["status"] == picking.PACKED:
                picking.pack(self.world, number)
        kept["tracking"] = str(said.get("TrackingNumber", kept["tracking"]))
        return as_json({"number": number} | kept)


def _listed(text: str) -> set[str]:
    return {number.strip() for number in text.split(",") if number.strip()}


def _or_404(said: Said | None) -> Reply:
    return as_json({"error": "no such page"}, 404) if said is None else as_json(said)
