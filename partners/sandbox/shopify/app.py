"""Shopify's Admin GraphQL API, version 2026-07: one address, one token, and every answer with what it cost.

For faults (`partners.sandbox.faults`, partner "store") a query counts as a GET and a mutation as a POST, and the path is its first
field: `/orders`, `/fulfillmentOrderHold`.
"""

import math
import re
import threading
import uuid
from collections.abc import Mapping
from typing import Any

from partners.sandbox.faults import Fault as Armed
from partners.sandbox.shopify.acts import mutation_root
from partners.sandbox.shopify.book import TOKEN, VERSION, Shop
from partners.sandbox.shopify.budget import MOST_FOR_ONE
from partners.sandbox.shopify.checking import check, pick
from partners.sandbox.shopify.cost import Estimate
from partners.sandbox.shopify.document import Document, Field, Operation, read
from partners.sandbox.shopify.gathering import Gatherer
from partners.sandbox.shopify.inputs import variables_of
from partners.sandbox.shopify.language import Fault
from partners.sandbox.shopify.queries import query_root
from partners.sandbox.shopify.running import Run
from partners.sandbox.shopify.schema import Schema, the_schema
from partners.sandbox.web import App, Reply, Request, Wire, as_json

LIMITS = "https://shopify.dev/api/usage/rate-limits"
Said = Mapping[str, Any]


class Shopify(App):
    partner = "store"

    def __init__(self, shop: Shop, stop: threading.Event) -> None:
        super().__init__(shop.world, stop)
        self.shop = shop

    def called(self, request: Request) -> tuple[str, str]:
        """What faults go by."""
        try:
            said = request.json()
            operation = pick(read(said["query"]), said.get("operationName") or "")
        except (ValueError, TypeError, KeyError, AttributeError, Fault):
            return request.path, request.method
        first = next((one.name for one in operation.chosen if isinstance(one, Field)), "")
        return f"/{first}", "POST" if operation.verb == "mutation" else "GET"

    def answer(self, request: Request) -> Reply:
        return self._answer(request, the_schema())

    def twisted(self, request: Request, fault: Armed, wire: Wire | None) -> Reply:
        if fault.kind == "throttled":
            self.shop.budget.set(left=0)
            return self._answer(request, the_schema())
        if fault.kind in ("user_errors", "stale"):
            return self._answer(request, the_schema(), fault.kind)
        if fault.kind == "schema_gone":
            return self._answer(request, the_schema().without(frozenset({fault.about or "Order.phone"})))
        return super().twisted(request, fault, wire)

    def _answer(self, request: Request, schema: Schema, bad: str = "") -> Reply:
        if refusal := _refusal(request):
            return refusal
        try:
            said = request.json()
        except ValueError:
            return as_json({"errors": {"query": "Required parameter missing or invalid"}}, 400)
        if not isinstance(said, dict) or not isinstance(said.get("query"), str):
            return as_json({"errors": {"query": "Required parameter missing or invalid"}}, 400)
        with self.world.lock:
            reply = as_json(self._result(said, schema, bad))
        reply.headers |= {"X-Shopify-API-Version": VERSION, "X-Request-Id": str(uuid.uuid4())}
        return reply

    def _result(self, said: Said, schema: Schema, bad: str) -> dict[str, Any]:
        """What the body of a 200 says: also when nothing could be done."""
        try:
            document = read(said["query"])
            if faults := check(document, schema):
                return {"errors": [fault.told() for fault in faults]}
            operation = pick(document, said.get("operationName") or "")
            variables = variables_of(operation, said.get("variables") or {}, schema)
        except Fault as fault:
            return {"errors": [fault.told()]}
        return self._run(document, operation, Gatherer(document, schema, variables), bad)

    def _run(self, document: Document, operation: Operation, gatherer: Gatherer, bad: str) -> dict[str, Any]:
        budget = self.shop.budget
        requested = Estimate(gatherer).of(operation)
        if requested > MOST_FOR_ONE:
            return {"errors": [_too_dear(requested).told()]}
        if not budget.take(requested):
            self.shop.counts["throttled"] += 1
            fault = Fault("Throttled", extra={"code": "THROTTLED", "documentation": LIMITS})
            return {"errors": [fault.told()], "extensions": {"cost": budget.told(requested, None)}}
        notes: list[dict[str, Any]] = []
        verb = operation.verb
        self.shop.counts["mutations" if verb == "mutation" else "queries"] += 1
        acts = mutation_root(self.shop, refuse=bad == "user_errors", meddle=bad == "stale")
        root = acts if verb == "mutation" else query_root(self.shop, notes)
        run = Run(gatherer, frozenset(self.shop.granted))
        said: dict[str, Any] = {"data": run.result(operation, root)}
        actual = min(math.ceil(run.spent), requested)
        budget.give_back(requested - actual)
        if run.faults:
            said["errors"] = [fault.told() for fault in run.faults]
        said["extensions"] = {"cost": budget.told(requested, actual)} | ({"search": notes} if notes else {})
        return said


def _refusal(request: Request) -> Reply | None:
    found = re.fullmatch(r"/admin/api/([^/]+)/graphql\.json", request.path)
    if not found or found[1] != VERSION:
        return as_json({"errors": "Not Found"}, 404)
    if request.headers.get("x-shopify-access-token") != TOKEN:
        return as_json({"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}, 401)
    if request.method != "POST":
        return as_json({"errors": "Not Found"}, 404)
    if not request.headers.get("content-type", "").startswith("application/json"):
        return as_json({"errors": {"query": "Required parameter missing or invalid"}}, 415)
    return None


def _too_dear(requested: int) -> Fault:
    message = f"Query cost is {requested}, which exceeds the single query max cost limit ({MOST_FOR_ONE})."
    extra = {"code": "MAX_COST_EXCEEDED", "cost": requested, "maxCost": MOST_FOR_ONE, "documentation": LIMITS}
    return Fault(message, extra=extra)
