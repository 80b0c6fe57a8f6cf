"""Is this document right, before anything is done? In the words and codes in which the real one refuses."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from partners.sandbox.shopify.document import (
    Argument,
    Directive,
    Document,
    Field,
    Fragment,
    Inline,
    Kind,
    Operation,
    Selection,
    Spread,
    Value,
)
from partners.sandbox.shopify.inputs import problems_of
from partners.sandbox.shopify.language import Fault
from partners.sandbox.shopify.schema import COMPOSITE, Schema, Slot

Path = tuple[str | int, ...]


def check(document: Document, schema: Schema) -> list[Fault]:
    """Everything that is wrong with the whole document, in reading order; empty when nothing is."""
    names = [operation.name for operation in document.operations]
    if len(names) > 1 and (not all(names) or len(set(names)) < len(names)):
        return [Fault("Operation names must be unique and given when there are several", extra={"code": "uniquelyNamedOperations"})]
    faults = [fault for operation in document.operations for fault in _Check(document, schema, operation).faults()]
    return [*faults, *_unused_fragments(document)]


def pick(document: Document, name: str) -> Operation:
    """The operation to run. Raises Fault where it is not clear which one."""
    if not name and len(document.operations) == 1:
        return document.operations[0]
    found = next((operation for operation in document.operations if name and operation.name == name), None)
    if found is None:
        raise Fault(f'No operation named "{name}"' if name else "An operation name is required", extra={"code": "BAD_REQUEST"})
    return found


def _unused_fragments(document: Document) -> Iterator[Fault]:
    used = {spread.name for spread in _spreads(document)}
    for name, fragment in document.fragments.items():
        if name not in used:
            extra = {"code": "useAndDefineFragment", "fragmentName": name}
            yield Fault(f"Fragment {name} was defined, but not used", (fragment.at,), (f"fragment {name}",), extra)


def _spreads(document: Document) -> Iterator[Spread]:
    todo: list[Selection] = [one for holder in document.operations for one in holder.chosen]
    todo += [one for holder in document.fragments.values() for one in holder.chosen]
    while todo:
        one = todo.pop()
        if isinstance(one, Spread):
            yield one
        else:
            todo += one.chosen


@dataclass
class _Check:
    """One operation and the fragments it uses. A fragment is checked once, under its own name."""

    document: Document
    schema: Schema
    operation: Operation
    used: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    def faults(self) -> Iterator[Fault]:
        root = self.schema.roots.get(self.operation.verb)
        path: Path = (self.operation.label,)
        if root is None:
            yield Fault(f"Schema is not configured for {self.operation.verb}s", (self.operation.at,), path, {"code": "missingRoot"})
            return
        yield from self._variable_types(path)
        yield from self._directives(self.operation.directives, path)
        yield from self._selections(self.operation.chosen, root, path)
        yield from self._unused_variables(path)

    # --- variables -----------------------------------------------------------------------------------------------------------

    def _variable_types(self, path: Path) -> Iterator[Fault]:
        for variable in self.operation.variables.values():
            named = self.schema.types.get(variable.kind.bare)
            if named is None or named.what in COMPOSITE:
                message = f"{variable.kind.bare} isn't a defined input type (on ${variable.name})"
                extra = {"code": "variableRequiresValidType", "typeName": variable.kind.bare, "variableName": variable.name}
                yield Fault(message, (variable.at,), path, extra)

    def _unused_variables(self, path: Path) -> Iterator[Fault]:
        for name, variable in self.operation.variables.items():
            if name not in self.used:
                extra = {"code": "variableNotUsed", "variableName": name}
                yield Fault(f"Variable ${name} is declared by {self._who()} but not used", (variable.at,), path, extra)

    def _who(self) -> str:
        return self.operation.name or f"anonymous {self.operation.verb}"

    def _variable(self, value: Value, slot: Slot, path: Path) -> Iterator[Fault]:
        self.used.add(value.said)
        variable = self.operation.variables.get(value.said)
        if variable is None:
            extra = {"code": "variableNotDefined", "variableName": value.said}
            yield Fault(f"Variable ${value.said} is used by {self._who()} but not declared", (value.at,), path, extra)
        elif why := _mismatch(variable.kind, slot, has_default=variable.default is not None):
            message = f"{why} on variable ${value.said} and argument {slot.name} ({variable.kind} / {slot.kind})"
            extra = {"code": "variableMismatch", "variableName": value.said, "typeName": str(variable.kind), "argumentName": slot.name}
            yield Fault(message, (value.at,), path, extra | {"errorMessage": why})

    # --- selections ----------------------------------------------------------------------------------------------------------

    def _selections(self, chosen: list[Selection], on: str, path: Path) -> Iterator[Fault]:
        yield from self._conflicts(chosen, path)
        for one in chosen:
            yield from self._directives(one.directives, path)
            if isinstance(one, Field):
                yield from self._field(one, on, path)
            elif isinstance(one, Inline):
                yield from self._condition(one, one.on or on, on, (*path, f"... on {one.on}" if one.on else "..."))
            else:
                yield from self._spread(one, on, path)

    def _spread(self, spread: Spread, on: str, path: Path) -> Iterator[Fault]:
        fragment = self.document.fragments.get(spread.name)
        if fragment is None:
            extra = {"code": "useAndDefineFragment", "fragmentName": spread.name}
            yield Fault(f"Fragment {spread.name} was used, but not defined", (spread.at,), (*path, f"... {spread.name}"), extra)
        elif _loops(spread.name, self.document.fragments):
            extra = {"code": "infiniteLoop", "fragmentName": spread.name}
            yield Fault(f"Fragment {spread.name} contains an infinite loop", (fragment.at,), (f"fragment {spread.name}",), extra)
        elif spread.name not in self.seen:
            self.seen.add(spread.name)
            yield from self._condition(fragment, fragment.on, on, (f"fragment {spread.name}",))

    def _condition(self, one: Inline | Fragment, type_name: str, on: str, path: Path) -> Iterator[Fault]:
        named = self.schema.types.get(type_name)
        if named is None or named.what not in COMPOSITE:
            extra = {"code": "undefinedType", "typeName": type_name}
            yield Fault(f"No such type {type_name}, so it can't be a fragment condition", (one.at,), path, extra)
        elif not self.schema.possible(type_name) & self.schema.possible(on):
            extra = {"code": "cannotSpreadFragment", "typeName": type_name}
            yield Fault(f"Fragment on {type_name} can't be spread inside {on}", (one.at,), path, extra)
        else:
            yield from self._selections(one.chosen, type_name, path)

    def _field(self, one: Field, on: str, path: Path) -> Iterator[Fault]:
        path = (*path, one.alias)
        entry = self.schema.entry(on, one.name)
        if entry is None:
            extra = {"code": "undefinedField", "typeName": on, "fieldName": one.name}
            yield Fault(f"Field '{one.name}' doesn't exist on type '{on}'", (one.at,), path, extra)
            return
        yield from self._arguments(one.arguments, entry.slots, ("Field", one.name), one, path)
        is_leaf = self.schema.types[entry.kind.bare].is_leaf
        if is_leaf and one.chosen:
            message = f"Selections can't be made on scalars (field '{one.name}' returns {entry.kind.bare} but has selections)"
            yield Fault(
                message, (one.at,), path, {"code": "selectionMismatch", "nodeName": f"field '{one.name}'", "typeName": entry.kind.bare}
            )
        elif not is_leaf and not one.chosen:
            hint = f"Did you mean '{one.name} {{ ... }}'?"
            message = f"Field must have selections (field '{one.name}' returns {entry.kind.bare} but has no selections. {hint})"
            yield Fault(
                message, (one.at,), path, {"code": "selectionMismatch", "nodeName": f"field '{one.name}'", "typeName": entry.kind.bare}
            )
        elif one.chosen:
            yield from self._selections(one.chosen, entry.kind.bare, path)

    def _conflicts(self, chosen: list[Selection], path: Path) -> Iterator[Fault]:
        """Two fields under one name that are not the same."""
        first: dict[str, Field] = {}
        for one in chosen:
            if isinstance(one, Field):
                other = first.setdefault(one.alias, one)
                if other.name != one.name or _written(other.arguments) != _written(one.arguments):
                    message = f"Field '{one.alias}' has a field conflict: {other.name} or {one.name}?"
                    extra = {"code": "fieldConflict", "fieldName": one.alias, "conflicts": f"{other.name} or {one.name}"}
                    yield Fault(message, (other.at, one.at), path, extra)

    # --- arguments -----------------------------------------------------------------------------------------------------------

    def _directives(self, directives: list[Directive], path: Path) -> Iterator[Fault]:
        for directive in directives:
            slots = self.schema.directives.get(directive.name)
            if slots is None:
                extra = {"code": "undefinedDirective", "directiveName": directive.name}
                yield Fault(f"Directive @{directive.name} is not defined", (directive.at,), path, extra)
            else:
                yield from self._arguments(directive.arguments, slots, ("Directive", directive.name), directive, path)

    def _arguments(
        self, written: Mapping[str, Argument], slots: Mapping[str, Slot], of: tuple[str, str], holder: Field | Directive, path: Path
    ) -> Iterator[Fault]:
        what, name = of
        if missing := [slot.name for slot in slots.values() if slot.needed and slot.name not in written]:
            message = f"{what} '{name}' is missing required arguments: {', '.join(missing)}"
            extra = {"code": "missingRequiredArguments", "className": what, "name": name, "arguments": ", ".join(missing)}
            yield Fault(message, (holder.at,), path, extra)
        for argument in written.values():
            where = (*path, argument.name)
            if argument.name not in slots:
                extra = {"code": "argumentNotAccepted", "name": name, "typeName": what, "argumentName": argument.name}
                yield Fault(f"{what} '{name}' doesn't accept argument '{argument.name}'", (argument.at,), where, extra)
            else:
                yield from self._value(argument.value, slots[argument.name], of, where)

    def _value(self, value: Value, slot: Slot, of: tuple[str, str], path: Path) -> Iterator[Fault]:
        if value.kind == "variable":
            yield from self._variable(value, slot, path)
        elif value.kind == "list" and slot.kind.of:
            for one in value.said:
                yield from self._value(one, Slot(slot.name, slot.kind.of), of, path)
        elif value.kind == "object" and self.schema.types[slot.kind.bare].what == "input":
            slots = self.schema.types[slot.kind.bare].slots
            inner = {name: Argument(name, one, one.at) for name, one in value.said.items()}
            holder = Field(slot.name, slot.name, {}, [], [], value.at)
            yield from self._arguments(inner, slots, ("InputObject", slot.kind.bare), holder, path)
        elif self._is_wrong(value, slot.kind):
            what, name = of
            message = f"Argument '{slot.name}' on {what} '{name}' has an invalid value ({_shown(value)}). Expected type '{slot.kind}'."
            extra = {"code": "argumentLiteralsIncompatible", "typeName": what, "argumentName": slot.name}
            yield Fault(message, (value.at,), path, extra)

    def _is_wrong(self, value: Value, kind: Kind) -> bool:
        is_enum = self.schema.types[kind.bare].what == "enum"
        if value.kind != "null" and (value.kind == "enum") != is_enum:
            return True
        return any(problems_of(value.said, kind, self.schema))


def _mismatch(given: Kind, slot: Slot, *, has_default: bool) -> str:
    wanted = slot.kind
    if given.bare != wanted.bare:
        return "Type mismatch"
    if _depth(given) > _depth(wanted) or (_depth(given) < _depth(wanted) and _depth(given)):
        return "List dimension mismatch"
    if wanted.needed and not given.needed and not has_default and slot.default is None:
        return "Nullability mismatch"
    inner, wants = given.of, wanted.of
    return _mismatch(inner, Slot(slot.name, wants), has_default=False) if inner and wants else ""


def _depth(kind: Kind) -> int:
    return 1 + _depth(kind.of) if kind.of else 0


def _loops(name: str, fragments: Mapping[str, Fragment]) -> bool:
    """Does this fragment reach itself?"""
    seen: set[str] = set()
    todo = list(fragments[name].chosen)
    while todo:
        one = todo.pop()
        if not isinstance(one, Spread):
            todo += one.chosen
        elif one.name == name:
            return True
        elif one.name in fragments and one.name not in seen:
            seen.add(one.name)
            todo += fragments[one.name].chosen
    return False


def _written(arguments: Mapping[str, Argument]) -> dict[str, Any]:
    return {name: _shown(argument.value) for name, argument in arguments.items()}


def _shown(value: Value) -> str:
    """The value as a person would write it."""
    if value.kind == "variable":
        return f"${value.said}"
    if value.kind == "list":
        return f"[{', '.join(map(_shown, value.said))}]"
    if value.kind == "object":
        return f"{{{', '.join(f'{name}: {_shown(one)}' for name, one in value.said.items())}}}"
    return str(value.said) if value.kind == "enum" else json.dumps(value.said)
