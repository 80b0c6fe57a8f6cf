"""What would be said to these customers now? A draft may be sent only while it still says just that."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from exceptions_queue import actions as desk
from inventory.queries.alike import Alike
from lockers import queries as lockers
from lockers.models import Parcel, Point
from lockers.rules import phone
from lockers.rules.hours import hours_in_words
from lockers.states import CARRIAGE_ENDED, LIVE
from orders.actions.sending import ELSEWHERE
from orders.actions.sending import KIND as RELEASE
from orders.models import CustomerMessage, Order
from orders.queries import customer_links, wording
from orders.queries.customer_links import PLACE
from orders.queries.substitutes import Missing, missing_of
from orders.rules import letters, people
from orders.rules.carriage import WAITING
from orders.rules.customer_links import Standing
from orders.rules.wording import Words
from orders.states import Destination, OrderState
from partners import connect
from partners.models import Intent

Occasion = CustomerMessage.Occasion
CHANGED = "What it says is not so any more. Nothing was sent: draft it anew."
NOT_YET = "ACS does not show locker {} yet. It can be sent as soon as it does."
NO_ADDRESS_OF_OURS = "DESK_URL is not set, so the link would lead nowhere. Have it set, or copy the link from the order's page."
NO_ADDRESS = "There is no e-mail address that could work. Correct it first, or tell the customer by text message."


@dataclass(frozen=True)
class Said:
    """What is to be said: the facts that it stands on, and the letter."""

    facts: dict[str, Any]
    letter: letters.Letter


@dataclass(frozen=True)
class World:
    """What the letters of some orders speak of, and in which words.

    Points by id, live parcels and lockers asked of ACS by order number, words by occasion.
    """

    points: Mapping[str, Point]
    parcels: Mapping[str, Parcel]
    going: Mapping[str, str]
    words: Mapping[str, Words]
    at: datetime


def read_world(orders: Iterable[Order], *, at: datetime, going: Mapping[str, str] | None = None) -> World:
    """Four statements for any number of orders. `going`: the lockers that ACS is asked for, where the caller knows them."""
    orders = list(orders)
    numbers = [order.number for order in orders]
    parcels = {row.order_number: row for row in Parcel.objects.filter(order_number__in=numbers, state__in=LIVE)}
    going = _asked_of_acs(numbers) if going is None else going
    named = {order.locker_id for order in orders} | {_stands_at(parcel) for parcel in parcels.values()} | set(going.values())
    return World(lockers.of_ids(named - {""}), parcels, going, wording.in_force(), at)


def _asked_of_acs(numbers: Sequence[str]) -> dict[str, str]:
    live = Intent.objects.filter(kind=RELEASE, business_id__in=numbers).exclude(state__in=Intent.ENDED)
    asked = live.values_list("business_id", f"payload__{ELSEWHERE}", "payload__take__locker_id")
    return {number: str(locker_id) for number, elsewhere, locker_id in asked if elsewhere}


def said_now(order: Order, occasion: str, world: World) -> Said | str:
    """What would be said on this occasion as things stand, or a sentence why nothing."""
    if order.store_cancelled_at or order.state in (OrderState.CANCELLED, OrderState.CLOSED):
        return f"Order {order.number} is {'cancelled' if order.store_cancelled_at else order.get_state_display().lower()}."
    return _SAID[occasion](order, world)


def _locker_changed(order: Order, world: World) -> Said | str:
    if order.destination != Destination.LOCKER:
        return "The order goes to the customer's door by now."
    parcel = world.parcels.get(order.number)
    if parcel and parcel.carriage in CARRIAGE_ENDED:
        return f"The parcel is {parcel.get_carriage_display().lower()} by now."
    locker_id = world.going.get(order.number) or order.locker_id
    point = world.points.get(locker_id)
    if point is None or not point.may_receive or point.gone_at:
        return f"Locker {locker_id or 'of the order'} does not take parcels now. Choose another first."
    where = where_is(point)
    return Said(_facts(where), letters.locker_changed(order.number, where, words=world.words[Occasion.LOCKER_CHANGED]))


def _expiring(order: Order, world: World) -> Said | str:
    parcel = world.parcels.get(order.number)
    if parcel is None or parcel.carriage not in WAITING or parcel.collect_by is None or parcel.collect_by <= world.at:
        return "The parcel does not wait in a locker."
    point = world.points.get(_stands_at(parcel))
    if point is None:
        return "We do not know the locker that the parcel is in."
    where, until = where_is(point), parcel.collect_by
    letter = letters.expiring(order.number, where, timezone.localtime(until), words=world.words[Occasion.EXPIRING])
    return Said(_facts(where) | {"collect_by": until.isoformat()}, letter)


def _another_garment(order: Order, world: World) -> Said | str:
    missing = missing_of(order, at=world.at)
    if not missing:
        return "Nothing of the order is missing: there is no open case of it."
    if not any(one.offers for one in missing):
        return "Nothing of the same brand and category can be sent now. Wait, or cancel and refund."
    unmet = [letters.Unmet(_named(one), tuple(_named(offer) for offer in one.offers)) for one in missing]
    facts = {one.sku: [offer.sku for offer in one.offers] for one in missing}
    return Said({"offers": facts}, letters.another_garment(order.number, unmet, words=world.words[Occasion.ANOTHER_GARMENT]))


def _put_right(order: Order, world: World) -> Said | str:
    """By the link that works for it now. The text holds a place for the address, and the address is put in when it is sent."""
    link = customer_links.open_link(order, world.at)
    if link is None:
        return "There is no link that works for this customer. Choose “Ask the customer” again."
    codes = desk.open_codes(order)
    if (standing := customer_links.standing_of(link, order, codes, world.at)) != Standing.OPEN:
        return f"The customer has nothing to put right: {customer_links.in_words(standing).lower()}."
    wants = customer_links.wanted_of(link, codes)
    letter = letters.put_right(
        order.number,
        wants,
        PLACE,
        timezone.localtime(link.expires_at),
        customer_links.shop().name,
        phone.judge(order.mobile).fault,
        words=world.words[Occasion.PUT_RIGHT],
    )
    return Said({"link": link.pk, "asks": wants.purpose}, letter)


def _named(garment: Missing | Alike) -> str:
    return garment.name if garment.name == garment.sku else f"{garment.name} ({garment.sku})"


_SAID: dict[str, Callable[[Order, World], Said | str]] = {
    Occasion.LOCKER_CHANGED: _locker_changed,
    Occasion.EXPIRING: _expiring,
    Occasion.ANOTHER_GARMENT: _another_garment,
    Occasion.PUT_RIGHT: _put_right,
}


def where_is(point: Point) -> letters.Where:
    address = ", ".join(filter(None, [point.street, f"{point.city} {point.postcode}".strip()]))
    return letters.Where(
        point.point_id, point.name or point.point_id, address, hours_in_words(point.open_24_7, point.hours, point.opening_hours)
    )


def _facts(where: letters.Where) -> dict[str, Any]:
    """The locker by its id, and what is said of it by a digest."""
    return {"locker_id": where.point_id, "where": where.digest}


def _stands_at(parcel: Parcel) -> str:
    return parcel.now_at_point or parcel.point_id


# --- before it is sent -------------------------------------------------------------------------------------------------------


def why_not_true(message: CustomerMessage, order: Order, world: World) -> str:
    """Why what a draft says is not so, or not yet; "" where it is so."""
    if order.number in world.going and world.going[order.number] == message.facts.get("locker_id"):
        return NOT_YET.format(message.facts.get("locker_id"))
    said = said_now(order, message.occasion, world)
    if isinstance(said, str):
        return said
    return "" if said.facts == message.facts else CHANGED


def why_no_link(message: CustomerMessage) -> str:
    """Why the customer could not follow the link of this message; "" where they can, and where it needs none."""
    if message.occasion != Occasion.PUT_RIGHT:
        return ""
    if PLACE not in message.body:
        return f"The text leaves out the customer's link. Write {PLACE} where it belongs: the address is put in when it is sent."
    return "" if connect.desk_address("/") else NO_ADDRESS_OF_OURS


def why_not_email(order: Order) -> str:
    """Why this customer cannot be written to; "" where that is possible."""
    return no_mail() or (NO_ADDRESS if people.email_fault(order.email) else "")


def no_mail() -> str:
    """Why nobody can be written to from here; "" where that is possible."""
    if missing := connect.missing("email"):
        return f"No mail server is connected: {' and '.join(missing)} must be set. Tell the customer by text message."
    if connect.mode("store") != "live":
        return "Lockstep only watches the shop here (MODE_STORE=observe), so customers hear nothing from it."
    return ""
