"""Shopify's search syntax, the part that orders are looked for with: `updated_at:>='…' AND tag_not:x -status:cancelled`.

Terms are joined by a space or AND; OR binds weaker; `-` or NOT before a term turns it round. A field it does not know filters
nothing and is named in the answer's `extensions.search`: the real one does not refuse it either, and whoever does not look gets
every order.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from partners.sandbox.shopify.sale import Sale

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


class Term(NamedTuple):
    field: str
    sign: str
    said: str
    turned: bool


class Looked(NamedTuple):
    """The orders that were found, and what the answer says about fields that are none."""

    sales: list[Sale]
    notes: list[dict[str, Any]]


def look(sales: list[Sale], query: str) -> Looked:
    """Raises nothing: what cannot be understood filters nothing and is noted."""
    groups = [_terms(group) for group in re.split(r"\s+OR\s+", query.strip())]
    notes = [_note(query, term, why) for group in groups for term in group if (why := _trouble(term))]
    good = [[term for term in group if not _trouble(term)] for group in groups]
    found = [sale for sale in sales if any(all(_fits(sale, term) for term in group) for group in good)]
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


def _trouble(term: Term) -> str:
    """Why this term filters nothing, or ""."""
    known = {*INSTANTS, *WORDS, "status", "tag_not", "id", ""}
    if term.field not in known:
        return "invalid_field"
    if term.field in INSTANTS and _instant(term.said) is None:
        return "invalid_value"
    if term.field == "id" and not term.said.isdecimal():
        return "invalid_value"
    return "invalid_value" if term.field == "status" and term.said not in STATUSES else ""


def _note(query: str, term: Term, code: str) -> dict[str, Any]:
    invalid = f"Input `{term.said}` is not a valid value."
    message = "Invalid search field for this query." if code == "invalid_field" else invalid
    return {
        "path": ["orders"],
        "query": query,
        "parsed": {"field": term.field, "match_all": term.said},
        "warnings": [{"field": term.field, "message": message, "code": code}],
    }


def _fits(sale: Sale, term: Term) -> bool:
    return _holds(sale, term) != term.turned


def _holds(sale: Sale, term: Term) -> bool:
    said = term.said.lower()
    if term.field in INSTANTS:
        held, asked = INSTANTS[term.field](sale), _instant(term.said)
        return held is not None and asked is not None and _compares(held, term.sign, asked)
    if term.field == "id":
        return _compares(sale.id, term.sign, int(term.said))
    if term.field == "status":
        return STATUSES[said](sale)
    if term.field == "tag_not":
        return said not in WORDS["tag"](sale)
    if not term.field:
        return any(said in words(sale) for words in WORDS.values())
    return said in WORDS[term.field](sale)


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
