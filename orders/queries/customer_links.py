"""The customer's own link: its address, how it stands, and what the desk sees of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from exceptions_queue.queries import words
from orders.models import CustomerLink, Order
from orders.rules import customer_links as rules
from orders.rules.customer_links import Standing, Wants
from orders.states import OrderState
from partners import connect

SALT = "lockstep.customer-link"
PLACE = "[link]"  # stands in a drafted text where the address goes, so that no text that is kept opens anything


def path_of(link: CustomerLink) -> str:
    """The path of a link, like /c/4fJ….pX…/. Whoever has it can do what the link allows."""
    return reverse("orders:customer", kwargs={"token": _signer().sign(link.nonce)})


def address_of(link: CustomerLink) -> str:
    """The whole address; "" where nobody has said how we are reached (DESK_URL)."""
    return connect.desk_address(path_of(link))


def link_of(token: str) -> CustomerLink | None:
    """The link with its order; None for an address that we never gave. One statement."""
    try:
        nonce = _signer().unsign(token)
    except BadSignature:
        return None
    return CustomerLink.objects.select_related("order").filter(nonce=nonce).first()


def _signer() -> Signer:
    return Signer(salt=SALT, sep=".")


def open_link(order: Order, at: datetime) -> CustomerLink | None:
    """The one link of an order that works still. One statement."""
    open_still = CustomerLink.objects.filter(order=order, used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=at)
    return open_still.first()


def wanted_of(link: CustomerLink, codes: Iterable[str]) -> Wants:
    return rules.still_wanted(link.purpose, codes)


def standing_of(link: CustomerLink, order: Order, codes: Iterable[str], at: datetime) -> Standing:
    """How a link stands now, with the order and its open cases as they are."""
    return rules.standing_of(
        revoked=link.revoked_at is not None,
        cancelled=order.store_cancelled_at is not None or order.state == OrderState.CANCELLED,
        used=link.used_at is not None,
        sent=order.state in (OrderState.RELEASED, OrderState.CLOSED),
        wanted=any(wanted_of(link, codes)),
        expired=link.expires_at <= at,
    )


@dataclass(frozen=True)
class Shop:
    """Who speaks to the customer, and how they are reached. Each is "" where it is not set."""

    name: str
    email: str
    phone: str


def shop() -> Shop:
    """The name and telephone that stand on every label, and the address that our e-mail comes from."""
    return Shop(settings.SENDER.get("company", ""), parseaddr(settings.EMAIL_FROM)[1], settings.SENDER.get("phone", ""))


# --- for the desk -------------------------------------------------------------------------------------------------------------

_SAID = {
    Standing.OPEN: ("Works", "info"),
    Standing.DONE: ("Used", "ok"),
    Standing.NOT_NEEDED: ("Not needed any more", "quiet"),
    Standing.EXPIRED: ("Its time is over", "warn"),
    Standing.REVOKED: ("Ended", "quiet"),
    Standing.CANCELLED: ("The order is cancelled", "quiet"),
    Standing.TOO_LATE: ("Too late: ACS has the order", "warn"),
}


def in_words(standing: Standing) -> str:
    return _SAID[standing][0]


@dataclass(frozen=True)
class Panel:
    """The latest link of an order, as the desk sees it. `path` is "" for one that does not work."""

    pk: int
    asks: str
    state: str
    tone: str
    made: str
    until: str
    opens: int
    opened: str
    used: str
    path: str


def panel_of(order: Order, codes: Iterable[str], at: datetime) -> Panel | None:
    """One statement. None where there never was one."""
    link = CustomerLink.objects.filter(order=order).order_by("-pk").first()
    if link is None:
        return None
    standing = standing_of(link, order, codes, at)
    state, tone = _SAID[standing]
    return Panel(
        pk=link.pk,
        asks=link.get_purpose_display(),
        state=state,
        tone=tone,
        made=f"{words.moment(link.made_at, at)} by {link.made_by}",
        until=words.full(link.expires_at),
        opens=link.opens,
        opened=words.full(link.opened_at) if link.opened_at else "",
        used=words.full(link.used_at) if link.used_at else "",
        path=path_of(link) if standing == Standing.OPEN else "",
    )
