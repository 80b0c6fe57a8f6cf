"""What is kept for how long: each thing by its key, what it is, its bounds, and the job that deletes it. Days."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kept:
    """One thing that is kept for a while. `counted` are the counts of the job's result that are about it; `went` says what happens.

    `days` is what an installation starts with; a person may set any number from `least` to `most`, which `why` gives the grounds of.
    """

    key: str
    label: str
    went: str
    days: int
    least: int
    most: int
    why: str
    job: str
    counted: tuple[str, ...]


_PURGE = "partners.tasks.purge"
KEPT = (
    Kept(
        "customers",
        "Who ordered",
        "Name, contact data, address, letters, labels and the inputs of decisions are erased from an order that is done; goods, "
        "sums, verdicts and the postcode's first half stay.",
        180,
        60,
        3650,
        "Counted from the last thing that happened to the order. Returns and complaints need the customer until then.",
        "config.tasks.forget_customers",
        ("orders",),
    ),
    Kept(
        "raw",
        "What partners sent, as it came",
        "Raw pages, bodies of messages and texts of refused records are deleted; that they came stays.",
        30,
        7,
        60,
        "They hold customers' data. Without them a feed cannot be looked into or replayed.",
        _PURGE,
        ("payloads", "bodies", "solved", "rejected"),
    ),
    Kept(
        "labels",
        "Labels",
        "The PDF and ZPL of a label are deleted; who printed it stays.",
        60,
        14,
        365,
        "They name the customer. InPost does not make an old one again.",
        "lockers.tasks.purge_labels",
        ("labels",),
    ),
    Kept(
        "asked_labels",
        "What was asked of InPost",
        "Of a label that was refused or withdrawn, the customer's data are deleted; where it was made, they are at once.",
        30,
        7,
        60,
        "Until then it can be asked for again as it was.",
        "lockers.tasks.purge_labels",
        ("asked",),
    ),
    Kept(
        "queue",
        "Traces of the task queue",
        "What ran, when and how it ended is deleted.",
        7,
        2,
        60,
        "The last days are needed to see why something ran late.",
        _PURGE,
        ("jobs", "tasks"),
    ),
    Kept(
        "runs",
        "Runs of feeds",
        "The counts of each run are deleted.",
        90,
        30,
        730,
        "How a feed did over the last months.",
        _PURGE,
        ("runs",),
    ),
    Kept(
        "messages",
        "That a message came",
        "A message without its body is deleted.",
        365,
        60,
        730,
        "Whoever sends it again meanwhile is known by it.",
        _PURGE,
        ("messages",),
    ),
    Kept(
        "batches",
        "What the shop was told of stock",
        "Batches of quantities are deleted, but none by which a number still stands.",
        60,
        14,
        365,
        "Which number was told when, and by whom.",
        "inventory.tasks.purge_batches",
        ("deleted",),
    ),
    Kept(
        "refusals",
        "Baskets that no locker took",
        "Counts by day and SKU are deleted. They never hold a person.",
        60,
        30,
        730,
        "The page of refused baskets looks back 30 days.",
        "orders.tasks.purge_refusals",
        ("deleted",),
    ),
)
BY_KEY = {kept.key: kept for kept in KEPT}


def why_not(kept: Kept, days: int) -> str:
    """Why something cannot be kept for so long; "" where it can."""
    if kept.least <= days <= kept.most:
        return ""
    return f"{kept.label} can be kept for {kept.least} to {kept.most:,} days. {kept.why}"
