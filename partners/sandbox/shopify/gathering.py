"""Which fields a selection comes to for one type: fragments opened, @include and @skip obeyed, the same name merged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from partners.sandbox.shopify.document import Document, Field, Inline, Selection
from partners.sandbox.shopify.inputs import literal
from partners.sandbox.shopify.schema import Schema

Gathered = dict[str, list[Field]]


@dataclass
class Gatherer:
    """For one document with one set of variables."""

    document: Document
    schema: Schema
    variables: Mapping[str, Any]

    def fields(self, chosen: Sequence[Selection], type_name: str) -> Gathered:
        """By response name, in the order of the text, for an object of this type."""
        gathered: Gathered = {}
        self._gather(chosen, type_name, gathered, set())
        return gathered

    def below(self, fields: Sequence[Field]) -> list[Selection]:
        return [one for written in fields for one in written.chosen]

    def _gather(self, chosen: Sequence[Selection], type_name: str, gathered: Gathered, seen: set[str]) -> None:
        for one in chosen:
            if not self._is_wanted(one):
                continue
            if isinstance(one, Field):
                gathered.setdefault(one.alias, []).append(one)
            elif isinstance(one, Inline):
                if not one.on or type_name in self.schema.possible(one.on):
                    self._gather(one.chosen, type_name, gathered, seen)
            elif one.name not in seen:
                seen.add(one.name)
                fragment = self.document.fragments[one.name]
                if type_name in self.schema.possible(fragment.on):
                    self._gather(fragment.chosen, type_name, gathered, seen)

    def _is_wanted(self, one: Selection) -> bool:
        for directive in one.directives:
            if directive.name in ("include", "skip"):
                holds = bool(literal(directive.arguments["if"].value, self.variables))
                if holds == (directive.name == "skip"):
                    return False
        return True
