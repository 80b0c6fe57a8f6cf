"""Page by page through a connection of Shopify's, until it ends."""

from collections.abc import Iterator
from typing import Any

from partners.errors import Unreadable
from partners.shopify.graphql import PARTNER, Shopify, TooCostly


class Pages:
    """Reads connections at the top of a query. `size` is how many nodes are asked for at a time; it shrinks where that costs too much."""

    def __init__(self, shop: Shopify, size: int) -> None:
        self._shop, self.size = shop, size

    def read(self, document: str, name: str, *, since: str | None, own_right: bool = False) -> Iterator[list[dict[str, Any]]]:
        """The nodes of each page that has any."""
        after: str | None = None
        while True:
            try:
                said = self._shop.read(document, own_right=own_right, first=self.size, after=after, since=since)
            except TooCostly:
                if self.size == 1:
                    raise
                self.size = self.size // 2  # and stay there: the next page would cost as much
                continue
            nodes, following = connection(said.get(name))
            if nodes:
                yield nodes
            if following is None:
                return
            after = moved(after, following)


def connection(value: Any) -> tuple[list[dict[str, Any]], str | None]:
    """The nodes of one page, and from where the next one goes on. Raises Unreadable for anything else."""
    nodes = value.get("nodes") if isinstance(value, dict) else None
    page = value.get("pageInfo") if isinstance(value, dict) else None
    if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes) or not isinstance(page, dict):
        raise Unreadable(PARTNER, "A page of Shopify's is not as agreed.")
    if not page.get("hasNextPage"):
        return nodes, None
    if not isinstance(page.get("endCursor"), str) or not page["endCursor"]:
        raise Unreadable(PARTNER, "Shopify says that a page follows, and does not say which.")
    return nodes, page["endCursor"]


def moved(after: str | None, following: str) -> str:
    if following == after:
        raise Unreadable(PARTNER, "Shopify sends the same page again and again.")
    return following
