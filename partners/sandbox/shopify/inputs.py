"""Values on their way in: what a variable holds or a document writes, held against the type that is asked for."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from partners.sandbox.shopify.document import Kind, Operation, Value, Variable
from partners.sandbox.shopify.language import Fault
from partners.sandbox.shopify.schema import Schema, Slot

Problem = tuple[tuple[str | int, ...], str]
_GID = re.compile(r"gid://shopify/[A-Za-z]+/[^/\s]+")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
NOT_NULL = "Expected value to not be null"


def variables_of(operation: Operation, given: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """The values of the operation's variables, coerced. Raises Fault, INVALID_VARIABLE, with the problems of the first bad one."""
    values: dict[str, Any] = {}
    for name, variable in operation.variables.items():
        if name not in given and variable.default is not None:
            values[name] = literal(variable.default, {})
        elif name in given or variable.kind.needed:
            said = given.get(name)
            if problems := list(problems_of(said, variable.kind, schema)):
                raise _invalid(variable, said, problems)
            values[name] = coerced(said, variable.kind, schema)
    return values


def _invalid(variable: Variable, said: Any, problems: list[Problem]) -> Fault:
    inside = [f"{'.'.join(map(str, path))} ({why})" for path, why in problems if path]
    message = f"Variable ${variable.name} of type {variable.kind} was provided invalid value"
    told = [{"path": list(path), "explanation": why} for path, why in problems]
    extra = {"code": "INVALID_VARIABLE", "value": said, "problems": told}
    return Fault(message + (f" for {', '.join(inside)}" if inside else ""), (variable.at,), extra=extra)


def problems_of(said: Any, kind: Kind, schema: Schema, path: tuple[str | int, ...] = ()) -> Iterator[Problem]:
    """Why this value is none of that type, each with where inside."""
    if said is None:
        if kind.needed:
            yield path, NOT_NULL
    elif kind.of:
        for place, one in enumerate(said if isinstance(said, list) else [said]):
            yield from problems_of(one, kind.of, schema, (*path, place))
    elif schema.types[kind.name].what == "input":
        yield from _input_problems(said, kind, schema, path)
    elif why := _leaf_problem(said, kind.name, schema):
        yield path, why


def _input_problems(said: Any, kind: Kind, schema: Schema, path: tuple[str | int, ...]) -> Iterator[Problem]:
    slots = schema.types[kind.name].slots
    if not isinstance(said, dict):
        yield path, f"Expected {said!r} to be a key-value object."
        return
    for name in said:
        if name not in slots:
            yield (*path, name), f"Field is not defined on {kind.name}"
    for name, slot in slots.items():
        if name in said or slot.needed:
            yield from problems_of(said.get(name), slot.kind, schema, (*path, name))


def _leaf_problem(said: Any, name: str, schema: Schema) -> str:
    named = schema.types[name]
    if named.what == "enum":
        return "" if said in named.values else f'Expected "{said}" to be one of: {", ".join(named.values)}'
    if name == "ID":
        return "" if isinstance(said, str | int) and _GID.fullmatch(str(said)) else f"Invalid global id '{said}'"
    if name == "DateTime" and not (isinstance(said, str) and _INSTANT.fullmatch(said)):
        return f"Could not coerce value {said!r} to DateTime"
    if not _WHOLE.get(name, lambda _: True)(said):
        return f"Could not coerce value {_shown(said)} to {name}"
    return ""


def _is_int(said: Any) -> bool:
    return isinstance(said, int) and not isinstance(said, bool) and -(2**31) <= said < 2**31


def _is_float(said: Any) -> bool:
    return isinstance(said, int | float) and not isinstance(said, bool)


_WHOLE = {
    "Int": _is_int,
    "Float": _is_float,
    "String": lambda said: isinstance(said, str),
    "URL": lambda said: isinstance(said, str),
    "Boolean": lambda said: isinstance(said, bool),
}


def _shown(said: Any) -> str:
    return f'"{said}"' if isinstance(said, str) else str(said)


def coerced(said: Any, kind: Kind, schema: Schema) -> Any:
    """The value of a type that it has no problems with: one alone becomes a list, defaults of inputs are filled in."""
    if said is None:
        return None
    if kind.of:
        return [coerced(one, kind.of, schema) for one in (said if isinstance(said, list) else [said])]
    named = schema.types[kind.name]
    if named.what == "input":
        given = {name: coerced(said[name], slot.kind, schema) for name, slot in named.slots.items() if name in said}
        return _defaults(named.slots, given) | given
    return str(said) if kind.name == "ID" else said


def _defaults(slots: Mapping[str, Slot], given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: literal(slot.default, {}) for name, slot in slots.items() if slot.default is not None and name not in given}


def literal(value: Value, variables: Mapping[str, Any]) -> Any:
    """What a written value says, with the variables in it filled in."""
    if value.kind == "variable":
        return variables.get(value.said)
    if value.kind == "list":
        return [literal(one, variables) for one in value.said]
    if value.kind == "object":
        return {name: literal(one, variables) for name, one in value.said.items()}
    return value.said


def arguments_of(slots: Mapping[str, Slot], written: Mapping[str, Any], variables: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """The arguments of a field that has passed the check; one that was not given is absent, unless it has a default."""
    given = {
        name: coerced(literal(one.value, variables), slots[name].kind, schema)
        for name, one in written.items()
        if one.value.kind != "variable" or one.value.said in variables
    }
    return _defaults(slots, given) | given
