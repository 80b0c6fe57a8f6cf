"""Tell the shop what may be sold: look at what it shows, queue what differs, send it, and say what became of it."""

from inventory.actions.publishing.freezing import AlreadyFrozen, NotFrozen, freeze, unfreeze
from inventory.actions.publishing.inflated import find_inflated
from inventory.actions.publishing.looking import look, look_at_old, look_at_unknown
from inventory.actions.publishing.now import CannotTell, Shows, how_it_stands, publish_now
from inventory.actions.publishing.purging import purge_batches
from inventory.actions.publishing.queueing import KIND, queue_publishes
from inventory.actions.publishing.steps import drain_publishes

__all__ = [
    "KIND",
    "AlreadyFrozen",
    "CannotTell",
    "NotFrozen",
    "Shows",
    "drain_publishes",
    "find_inflated",
    "freeze",
    "how_it_stands",
    "look",
    "look_at_old",
    "look_at_unknown",
    "publish_now",
    "purge_batches",
    "queue_publishes",
    "unfreeze",
]
