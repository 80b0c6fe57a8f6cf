"""What a query costs, in points, as the recorded answers of the real one add up (a test holds every one of them against it).

An object costs 1, a list of plain objects 1 however long, a leaf, money, a selected option and user errors nothing; a mutation 10,
what its payload holds directly nothing more. A connection costs 2, and its nodes with all below them as often as its size weighs:
not `first` times, but 1 for the first node and 1 for each time the size doubles (5 weighs 3, 50 weighs 7, 250 weighs 9).
What the answer is charged in the end is reckoned from what came; the real one's reckoning of that is not known in full.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from partners.sandbox.shopify.document import Field, Operation, Selection
from partners.sandbox.shopify.gathering import Gatherer
from partners.sandbox.shopify.inputs import arguments_of
from partners.sandbox.shopify.schema import Entry, Schema

MUTATION, CONNECTION = 10, 2
FREE = {"MoneyBag", "MoneyV2", "PageInfo", "Weight", "SelectedOption"}


def weight(size: int) -> int:
    """How often the nodes of a connection of this size count."""
    return round(1 + math.log2(size)) if size > 0 else 0


def own(schema: Schema, parent: str, entry: Entry) -> int:
    """What this field costs by itself, below `parent`, once it holds something; the nodes of a connection come on top."""
    named = schema.types[entry.kind.bare]
    if parent == "Mutation":
        return MUTATION
    if named.is_leaf or named.name in FREE or "DisplayableError" in named.bears:
        return 0
    if parent.endswith(("Payload", "Connection", "Edge")):
        return 0
    return CONNECTION if named.name.endswith("Connection") else 1


@dataclass
class Estimate:
    """What a query may cost at most: what must be in the bucket before it is begun."""

    gatherer: Gatherer

    def of(self, operation: Operation) -> int:
        return self._selection(operation.chosen, self.gatherer.schema.roots[operation.verb])

    def _selection(self, chosen: Sequence[Selection], type_name: str) -> int:
        """For a type that can be several, the dearest of them."""
        return max((self._object(chosen, one) for one in self.gatherer.schema.possible(type_name)), default=0)

    def _object(self, chosen: Sequence[Selection], type_name: str) -> int:
        fields = self.gatherer.fields(chosen, type_name)
        return sum(self._field(written, type_name) for written in fields.values())

    def _field(self, written: list[Field], parent: str) -> int:
        schema = self.gatherer.schema
        entry = schema.entry(parent, written[0].name)
        if entry is None or schema.types[entry.kind.bare].is_leaf:
            return 0
        below = self.gatherer.below(written)
        if not entry.kind.bare.endswith("Connection"):
            return own(schema, parent, entry) + self._selection(below, entry.kind.bare)
        asked = arguments_of(entry.slots, written[0].arguments, self.gatherer.variables, schema)
        return own(schema, parent, entry) + weight(_size(asked)) * self._nodes(below, entry.kind.bare)

    def _nodes(self, below: Sequence[Selection], page_type: str) -> int:
        """One node with all below it; nothing where a page is asked for without its nodes."""
        fields = self.gatherer.fields(below, page_type)
        edges = [written for written in fields.values() if written[0].name == "edges"]
        nodes = [written for written in fields.values() if written[0].name == "nodes"]
        edge = page_type.removesuffix("Connection") + "Edge"
        for written in edges:
            inner = self.gatherer.fields(self.gatherer.below(written), edge)
            nodes += [one for one in inner.values() if one[0].name == "node"]
        kind = self.gatherer.schema.types[edge].entries["node"].kind.bare
        return sum(1 + self._selection(self.gatherer.below(written), kind) for written in nodes)


def _size(asked: Mapping[str, Any]) -> int:
    return int(asked.get("first") or asked.get("last") or 0)
