"""Which feeds exist, what people call them, and how old each may grow before it is late; how far a proposed mapping has come."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import models


class ProposalState(models.TextChoices):
    """How far changed meanings have come on their way into force."""

    DRAFT = "draft", "Draft"
    REHEARSED = "rehearsed", "Rehearsed"
    AWAITING = "awaiting", "Waiting for a second person"
    PUBLISHED = "published", "Published"
    ROLLED_BACK = "rolled_back", "Rolled back"
    DISCARDED = "discarded", "Discarded"


_ON = ProposalState
OPEN_PROPOSALS = (_ON.DRAFT, _ON.REHEARSED, _ON.AWAITING)
IN_FORCE_ONCE = (_ON.PUBLISHED, _ON.ROLLED_BACK)
PROPOSAL_MOVES = {
    _ON.DRAFT: {_ON.REHEARSED, _ON.DISCARDED},
    _ON.REHEARSED: {_ON.DRAFT, _ON.REHEARSED, _ON.AWAITING, _ON.PUBLISHED, _ON.DISCARDED},
    _ON.AWAITING: {_ON.AWAITING, _ON.PUBLISHED, _ON.DISCARDED},
    _ON.PUBLISHED: {_ON.ROLLED_BACK},
}


@dataclass(frozen=True)
class FeedKind:
    """`partner` is the line it comes over, by its circuit; `late_after` is None for what comes when a person brings it.

    `meanwhile` says what people work with while it is not read; `again` what happens outside when it is read again, and is
    empty for a feed that cannot be read again from an instant.
    """

    title: str
    partner: str
    every: str
    late_after: timedelta | None = None
    meanwhile: str = ""
    again: str = ""


FEEDS: dict[str, FeedKind] = {
    "store.orders": FeedKind(
        "The shop's orders",
        "store",
        "every minute",
        timedelta(minutes=10),
        "new orders and changes in the shop are not seen yet",
        "Nothing twice. Reading writes our mirror only, and never an older version over a newer one. An order that changes by it is "
        "checked again; its hold goes to the shop by handle and its release to ACS by key, and either is done once.",
    ),
    "inpost.points": FeedKind(
        "InPost's lockers", "points", "every 6 hours", timedelta(hours=12), "orders are checked against the last good locker list"
    ),
    "acs.orders": FeedKind("Orders at ACS", "acs", "every 5 minutes", timedelta(minutes=30), "what ACS has done since is not seen yet"),
    "inpost.tracking": FeedKind(
        "Parcels at InPost",
        "inpost",
        "every 10 minutes",
        timedelta(hours=1),
        "what InPost tells by itself still comes in; what it fails to tell is not seen yet",
    ),
    "acs.stock": FeedKind("ACS's stock file", "", "when a file arrives"),
    "products": FeedKind("Product list", "", "when a file is brought"),
    "store.products": FeedKind(
        "The shop's products",
        "store",
        "every hour",
        timedelta(hours=6),
        "products are judged by the sizes known before",
    ),
    "acs.returns": FeedKind(
        "Returns at ACS",
        "returns",
        "every 10 minutes",
        timedelta(hours=2),
        "what came back to ACS since, and how it was graded, is not seen yet",
        "Nothing twice. Reading writes our mirror only, and never an older word over a newer one. A garment that is graded otherwise by it "
        "has its write-off drafted or withdrawn; what is in the ledger stays there.",
    ),
    "costs": FeedKind("What garments are worth", "", "when a file is brought"),
    "ledger.accounts": FeedKind("The ledger's accounts", "ledger", "every day"),
    "ledger.journals": FeedKind(
        "The ledger's journals",
        "ledger",
        "every night",
        timedelta(hours=36),
        "what somebody changes in the ledger is not seen yet",
        "Nothing twice. Reading writes our mirror of the ledger only; the register is compared with it again, and nothing is posted.",
    ),
    "acs.setup": FeedKind("ACS's set-up list", "", "when a file is brought"),
}

PARTNERS = {
    "store": "The shop",
    "acs": "ACS",
    "inpost": "InPost",
    "points": "InPost's locker list",
    "ledger": "The ledger",
    "returns": "ACS's returns",
    "photos": "ACS's photos",
    "slack": "Slack",
    "teams": "Teams",
    "email": "The mail server",
}


def feed_kind(name: str) -> FeedKind:
    """What we know of a feed; of one we do not know, its name."""
    return FEEDS.get(name) or FeedKind(name, name.partition(".")[0], "when it is asked for")


def partner_title(partner: str) -> str:
    return PARTNERS.get(partner, partner)
