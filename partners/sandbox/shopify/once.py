"""`@idempotent(key:)`: a write that says it twice is done once. And what a write must say although the schema does not ask for it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from partners.sandbox.shopify.document import Field, Operation
from partners.sandbox.shopify.inputs import literal
from partners.sandbox.shopify.language import At, Fault
from partners.sandbox.shopify.refusals import No

REQUIRED = frozenset({"inventoryActivate", "inventorySetQuantities", "refundCreate"})
KEY = "@idempotent"  # no argument can be called so
KEPT_FOR = timedelta(hours=24)
MISMATCH = "The same idempotency key cannot be used with different operation parameters."
FAILED = "A previous request with this idempotency key failed. Retry with a new idempotency key."
Asked = dict[str, Any]
Node = dict[str, Any]


def demanded(written: Field, asked: Asked, operation: Operation, variables: Mapping[str, Any]) -> dict[str, str]:
    """The key of a write that needs one. Raises Fault where the key, or a line's `changeFromQuantity`, is not there."""
    if written.name not in REQUIRED:
        return {}
    lines = asked["input"]["quantities"] if written.name == "inventorySetQuantities" else []
    if any("changeFromQuantity" not in line for line in lines):
        message = "InventoryQuantityInput must include the following argument: changeFromQuantity."
        raise Fault(message, _places(written, operation), extra={"code": "INVALID_FIELD_ARGUMENTS"})
    directive = next((one for one in written.directives if one.name == "idempotent"), None)
    if directive is None:
        raise Fault("The @idempotent directive is required for this mutation but was not provided.", extra={"code": "BAD_REQUEST"})
    key = str(literal(directive.arguments["key"].value, variables))
    if not key.strip():
        raise Fault("The idempotency key cannot be an empty string or whitespace only.", extra={"code": "BAD_REQUEST"})
    return {KEY: key}


def _places(written: Field, operation: Operation) -> tuple[At, ...]:
    """Where the field is, and the variable that its input came in."""
    value = written.arguments["input"].value
    return (written.at, operation.variables[value.said].at) if value.kind == "variable" else (written.at,)


class _Kept(NamedTuple):
    said: str
    answer: Node
    at: datetime


@dataclass
class Answers:
    """The answers of the last day, by their keys."""

    clock: Callable[[], datetime]

    def __post_init__(self) -> None:
        self.kept: dict[str, _Kept] = {}

    def once(self, name: str, asked: Asked, do: Callable[[Asked], Node]) -> Node:
        """Do it, or give the answer of the first time. Raises No where that failed, or where something else was asked then."""
        said = json.dumps([name, {what: value for what, value in asked.items() if what != KEY}], sort_keys=True)
        before = self.kept.get(asked[KEY])
        if before and self.clock() - before.at < KEPT_FOR:
            if before.said != said:
                raise No(None, MISMATCH, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")
            if before.answer["userErrors"]:
                raise No(None, FAILED, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")
            return before.answer
        answer = do(asked)
        self.kept[asked[KEY]] = _Kept(said, answer, self.clock())
        return answer
