"""`/_sandbox/`: look into the world and change it, for demos and tests."""

import re
import threading
from datetime import timedelta
from typing import Any

from partners.sandbox.orders import stamp
from partners.sandbox.web import App, Reply, Request, as_json
from partners.sandbox.world import World


class Control(App):
    """No login: the sandbox listens on this machine alone."""

    partner = "_sandbox"

    def __init__(self, world: World, stop: threading.Event) -> None:
        super().__init__(world.faults, stop)
        self.world = world

    def answer(self, request: Request) -> Reply:
        try:
            with self.world.lock:
                return self._get(request) if request.method == "GET" else self._post(request)
        except (ValueError, TypeError, KeyError) as error:
            return as_json({"error": str(error)}, 400)

    def _get(self, request: Request) -> Reply:
        if request.path == "/plan":
            return as_json(self.world.plan())
        if request.path == "/health":
            return as_json({"seed": self.world.seed, "now": stamp(self.world.now()), "orders": len(self.world.orders)})
        if request.path == "/acs/orders":
            return as_json({"orders": [{"number": number} | kept for number, kept in sorted(self.world.acs.items())]})
        return as_json({"error": "no such page"}, 404)

    def _post(self, request: Request) -> Reply:
        said = request.json() if request.body else {}
        if found := re.fullmatch(r"/points/([^/]+)", request.path):
            return self._point(found[1], said)
        if found := re.fullmatch(r"/acs/orders/([^/]+)", request.path):
            return self._acs(found[1], said)
        if request.path == "/faults":
            fault = self.world.faults.arm(said)
            return as_json({"partner": fault.partner, "kind": fault.kind, "times": fault.times})
        if request.path == "/faults/clear":
            self.world.faults.clear()
            return as_json({"cleared": True})
        if request.path == "/clock":
            self.world.ahead += timedelta(hours=float(said["advance_hours"]))
            return as_json({"now": stamp(self.world.now())})
        return as_json({"error": "no such page"}, 404)

    def _point(self, name: str, said: dict[str, Any]) -> Reply:
        if said.get("removed") is True:
            gone = self.world.points.pop(name, None)
            if gone is not None:
                self.world.removed[name] = gone
            return as_json({"name": name, "removed": True}, 200 if gone else 404)
        if said.get("removed") is False and name in self.world.removed:
            self.world.use_points([*self.world.points.values(), self.world.removed.pop(name)])
        point = self.world.points.get(name)
        if point is None:
            return as_json({"error": "no such point"}, 404)
        if "status" in said:
            point["status"] = str(said["status"])
        if "availability" in said:
            point["locker_availability"]["details"] = {size: str(level) for size, level in said["availability"].items()}
        return as_json(point)

    def _acs(self, number: str, said: dict[str, Any]) -> Reply:
        """Move an order on in the warehouse: its status text, and the tracking number once it has one."""
        kept = self.world.acs.get(number)
        if kept is None:
            return as_json({"error": "ACS does not have this order"}, 404)
        if "Status" in said:
            kept["status"], kept["status_at"] = str(said["Status"]), stamp(self.world.now())
        kept["tracking"] = str(said.get("TrackingNumber", kept["tracking"]))
        return as_json(kept)
