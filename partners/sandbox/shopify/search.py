"""Shopify's search syntax, the part that orders and goods are looked for with: `updated_at:>='…' AND tag_not:x -status:cancelled`.

Terms are joined by a space or AND; OR binds weaker; `-` or NOT before a term turns it round. A field it does not know filters
nothing and is named in the answer's `extensions.search`: the real one does not refuse it either, and whoever does not look gets
everything.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, TypeVar

from partners.sandbox.shopify.sale import Sale
from partners.sandbox.shopify.shelf import Variant

Item = TypeVar("Item")

_TERM = re.compile(r"""(?P<minus>-?)(?:(?P<field>[A-Za-z_.]+):)?(?P<sign><=|>=|<|>)?(?P<said>'[^']*'|"[^"]*"|[^\s()]+)""")
INSTANTS: dict[str, Callable[[Sale], datetime | None]] = {
    "updated_at": lambda sale: sale.updated_at,
    "created_at": lambda sale: sale.created_at,
    "processed_at": lambda sale: sale.paid_at,
}
STATUSES: dict[str, Callable[[Sale], bool]] = {
    "any": lambda sale: True,
    "open": lambda sale: sale.cancelled_at is None,
    "not_closed": lambda sale: sale.cancelled_at is None,
    "closed": lambda sale: False,
    "cancelled": lambda sale: sale.cancelled_at is not None,
}
WORDS: dict[str, Callable[[Sale], set[str]]] = {
    "tag": lambda sale: {tag.lower() for tag in sale.tags},
    "name": lambda sale: {sale.name.lower(), sale.number.lower()},
    "email": lambda sale: {sale.email.lower()},
    "sku": lambda sale: {line.sku.lower() for line in sale.lines},
    "financial_status": lambda sale: {sale.financial.lower()},
    "fulfillment_status": lambda sale: {sale.fulfilment.lower(), "unfulfilled", "unshipped"},
    "test": lambda sale: {"false"},
    "channel": lambda sale: {sale.channel.lower()},
    "source_name": lambda sale: {sale.channel.lower()},
}


@dataclass(frozen=True)
class Known(Generic[Item]):
    """What one kind of thing can be looked for by, and the name of its page in the notes."""

    page: str
    id: Callable[[Item], int]
    instants: Mapping[str, Callable[[Item], datetime | None]]
    words: Mapping[str, Callable[[Item], set[str]]]
    statuses: Mapping[str, Callable[[Item], bool]] = field(default_factory=dict)

    @property
    def fields(self) -> set[str]:
        turned = {"tag_not"} if "tag" in self.words else set()
        return {*self.instants, *self.words, *(["status"] if self.statuses else []), *turned, "id", ""}


ORDERS = Known("orders", lambda sale: sale.id, INSTANTS, WORDS, STATUSES)


def goods(page: str, id_of: Callable[[Variant], int]) -> Known[Variant]:
    """Variants, their products and their inventory items are looked for alike."""
    instants: dict[str, Callable[[Variant], datetime | None]] = {
        "updated_at": lambda one: one.updated_at,
        "created_at": lambda one: one.created_at,
    }
    words: dict[str, Callable[[Variant], set[str]]] = {
        "sku": lambda one: {one.product.sku.lower()},
        "barcode": lambda one: {one.barcode.lower()} if one.barcode else set(),
        "title": lambda one: {one.product.name.lower()},
        "vendor": lambda one: {one.product.brand.lower()},
        "product_type": lambda one: {one.product.category.lower()},
    }
    return Known(page, id_of, instants, words)


class Term(NamedTuple):
    field: str
    sign: str
    said: str
    turned: bool


class Looked(NamedTuple, Generic[Item]):
    """What was found, and what the answer says about fields that are none."""

    items: list[Item]
    notes: list[dict[str, Any]]


def look(items: list[Item], query: str, known: Known[Item]) -> Looked[Item]:
    """Raises nothing: what cannot be understood filters nothing and is noted."""
    groups = [_terms(group) for group in re.split(r"\s+OR\s+", query.strip())]
    notes = [_note(query, term, why, known.page) for group in groups for term in group if (why := _trouble(term, known))]
    good = [[term for term in group if not _trouble(term, known)] for group in groups]
    found = [item for item in items if any(all(_fits(item, term, known) for term in group) for group in good)]
    return Looked(found, notes)


def _terms(text: str) -> list[Term]:
    terms, turned = [], False
    for found in _TERM.finditer(text):
        word = found["said"]
        if not found["field"] and word in ("AND", "NOT"):
            turned = word == "NOT"
            continue
        terms.append(Term(found["field"] or "", found["sign"] or "", word.strip("'\""), turned or bool(found["minus"])))
        turned = False
    return terms


def _trouble(term: Term, known: Known[Item]) -> str:
    """Why this term filters nothing, or ""."""
    if term.field not in known.fields:
        return "invalid_field"
    if term.field in known.instants and _instant(term.said) is None:
        return "invalid_value"
    if term.field == "id" and not term.said.isdecimal():
        return "invalid_value"
    return "invalid_value" if term.field == "status" and term.said not in known.statuses else ""


def _note(query: str, term: Term, code: str, page: str) -> dict[str, Any]:
    invalid = f"Input `{term.said}` is not a valid value."
    message = "Invalid search field for this query." if code == "invalid_field" else invalid
    return {
        "path": [page],
        "query": query,
        "parsed": {"field": term.field, "match_all": term.said},
        "warnings": [{"field": term.field, "message": message, "code": code}],
    }


def _fits(item: Item, term: Term, known: Known[Item]) -> bool:
    return _holds(item, term, known) != term.turned


def _holds(item: Item, term: Term, known: Known[Item]) -> bool:
    said = term.said.lower()
    if term.field in known.instants:
        held, asked = known.instants[term.field](item), _instant(term.said)
        return held is not None and asked is not None and _compares(held, term.sign, asked)
    if term.field == "id":
        return _compares(known.id(item), term.sign, int(term.said))
    if term.field == "status":
        return known.statuses[said](item)
    if term.field == "tag_not":
        return said not in known.words["tag"](item)
    if not term.field:
        return any(said in words(item) for words in known.words.values())
    return said in known.words[term.field](item)


def _compares(held: Any, sign: str, asked: Any) -> bool:
    if sign in ("", ">=", "<=") and held == asked:
        return True
    return bool(held > asked) if sign.startswith(">") else bool(held < asked) if sign else False


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
