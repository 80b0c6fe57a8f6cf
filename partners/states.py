"""Which feeds exist, what people call them, and how old each may grow before it is late."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class FeedKind:
    """`partner` is the line it comes over, by its circuit; `late_after` is None for what comes when a person brings it.

    `meanwhile` says what people work with while it is not read.
    """

    title: str
    partner: str
    every: str
    late_after: timedelta | None = None
    meanwhile: str = ""


FEEDS: dict[str, FeedKind] = {
    "store.orders": FeedKind(
        "The shop's orders", "store", "every minute", timedelta(minutes=10), "new orders and changes in the shop are not seen yet"
    ),
    "inpost.points": FeedKind(
        "InPost's lockers", "points", "every 6 hours", timedelta(hours=12), "orders are checked against the last good locker list"
    ),
    "acs.orders": FeedKind("Orders at ACS", "acs", "every 5 minutes", timedelta(minutes=30), "what ACS has done since is not seen yet"),
    "products": FeedKind("Product list", "", "when a file is brought"),
    "acs.setup": FeedKind("ACS's set-up list", "", "when a file is brought"),
}

PARTNERS = {"store": "The shop", "acs": "ACS", "inpost": "InPost", "points": "InPost's locker list"}


def feed_kind(name: str) -> FeedKind:
    """What we know of a feed; of one we do not know, its name."""
    return FEEDS.get(name) or FeedKind(name, name.partition(".")[0], "when it is asked for")


def partner_title(partner: str) -> str:
    return PARTNERS.get(partner, partner)
