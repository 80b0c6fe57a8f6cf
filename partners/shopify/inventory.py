"""How many of each SKU the shop shows, and how many it is to show: compared and set in one call, for up to 250 SKUs.

Shopify does all of a call or nothing of it, and says which lines it minds. So a call that is refused is made again without
those lines, until it is done: a bad line costs a call, never the others.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from partners.errors import Rejected, UnknownOutcome, Unreadable
from partners.shop import Place, Reason, StockAnswer, StockChange, StockLevel, Told
from partners.shopify import documents
from partners.shopify.graphql import PARTNER, Refusal, Shopify, TooCostly
from partners.values import identifier

MOST_LINES = 250
PAGE = NAMED = 100
MOST_TURNS = 20  # calls for one batch; what is left then waits for another
NAMES = {Place.SALE: "available", Place.ASIDE: "on_hand"}
STALE = frozenset({"CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE"})
NOT_HERE = "ITEM_NOT_STOCKED_AT_LOCATION"
IN_THE_AIR = "IDEMPOTENCY_CONCURRENT_REQUEST"
SPENT = frozenset({"IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"})
SENTENCES = {
    "INVALID_INVENTORY_ITEM": "The shop no longer has this product.",
    "INVALID_LOCATION": "The shop has no such location. An integration admin must check SHOPIFY_LOCATION.",
    "INVALID_QUANTITY_NEGATIVE": "The shop takes no number below zero.",
    "INVALID_QUANTITY_TOO_HIGH": "The shop takes no number above a billion.",
    "INVALID_QUANTITY_TOO_LOW": "The shop takes no number so far below zero.",
    "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR": "Two of our SKUs are one product in the shop. Give each its own there.",
    "NON_MUTABLE_INVENTORY_ITEM": "The shop counts this product by itself, as it does with bundles, and lets nobody set it.",
    NOT_HERE: "The shop does not keep this product at our location, and would not begin to.",
}
HIGHEST = 1_000_000_000  # of what a count of ours can be
NO_ITEM = "The shop names no inventory item for this product, so its number cannot be set. Look at it there."
ODD_COUNT = "The shop shows a count of this product that is no whole number. Look at it there."
UNTRACKED = "The shop does not count this product, so it sells without end. Switch on “Track quantity” there."
TWICE = "Two products of the shop have this SKU, so nobody can tell which is meant. Give one of them another there."
_LOCATION = re.compile(r"(?:gid://shopify/Location/)?(\d{1,20})", re.ASCII)


class Inventory:
    """The counts of one shop. `sale` and `aside` are the locations by id; without `sale` it is the only one there is."""

    def __init__(self, shop: Shopify, *, sale: str = "", aside: str = "") -> None:
        self._shop, self._size = shop, PAGE
        self._named = {Place.SALE: sale, Place.ASIDE: aside}
        self.places = (Place.SALE, *((Place.ASIDE,) if aside else ()))

    def levels(self, skus: Sequence[str], *, place: Place) -> Iterator[list[StockLevel]]:
        """By SKU the shop's search finds more than was meant: only exact ones count."""
        found: dict[str, str] = {}
        for named in (skus[start : start + NAMED] for start in range(0, len(skus), NAMED)):
            for nodes in self._pages(named, place):
                levels = [_level(node, self._location(place), NAMES[place]) for node in nodes]
                yield [_once(level, found) for level in levels if level.sku in named]

    def set(self, changes: Sequence[StockChange], *, key: str, reference: str, reason: Reason, place: Place) -> list[StockAnswer]:
        batch = _Batch(list(changes[:MOST_LINES]), key=key)
        for _ in range(MOST_TURNS):
            if not batch.left:
                break
            refused = self._shop.attempt(
                documents.SET_STOCK,
                key=batch.key,
                input={
                    "name": NAMES[place],
                    "reason": reason.value,
                    "referenceDocumentUri": reference,
                    "quantities": [self._line(change, place) for change in batch.left],
                },
            )
            batch.heard(refused)
            self._begin(batch, place)
        return [batch.answers.get(change.sku, StockAnswer(change.sku, Told.LATER)) for change in changes]

    def _line(self, change: StockChange, place: Place) -> dict[str, Any]:
        return {
            "inventoryItemId": change.item_id,
            "locationId": self._location(place),
            "quantity": change.quantity,
            "changeFromQuantity": change.seen,
        }

    def _begin(self, batch: "_Batch", place: Place) -> None:
        """Have the shop keep at our location what it does not keep there yet, beginning with the right number."""
        for change in batch.strangers:
            line = self._line(change, place)
            counted = (
                {"available": change.quantity, "onHand": None} if place == Place.SALE else {"available": None, "onHand": change.quantity}
            )
            refused = self._shop.attempt(
                documents.STOCK_HERE, item=line["inventoryItemId"], location=line["locationId"], key=f"{batch.key}:{change.sku}", **counted
            )
            batch.began(change, refused)
        batch.strangers = []

    def _pages(self, named: Sequence[str], place: Place) -> Iterator[list[dict[str, Any]]]:
        after: str | None = None
        query = " OR ".join(f"sku:{_quoted(sku)}" for sku in named)
        asked = {"named": query, "location": self._location(place), "names": [NAMES[place]]}
        while True:
            try:
                said = self._shop.read(documents.STOCK, own_right=True, first=self._size, after=after, **asked)
            except TooCostly:
                if self._size == 1:
                    raise
                self._size = self._size // 2  # and stay there: the next page would cost as much
                continue
            nodes, following = _connection(said.get("productVariants"))
            yield nodes
            if following is None:
                return
            if following == after:
                raise Unreadable(PARTNER, "Shopify sends the same page of products again and again.")
            after = following

    def _location(self, place: Place) -> str:
        """The location's id as the API wants it. Where none was named and the shop has only one, it is that."""
        if not self._named[place] and place == Place.SALE:
            self._named[place] = self._only_one()
        written = _LOCATION.fullmatch(self._named[place].strip())
        if written is None:
            name = "SHOPIFY_LOCATION" if place == Place.SALE else "SHOPIFY_NON_SELLABLE_LOCATION"
            raise Rejected(PARTNER, f"{name} is no location of Shopify's. Write its number, or its id as gid://shopify/Location/123.")
        return f"gid://shopify/Location/{written[1]}"

    def _only_one(self) -> str:
        said = self._shop.read(documents.LOCATIONS, own_right=True).get("locations")
        nodes = said.get("nodes") if isinstance(said, dict) else None
        if not isinstance(nodes, list) or len(nodes) != 1 or not isinstance(nodes[0], dict):
            raise Rejected(
                PARTNER, "The shop has more than one location, or none. Name the one that ACS's stock is sold from in SHOPIFY_LOCATION."
            )
        return str(nodes[0].get("id"))


@dataclass
class _Batch:
    """What is left of one batch, and what became of the rest. A key is used for one content only, and never again once it failed."""

    left: list[StockChange]
    key: str
    answers: dict[str, StockAnswer] = field(default_factory=dict)
    strangers: list[StockChange] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stem, self._tries = self.key, 0
        for change in [change for change in self.left if not change.item_id]:
            self._refuse(change, Refusal((), "INVALID_INVENTORY_ITEM", ""))
        self.left = [change for change in self.left if change.item_id]
        self._new_key()

    def heard(self, refused: list[Refusal]) -> None:
        """Take what one call said. Raises UnknownOutcome or Rejected where it was not about lines."""
        if not refused:
            self.answers |= {change.sku: StockAnswer(change.sku, Told.SET, shows=change.quantity) for change in self.left}
            self.left = []
            return
        if any(one.code == IN_THE_AIR for one in refused):
            raise UnknownOutcome(PARTNER, "Shopify is still at an earlier request of ours.")
        by_line = {line: one for one in refused if (line := self._line_of(one)) is not None}
        if not by_line and not any(one.code in SPENT for one in refused):
            raise Rejected(PARTNER, f"The shop takes no numbers from us: {refused[0].sentence}", fields={"": [refused[0].code]}, status=200)
        for line, one in by_line.items():
            self._refuse(self.left[line], one)
        self.left = [change for line, change in enumerate(self.left) if line not in by_line]
        self._new_key()

    def began(self, change: StockChange, refused: list[Refusal]) -> None:
        answer = StockAnswer(change.sku, Told.SET, shows=change.quantity)
        if refused:
            answer = StockAnswer(change.sku, Told.REFUSED, code=NOT_HERE, sentence=f"{SENTENCES[NOT_HERE]} It says: {refused[0].sentence}")
        self.answers[change.sku] = answer

    def _refuse(self, change: StockChange, one: Refusal) -> None:
        if one.code == NOT_HERE:
            self.strangers.append(change)
        elif one.code in STALE:
            self.answers[change.sku] = StockAnswer(change.sku, Told.STALE, code=one.code)
        else:
            sentence = SENTENCES.get(one.code, f"The shop says: {one.sentence}")
            self.answers[change.sku] = StockAnswer(change.sku, Told.REFUSED, code=one.code, sentence=sentence)

    def _line_of(self, one: Refusal) -> int | None:
        """The line that a path such as input.quantities.3.locationId speaks of."""
        number = one.path[2] if len(one.path) > 2 and one.path[1] == "quantities" else ""
        return int(number) if number.isascii() and number.isdigit() and int(number) < len(self.left) else None

    def _new_key(self) -> None:
        self._tries += 1
        content = json.dumps([[change.item_id, change.quantity, change.seen] for change in self.left])
        self.key = f"{self._stem}:{hashlib.sha256(content.encode()).hexdigest()[:16]}:{self._tries}"


def _connection(value: Any) -> tuple[list[dict[str, Any]], str | None]:
    nodes = value.get("nodes") if isinstance(value, dict) else None
    page = value.get("pageInfo") if isinstance(value, dict) else None
    if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes) or not isinstance(page, dict):
        raise Unreadable(PARTNER, "A page of Shopify's products is not as agreed.")
    following = page.get("endCursor") if page.get("hasNextPage") else None
    if page.get("hasNextPage") and not isinstance(following, str):
        raise Unreadable(PARTNER, "Shopify says that a page of products follows, and does not say which.")
    return nodes, following


def _level(node: dict[str, Any], location: str, name: str) -> StockLevel:
    """One variant. What the shop does not keep at our location shows nothing there; an odd one says so, and keeps no other back."""
    item, sku = node.get("inventoryItem"), str(node.get("sku") or "")
    if not isinstance(item, dict) or not isinstance(item.get("id"), str):
        return StockLevel(sku, 0, "", location, NO_ITEM)
    level = item.get("inventoryLevel")
    counts = level.get("quantities") if isinstance(level, dict) else []
    there = [one.get("quantity") for one in counts if isinstance(one, dict) and one.get("name") == name] if isinstance(counts, list) else []
    quantity = there[0] if there else 0
    if isinstance(quantity, bool) or not isinstance(quantity, int) or abs(quantity) > HIGHEST:
        return StockLevel(sku, 0, identifier(item["id"]), location, ODD_COUNT)
    why = UNTRACKED if item.get("tracked") is False else ""
    return StockLevel(sku, quantity, identifier(item["id"]), location, why)


def _once(level: StockLevel, found: dict[str, str]) -> StockLevel:
    first = found.setdefault(level.sku, level.item_id)
    return level if first == level.item_id else replace(level, why=TWICE)


def _quoted(sku: str) -> str:
    escaped = sku.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
