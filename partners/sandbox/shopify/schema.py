"""The part of Shopify's schema that the sandbox answers, read from `schema.graphql`."""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from partners.sandbox.shopify.document import Kind, Value, read_kind, read_value
from partners.sandbox.shopify.language import Stream, unexpected

SCALARS = ("Int", "Float", "String", "Boolean", "ID")
COMPOSITE = ("type", "interface", "union")


@dataclass(frozen=True)
class Slot:
    """An argument, or a field of an input."""

    name: str
    kind: Kind
    default: Value | None = None

    @property
    def needed(self) -> bool:
        return self.kind.needed and self.default is None


@dataclass(frozen=True)
class Entry:
    """A field of an object."""

    name: str
    kind: Kind
    slots: dict[str, Slot] = field(default_factory=dict)


@dataclass
class Type:
    """`what`: type, interface, union, enum, input or scalar."""

    what: str
    name: str
    entries: dict[str, Entry] = field(default_factory=dict)
    slots: dict[str, Slot] = field(default_factory=dict)
    values: list[str] = field(default_factory=list)
    bears: list[str] = field(default_factory=list)

    @property
    def is_leaf(self) -> bool:
        return self.what in ("scalar", "enum")


TYPENAME = Entry("__typename", Kind("String", needed=True))


@dataclass
class Schema:
    """`gone` are fields ("Order.phone") that have been taken away for a while: a version that changed under the client's feet."""

    types: dict[str, Type]
    roots: dict[str, str]
    directives: dict[str, dict[str, Slot]]
    gone: frozenset[str] = frozenset()

    def entry(self, type_name: str, name: str) -> Entry | None:
        if name == "__typename":
            return TYPENAME
        if f"{type_name}.{name}" in self.gone:
            return None
        return self.types[type_name].entries.get(name)

    def possible(self, type_name: str) -> set[str]:
        """The object types that a value of this type can be."""
        named = self.types[type_name]
        if named.what == "type":
            return {type_name}
        if named.what == "union":
            return set(named.values)
        return {name for name, one in self.types.items() if one.what == "type" and type_name in one.bears}

    def without(self, fields: frozenset[str]) -> "Schema":
        return replace(self, gone=fields) if fields else self


@lru_cache(maxsize=1)
def the_schema() -> Schema:
    return read((Path(__file__).parent / "schema.graphql").read_text(encoding="utf-8"))


def read(text: str) -> Schema:
    """Raises Fault where the text is no schema."""
    stream = Stream(text)
    types = {name: Type("scalar", name) for name in SCALARS}
    condition = {"if": Slot("if", Kind("Boolean", needed=True))}
    schema = Schema(types, {}, {"include": condition, "skip": condition})
    while stream.now.kind != "end":
        word = stream.name()
        if word.text == "schema":
            schema.roots = _roots(stream)
        elif word.text == "directive":
            _directive(stream, schema)
        elif word.text in _BODIES:
            name = stream.name().text
            types[name] = Type(word.text, name)
            _BODIES[word.text](stream, types[name])
        else:
            raise unexpected(word)
    return schema


def _roots(stream: Stream) -> dict[str, str]:
    roots = {}
    stream.need("{")
    while not stream.took("}"):
        verb = stream.name().text
        stream.need(":")
        roots[verb] = stream.name().text
    return roots


def _directive(stream: Stream, schema: Schema) -> None:
    stream.need("@")
    name = stream.name().text
    schema.directives[name] = _slots(stream)
    stream.need("on")
    stream.name()
    while stream.took("|"):
        stream.name()


def _slots(stream: Stream) -> dict[str, Slot]:
    slots: dict[str, Slot] = {}
    if stream.took("("):
        while not stream.took(")"):
            slot = _slot(stream)
            slots[slot.name] = slot
    return slots


def _slot(stream: Stream) -> Slot:
    name = stream.name().text
    stream.need(":")
    kind = read_kind(stream)
    return Slot(name, kind, read_value(stream) if stream.took("=") else None)


def _object(stream: Stream, made: Type) -> None:
    if stream.took("implements"):
        made.bears.append(stream.name().text)
        while stream.took("&"):
            made.bears.append(stream.name().text)
    stream.need("{")
    while not stream.took("}"):
        name = stream.name().text
        slots = _slots(stream)
        stream.need(":")
        made.entries[name] = Entry(name, read_kind(stream), slots)


def _input(stream: Stream, made: Type) -> None:
    stream.need("{")
    while not stream.took("}"):
        slot = _slot(stream)
        made.slots[slot.name] = slot


def _enum(stream: Stream, made: Type) -> None:
    stream.need("{")
    while not stream.took("}"):
        made.values.append(stream.name().text)


def _union(stream: Stream, made: Type) -> None:
    stream.need("=")
    made.values.append(stream.name().text)
    while stream.took("|"):
        made.values.append(stream.name().text)


def _scalar(stream: Stream, made: Type) -> None:
    """Nothing more is said about it."""


_BODIES = {"type": _object, "interface": _object, "input": _input, "enum": _enum, "union": _union, "scalar": _scalar}
