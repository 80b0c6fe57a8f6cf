"""The customer puts it right themselves, by a link of their own: made with the message that holds it, used once, or ended."""

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import F

from exceptions_queue import actions as desk
from exceptions_queue.audit import Actor, actor_text, record
from exceptions_queue.calendars import default_clock
from exceptions_queue.models import Hold
from orders.actions import messages
from orders.actions.corrections import correct_mobile
from orders.actions.outcomes import Checked, Refused, TooLate
from orders.actions.reassigning import reassign_locker
from orders.models import CustomerLink, CustomerMessage, Order
from orders.queries import customer_links as links
from orders.queries import nearby
from orders.queries.detail import every_hold
from orders.rules import customer_links as rules
from orders.rules.customer_links import Standing, Wants
from orders.states import BEFORE_RELEASE

CUSTOMER = "customer by link"
DRAFTED = (
    "The message with the customer's link is drafted: read it, then send it. Once the customer has answered, the case closes by itself."
)
NOTHING = "No case is open that the customer could put right: they can give a mobile number and choose a locker."


class Ended(Exception):
    """Nothing can be changed by this link any more, or never could be. `standing` says why."""

    def __init__(self, standing: Standing) -> None:
        super().__init__(standing.value)
        self.standing = standing


# --- the desk -----------------------------------------------------------------------------------------------------------------


def ask_customer(order: Order, *, actor: Actor, at: datetime, version: int | None = None) -> Checked:
    """Make the customer's link and draft the message that holds it. `version` is ignored: nothing of the order changes.

    A link for the same that works for another day is sent again. Raises Refused where the customer can put nothing right,
    TooLate once ACS has the order.
    """
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        codes = desk.open_codes(locked)
        wants = _askable(locked, codes)
        _link_for(locked, wants, actor=actor, at=at)
        messages.draft(locked, occasion=CustomerMessage.Occasion.PUT_RIGHT, actor=actor, at=at)
    return Checked(locked, frozenset(), frozenset(), frozenset(codes), DRAFTED)


def _askable(order: Order, codes: set[str]) -> Wants:
    """What there is to ask. Raises Refused and TooLate."""
    if order.store_cancelled_at or order.state not in BEFORE_RELEASE:
        state = "cancelled" if order.store_cancelled_at else order.get_state_display().lower()
        raise TooLate(f"Order {order.number} is {state}: the customer cannot change it by a link any more.")
    wants = rules.wants_of(codes)
    if not any(wants):
        raise Refused(NOTHING)
    return wants


def _link_for(order: Order, wants: Wants, *, actor: Actor, at: datetime) -> CustomerLink:
    standing = links.open_link(order, at)
    if standing and standing.purpose == wants.purpose and standing.expires_at - at >= rules.KEPT_WITH:
        return standing
    _end(order, actor=actor, at=at)
    link = CustomerLink.objects.create(
        order=order,
        nonce=secrets.token_urlsafe(12),
        purpose=wants.purpose,
        made_by=actor_text(actor)[1],
        made_at=at,
        expires_at=rules.works_until(at, _ends(order, at)),
    )
    record("customer link made", order, actor=actor, at=at, after={"link": link.pk, "asks": link.purpose})
    return link


def _ends(order: Order, at: datetime) -> list[datetime]:
    """When it is too late or beside the point: the ends of its holds, and ACS's last cut-off for the day it has to leave."""
    holds: list[Hold] = list(every_hold(order).filter(cleared_at__isnull=True, until__isnull=False))
    last = [default_clock(at=at).cutoff_on(order.dispatch_on)] if order.dispatch_on else []
    return [hold.until for hold in holds if hold.until] + last


def _end(order: Order, *, actor: Actor, at: datetime) -> int:
    ended = CustomerLink.objects.filter(order=order, used_at__isnull=True, revoked_at__isnull=True).update(revoked_at=at)
    if ended:
        record("customer link ended", order, actor=actor, at=at)
    return ended


def end_link(order: Order, *, actor: Actor, at: datetime) -> None:
    """From now on the link of this order opens nothing. Raises Refused where none stands."""
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        if not _end(locked, actor=actor, at=at):
            raise Refused("There is no link to end: it was used, or ended before.")


# --- the customer -------------------------------------------------------------------------------------------------------------


def note_opened(link: CustomerLink, *, at: datetime) -> None:
    """Count that it was opened; by whom nobody can tell, for mail programs open links too."""
    CustomerLink.objects.filter(pk=link.pk).update(opens=F("opens") + 1, opened_at=at)


def put_right(link: CustomerLink, *, mobile: str, locker_id: str, at: datetime) -> Wants:
    """Save what the customer sent, by the same acts as the desk's, and check the order again. Returns what was saved.

    All or nothing, once: raises Ended where the link opens nothing (any more), Refused with a sentence and a field ("mobile" or
    "locker_id") where what was sent cannot be used; then nothing was saved and the link works still.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=link.order_id)
        wants = _use(link, order, at=at)
        try:
            if wants.mobile:
                order = correct_mobile(order, value=mobile, actor=CUSTOMER, at=at, version=order.version).order
            if wants.locker:
                _must_be_offered(order, locker_id)
                order = reassign_locker(order, locker_id=locker_id, actor=CUSTOMER, at=at, version=order.version).order
        except TooLate as late:
            raise Ended(Standing.TOO_LATE) from late
        record("put right by the customer", order, actor=CUSTOMER, at=at, after={"link": link.pk, "what": wants.purpose})
    return wants


def _use(link: CustomerLink, order: Order, *, at: datetime) -> Wants:
    """Use it up: one of many at once, decided by the database. Raises Ended. The order is locked."""
    codes = desk.open_codes(order)
    link.refresh_from_db(fields=["used_at", "revoked_at", "expires_at", "purpose"])
    standing = links.standing_of(link, order, codes, at)
    if standing != Standing.OPEN:
        raise Ended(standing)
    first = CustomerLink.objects.filter(pk=link.pk, used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=at)
    if not first.update(used_at=at):
        raise Ended(Standing.DONE)
    return links.wanted_of(link, codes)


def _must_be_offered(order: Order, locker_id: str) -> None:
    """Of the nearest that fit and have room just now. Raises Refused for any other."""
    if not locker_id:
        raise Refused("Choose one of the lockers.", "locker_id")
    if locker_id not in {choice.point.point_id for choice in nearby.alternatives(order)}:
        raise Refused("That locker cannot take your parcel now. Choose one of these.", "locker_id")
