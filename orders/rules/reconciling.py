"""How long shop and ACS may differ before somebody must know, and the words in which each says how an order stands. Pure."""

from datetime import timedelta

SHOWN_WITHIN = timedelta(hours=2)  # of the release: ACS is asked every five minutes
LOOKED_BACK = timedelta(days=14)
SENT_WITHIN_WORKING_DAYS = 1

# Why the feed refuses a record, word for word: two of the questions are asked of what it refused.
NOT_KNOWN = "ACS does not know this order."
NOT_OURS = "is no order of ours"
NOT_SENT = "ACS was not sent it"


def shop_says(*, paid: bool, cancelled: bool, cancelled_here: bool = False) -> str:
    """The shop's side in a word or two: "paid", "cancelled"."""
    if cancelled:
        return "cancelled"
    if cancelled_here:
        return "cancelled here"
    return "paid" if paid else "not paid"


def acs_says(status: str, raw: str = "") -> str:
    """ACS's side: its status in our words, its own word where that has no meaning here, "nothing" where it has said none."""
    if status == "unknown":
        return raw or "a word without a meaning here"
    return status.replace("_", " ") or "nothing"


def number_of(key: str) -> str:
    """The order that a refused row of ACS's progress file names: its key is "LS-1, row 5"."""
    number, _, row = key.rpartition(", row ")
    return number if row.isdigit() else ""
