"""What a GraphQL document says, read from its text: operations, fragments, and the selections in them."""

from dataclasses import dataclass, field
from typing import Any

from partners.sandbox.shopify.language import At, Fault, Stream, text_of, unexpected


@dataclass(frozen=True)
class Kind:
    """A type as it is written: `[Order!]!`."""

    name: str
    of: "Kind | None" = None
    needed: bool = False

    def __str__(self) -> str:
        return (f"[{self.of}]" if self.of else self.name) + ("!" if self.needed else "")

    @property
    def bare(self) -> str:
        """The name inside every list."""
        return self.of.bare if self.of else self.name

    def optional(self) -> "Kind":
        return Kind(self.name, self.of)


@dataclass
class Value:
    """A value as it is written. `kind`: variable, int, float, string, boolean, null, enum, list or object; `said` is what it says."""

    kind: str
    said: Any
    at: At


@dataclass
class Argument:
    name: str
    value: Value
    at: At


@dataclass
class Directive:
    name: str
    arguments: dict[str, Argument]
    at: At


@dataclass
class Field:
    name: str
    alias: str
    arguments: dict[str, Argument]
    directives: list[Directive]
    chosen: "list[Selection]"
    at: At


@dataclass
class Spread:
    """`...Name`."""

    name: str
    directives: list[Directive]
    at: At


@dataclass
class Inline:
    """`... on Type { }`; without a type, `on` is "" ."""

    on: str
    directives: list[Directive]
    chosen: "list[Selection]"
    at: At


Selection = Field | Spread | Inline


@dataclass
class Variable:
    name: str
    kind: Kind
    default: Value | None
    at: At


@dataclass
class Operation:
    """`verb`: query, mutation or subscription; `name` is "" where it has none."""

    verb: str
    name: str
    variables: dict[str, Variable]
    directives: list[Directive]
    chosen: list[Selection]
    at: At

    @property
    def label(self) -> str:
        return f"{self.verb} {self.name}".strip()


@dataclass
class Fragment:
    name: str
    on: str
    directives: list[Directive]
    chosen: list[Selection]
    at: At


@dataclass
class Document:
    operations: list[Operation] = field(default_factory=list)
    fragments: dict[str, Fragment] = field(default_factory=dict)


def read(text: str) -> Document:
    """Raises Fault where the text is not a document."""
    stream, document = Stream(text), Document()
    while stream.now.kind != "end":
        if stream.now.text == "fragment":
            fragment = _fragment(stream)
            if fragment.name in document.fragments:
                raise Fault(f'Fragment name "{fragment.name}" must be unique', (fragment.at,), extra={"code": "fragmentNotUnique"})
            document.fragments[fragment.name] = fragment
        else:
            document.operations.append(_operation(stream))
    if not document.operations:
        raise unexpected(stream.now)
    return document


def _operation(stream: Stream) -> Operation:
    first = stream.now
    if first.text == "{":
        return Operation("query", "", {}, [], _chosen(stream), first.at)
    if first.kind != "name" or first.text not in ("query", "mutation", "subscription"):
        raise unexpected(first)
    verb = stream.take().text
    name = stream.take().text if stream.now.kind == "name" else ""
    variables = _variables(stream) if stream.took("(") else {}
    return Operation(verb, name, variables, _directives(stream), _chosen(stream), first.at)


def _variables(stream: Stream) -> dict[str, Variable]:
    variables: dict[str, Variable] = {}
    while not stream.took(")"):
        at = stream.need("$").at
        name = stream.name().text
        stream.need(":")
        kind = read_kind(stream)
        default = read_value(stream) if stream.took("=") else None
        if name in variables:
            raise Fault(f'There can only be one variable named "{name}"', (at,), extra={"code": "variableNotUnique"})
        variables[name] = Variable(name, kind, default, at)
    return variables


def read_kind(stream: Stream) -> Kind:
    if stream.took("["):
        stream.dive()
        inner = read_kind(stream)
        stream.rise()
        stream.need("]")
        return Kind("", inner, stream.took("!"))
    name = stream.name().text
    return Kind(name, None, stream.took("!"))


def _fragment(stream: Stream) -> Fragment:
    at = stream.need("fragment").at
    name = stream.name()
    if name.text == "on":
        raise unexpected(name)
    stream.need("on")
    on = stream.name().text
    return Fragment(name.text, on, _directives(stream), _chosen(stream), at)


def _chosen(stream: Stream) -> list[Selection]:
    stream.need("{")
    stream.dive()
    chosen = [_selection(stream)]
    while not stream.took("}"):
        chosen.append(_selection(stream))
    stream.rise()
    return chosen


def _selection(stream: Stream) -> Selection:
    at = stream.now.at
    if not stream.took("..."):
        return _field(stream)
    if stream.now.kind == "name" and stream.now.text != "on":
        return Spread(stream.take().text, _directives(stream), at)
    on = stream.name().text if stream.took("on") else ""
    return Inline(on, _directives(stream), _chosen(stream), at)


def _field(stream: Stream) -> Field:
    first = stream.name()
    name = stream.name().text if stream.took(":") else first.text
    arguments = read_arguments(stream)
    directives = _directives(stream)
    chosen = _chosen(stream) if stream.now.text == "{" else []
    return Field(name, first.text, arguments, directives, chosen, first.at)


def read_arguments(stream: Stream) -> dict[str, Argument]:
    arguments: dict[str, Argument] = {}
    if not stream.took("("):
        return arguments
    while not stream.took(")"):
        name = stream.name()
        stream.need(":")
        if name.text in arguments:
            raise Fault(f'There can be only one argument named "{name.text}"', (name.at,), extra={"code": "argumentNotUnique"})
        arguments[name.text] = Argument(name.text, read_value(stream), name.at)
    return arguments


def _directives(stream: Stream) -> list[Directive]:
    directives = []
    while stream.now.text == "@":
        at = stream.take().at
        directives.append(Directive(stream.name().text, read_arguments(stream), at))
    return directives


def read_value(stream: Stream) -> Value:
    token = stream.now
    if stream.took("$"):
        return Value("variable", stream.name().text, token.at)
    if token.text in ("[", "{") and token.kind == "sign":
        stream.dive()
        value = _list(stream) if token.text == "[" else _object(stream)
        stream.rise()
        return value
    return _plain(stream)


def _plain(stream: Stream) -> Value:
    token = stream.take()
    if token.kind == "int":
        return Value("int", int(token.text), token.at)
    if token.kind == "float":
        return Value("float", float(token.text), token.at)
    if token.kind in ("string", "block"):
        return Value("string", text_of(token), token.at)
    if token.kind != "name":
        raise unexpected(token)
    words: dict[str, tuple[str, Any]] = {"true": ("boolean", True), "false": ("boolean", False), "null": ("null", None)}
    kind, said = words.get(token.text, ("enum", token.text))
    return Value(kind, said, token.at)


def _list(stream: Stream) -> Value:
    at, values = stream.take().at, []
    while not stream.took("]"):
        values.append(read_value(stream))
    return Value("list", values, at)


def _object(stream: Stream) -> Value:
    at, values = stream.take().at, {}
    while not stream.took("}"):
        name = stream.name().text
        stream.need(":")
        values[name] = read_value(stream)
    return Value("object", values, at)
