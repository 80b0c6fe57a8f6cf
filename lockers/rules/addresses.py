"""How long the signed address of a label works, and what is said of who asked for it. Pure."""

from datetime import datetime, timedelta
from ipaddress import ip_address

AFTER_CLOSING = timedelta(hours=24)
LONGEST = timedelta(days=14)


def works_until(*, labelled_at: datetime, closed_at: datetime | None) -> datetime:
    """A day after its manifest was closed, and never longer than a fortnight after the label was made."""
    longest = labelled_at + LONGEST
    return min(longest, closed_at + AFTER_CLOSING) if closed_at else longest


def caller(address: str) -> str:
    """What kind of address somebody asked from, never which: an address can be a person's."""
    try:
        ip = ip_address(address.strip())
    except ValueError:
        return "an unknown address"
    if ip.is_loopback:
        return "this machine"
    return "a private network" if ip.is_private or ip.is_link_local else f"the internet, IPv{ip.version}"
