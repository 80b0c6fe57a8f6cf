"""Carry out one operation: walk its selections over what the shop holds, with an error beside whatever could not be told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from partners.sandbox.shopify.cost import own, weight
from partners.sandbox.shopify.document import Field, Kind, Operation, Selection
from partners.sandbox.shopify.gathering import Gatherer
from partners.sandbox.shopify.inputs import arguments_of
from partners.sandbox.shopify.language import At, Fault
from partners.sandbox.shopify.once import demanded
from partners.sandbox.shopify.paging import Rows, page
from partners.sandbox.shopify.schema import TYPENAME, Entry

DOCUMENTED = "https://shopify.dev/api/usage/access-scopes"
Path = tuple[str | int, ...]
Node = Mapping[str, Any]


class Hole(Exception):
    """Nothing, where the schema promises something: the nearest place that may be empty becomes null."""


# What it takes to be told: any one of these scopes. Everything else is for everybody with a token.
_FULFILMENT = ("read_merchant_managed_fulfillment_orders", "read_assigned_fulfillment_orders", "read_third_party_fulfillment_orders")
_HOLDING = tuple(scope.replace("read_", "write_") for scope in _FULFILMENT)
SCOPES: dict[str, tuple[str, ...]] = {
    "QueryRoot.orders": ("read_orders",),
    "QueryRoot.order": ("read_orders",),
    "QueryRoot.ordersCount": ("read_orders",),
    "Shop.orders": ("read_orders",),
    "QueryRoot.fulfillment": ("read_orders",),
    "QueryRoot.fulfillmentOrder": _FULFILMENT,
    "Order.fulfillmentOrders": _FULFILMENT,
    "Order.customer": ("read_customers",),
    "Order.returns": ("read_returns",),
    "LineItem.product": ("read_products",),
    "LineItem.variant": ("read_products",),
    "FulfillmentOrderLineItem.variant": ("read_products",),
    "ProductVariant.inventoryItem": ("read_inventory", "read_products"),
    "FulfillmentOrderAssignedLocation.location": ("read_locations",),
    "QueryRoot.location": ("read_locations",),
    "QueryRoot.locations": ("read_locations",),
    "Shop.locations": ("read_locations",),
    "FulfillmentHold.heldByApp": ("read_apps",),
    "Mutation.fulfillmentCreate": _HOLDING,
    "Mutation.fulfillmentEventCreate": _HOLDING,
    "Mutation.fulfillmentTrackingInfoUpdate": _HOLDING,
    "Mutation.fulfillmentOrderHold": _HOLDING,
    "Mutation.fulfillmentOrderReleaseHold": _HOLDING,
    "QueryRoot.inventoryItem": ("read_inventory", "read_products"),
    "QueryRoot.inventoryItems": ("read_inventory", "read_products"),
    "QueryRoot.product": ("read_products",),
    "QueryRoot.products": ("read_products",),
    "QueryRoot.productVariant": ("read_products",),
    "QueryRoot.productVariants": ("read_products",),
    "QueryRoot.productVariantsCount": ("read_products",),
    "InventoryItem.inventoryLevel": ("read_inventory",),
    "InventoryItem.inventoryLevels": ("read_inventory",),
    "InventoryItem.variant": ("read_products",),
    "Location.inventoryLevel": ("read_inventory",),
    "Location.inventoryLevels": ("read_inventory",),
    "Mutation.inventoryActivate": ("write_inventory",),
    "Mutation.inventorySetQuantities": ("write_inventory",),
    "Mutation.metafieldsSet": ("write_products",),
    "Mutation.refundCreate": ("write_orders",),
    "Mutation.tagsAdd": ("write_orders",),
    "Mutation.tagsRemove": ("write_orders",),
}


@dataclass
class Run:
    """One operation over one root object. `spent` is what it came to, in points."""

    gatherer: Gatherer
    granted: frozenset[str]
    spent: float = 0.0
    faults: list[Fault] = field(default_factory=list)

    def result(self, operation: Operation, root: Node) -> dict[str, Any] | None:
        """The answer's `data`; `faults` then holds the errors beside it."""
        self._operation = operation
        try:
            return self._object(operation.chosen, root, self.gatherer.schema.roots[operation.verb], ())
        except Hole:
            return None

    def _object(self, chosen: Sequence[Selection], value: Node, type_name: str, path: Path) -> dict[str, Any]:
        fields = self.gatherer.fields(chosen, type_name)
        return {name: self._field(written, value, type_name, (*path, name)) for name, written in fields.items()}

    def _field(self, written: list[Field], value: Node, type_name: str, path: Path) -> Any:
        one = written[0]
        entry = self.gatherer.schema.entry(type_name, one.name)
        if entry is None or entry is TYPENAME:
            return type_name
        try:
            held = self._held(one, entry, value, type_name)
        except Fault as fault:
            self._note(fault, one.at, path)
            held = None
        if held is not None or type_name == "Mutation":
            self.spent += own(self.gatherer.schema, type_name, entry)
        before = self.spent
        told = self._told(held, entry.kind, self.gatherer.below(written), path)
        if held and entry.kind.bare.endswith("Connection"):
            self._weigh(len(held["nodes"]), before)
        return told

    def _weigh(self, nodes: int, before: float) -> None:
        """As many nodes came, each 1 with what was spent below it: they count as often as their number weighs."""
        if nodes:
            self.spent = before + (nodes + self.spent - before) / nodes * weight(nodes)

    def _held(self, one: Field, entry: Entry, value: Node, type_name: str) -> Any:
        self._allow(type_name, one.name)
        asked = arguments_of(entry.slots, one.arguments, self.gatherer.variables, self.gatherer.schema)
        if type_name == "Mutation":
            asked |= demanded(one, asked, self._operation, self.gatherer.variables)
        held = value[one.name]
        if isinstance(held, Callable):  # type: ignore[arg-type]
            held = held(asked)
        if isinstance(held, Rows):
            held = page(held, asked)
        return held

    def _allow(self, type_name: str, name: str) -> None:
        wanted = SCOPES.get(f"{type_name}.{name}", ())
        implied = {scope.replace("write_", "read_") for scope in self.granted}
        if wanted and not (self.granted | implied) & set(wanted):
            required = f"`{wanted[0]}` access scope."
            extra = {"code": "ACCESS_DENIED", "documentation": DOCUMENTED, "requiredAccess": required}
            raise Fault(f"Access denied for {name} field. Required access: {required}", extra=extra)

    def _note(self, fault: Fault, at: At, path: Path) -> None:
        self.faults.append(Fault(fault.message, fault.at or (at,), path, fault.extra))

    def _told(self, held: Any, kind: Kind, below: Sequence[Selection], path: Path) -> Any:
        if kind.needed:
            told = self._told(held, kind.optional(), below, path)
            if told is None:
                raise Hole
            return told
        try:
            return self._optional(held, kind, below, path)
        except Hole:
            return None

    def _optional(self, held: Any, kind: Kind, below: Sequence[Selection], path: Path) -> Any:
        if held is None:
            return None
        if kind.of:
            return [self._told(one, kind.of, below, (*path, place)) for place, one in enumerate(held)]
        named = self.gatherer.schema.types[kind.name]
        if named.is_leaf:
            return held
        return self._object(below, held, str(held["__typename"]), path)
