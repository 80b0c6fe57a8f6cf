"""A person puts a fact right: our column changes, what the shop said stays beside it, and the order is checked again."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from exceptions_queue import actions as desk
from exceptions_queue.audit import Actor, digest, record
from exceptions_queue.catalogue import Code
from lockers.models import Point
from lockers.rules import phone
from orders.actions.labelling import waits_for_label
from orders.actions.outcomes import Checked, Refused, Stale
from orders.actions.review import recheck
from orders.actions.sending import reconcile_outcome, take_back
from orders.models import Order
from orders.problems import read_methods
from orders.rules import address, people
from orders.states import BEFORE_RELEASE, Destination
from partners.mappings import fold

PERSONAL = frozenset({"mobile", "email", "first_name", "last_name", "address1", "address2", "city", "county", "postcode"})

LABEL_FACTS = frozenset({"mobile", "email", "first_name", "last_name", "customs_contents", "customs_value_pence"})
FOR_LABEL = "Saved for the label; what ACS was told stays as it is. Try the label again now, if it is not asked for by itself."

ADDRESS_SENTENCES = {
    "missing": "Fill this in: the carrier cannot deliver without it.",
    "malformed": "This is not a UK postcode. It looks like LS1 4AB.",
    "not_uk": "Only addresses in the UK, the Isle of Man and the Channel Islands can be served.",
}


def correct_mobile(order: Order, *, value: str, actor: Actor, at: datetime, version: int) -> Checked:
    """Save a mobile that can receive a locker code, in E.164. Raises Refused with the named fault otherwise."""
    mobile = phone.judge(value)
    if not mobile.ok:
        raise Refused(f"{phone.FAULTS[mobile.fault]}. Type a UK mobile, such as 07700 900123.", "mobile")
    return _correct(order, {"mobile": mobile.e164}, actor=actor, at=at, version=version)


def correct_email(order: Order, *, value: str, actor: Actor, at: datetime, version: int) -> Checked:
    value = value.strip()
    if people.email_fault(value):
        raise Refused("This is not an e-mail address: it needs a name, an @ and a domain such as example.co.uk.", "email")
    return _correct(order, {"email": value}, actor=actor, at=at, version=version)


def correct_name(order: Order, *, first_name: str, last_name: str, actor: Actor, at: datetime, version: int) -> Checked:
    first_name, last_name = first_name.strip(), last_name.strip()
    if people.name_fault(first_name, last_name):
        raise Refused("InPost needs a first and a last name. Fill in both.", "last_name" if first_name else "first_name")
    return _correct(order, {"first_name": first_name, "last_name": last_name}, actor=actor, at=at, version=version)


def correct_address(
    order: Order,
    *,
    address1: str,
    address2: str,
    city: str,
    county: str,
    postcode: str,
    country: str,
    actor: Actor,
    at: datetime,
    version: int,
) -> Checked:
    postcode = address.tidy_postcode(postcode)
    faults = address.address_fault(address1, city, postcode, country)
    if faults:
        field, fault = next(iter(faults.items()))
        raise Refused(ADDRESS_SENTENCES.get(fault, "The address cannot be used as it is."), field)
    values = {"address1": address1, "address2": address2, "city": city, "county": county, "postcode": postcode, "country": country}
    return _correct(order, {name: value.strip() for name, value in values.items()}, actor=actor, at=at, version=version)


def change_locker(order: Order, *, locker_id: str, actor: Actor, at: datetime, version: int) -> Checked:
    """Send the parcel to another locker. Raises Refused when that one cannot receive it now, and for an order that goes to a door."""
    method = read_methods().get(fold(order.delivery_method))
    if method is not None and method.destination == Destination.HOME:
        raise Refused(f"Order {order.number} goes to the customer's door, so another locker would change nothing.")
    locker_id = locker_id.strip().upper()
    if not locker_id:
        raise Refused("Pick one of the lockers, or type the ID of another.", "locker_id")
    point = Point.objects.filter(point_id=locker_id).first()
    if point is None:
        raise Refused(f"InPost does not list a locker {locker_id[:40]}. Check the ID or choose one below.", "locker_id")
    if not point.may_receive or point.gone_at:
        raise Refused(f"Locker {locker_id} does not take parcels now ({point.status}). Choose another.", "locker_id")
    return _correct(order, {"locker_id": locker_id}, actor=actor, at=at, version=version)


def convert_to_home(order: Order, *, delivery_method: str, actor: Actor, at: datetime, version: int) -> Checked:
    """Deliver to the customer's address by a mapped home method instead of a locker."""
    method = read_methods().get(fold(delivery_method))
    if method is None or method.destination != Destination.HOME:
        raise Refused("Choose one of the home delivery methods.", "delivery_method")
    values = {"delivery_method": delivery_method, "destination": Destination.HOME.value}
    return _correct(order, values, actor=actor, at=at, version=version)


def correct_dates(
    order: Order,
    *,
    dispatch_on: date | None,
    deliver_on: date | None,
    event_on: date | None,
    return_on: date | None,
    actor: Actor,
    at: datetime,
    version: int,
) -> Checked:
    given = [day for day in (dispatch_on, deliver_on, event_on, return_on) if day]
    if given != sorted(given):
        raise Refused("The dates run dispatch, delivery, event, return: each on or after the one before.", "dispatch_on")
    values = {"dispatch_on": dispatch_on, "deliver_on": deliver_on, "event_on": event_on, "return_on": return_on}
    return _correct(order, values, actor=actor, at=at, version=version)


def correct_customs(order: Order, *, contents: str, value_pence: int | None, actor: Actor, at: datetime, version: int) -> Checked:
    if not contents.strip() or not value_pence or value_pence < 0:
        raise Refused("Customs needs what is inside and its value in pounds.", "contents")
    return _correct(order, {"customs_contents": contents.strip(), "customs_value_pence": value_pence}, actor=actor, at=at, version=version)


def keep_both(order: Order, *, actor: Actor, at: datetime, version: int) -> Checked:
    """The customer wants both orders: remember which look-alike this one was compared with."""
    case = desk.open_case(order, Code.VAL_DUPLICATE)
    if case is None:
        raise Refused("No look-alike order is open for this one.")
    return _correct(order, {"kept_beside": case.evidence.get("other", "")}, actor=actor, at=at, version=version)


def _correct(order: Order, values: Mapping[str, object], *, actor: Actor, at: datetime, version: int) -> Checked:
    """Save `values` if nobody saved since `version`, withdraw a release that has not left, and check the order again.

    Of an order that ACS has picked only what its label still waits for may change: ACS needs none of that to pack it.
    """
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        if locked.version != version:
            raise Stale(locked)
        for_label = set(values) <= LABEL_FACTS and waits_for_label(locked)
        if not for_label:
            take_back(locked, at=at)
        if not for_label and locked.state not in BEFORE_RELEASE:
            raise Refused(f"Order {locked.number} is {locked.get_state_display().lower()}: it can no longer be changed here.")
        before = {name: getattr(locked, name) for name in values}
        for name, value in values.items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save(update_fields=[*values, "version"])
        record("order corrected", locked, actor=actor, at=at, before=_for_audit(before), after=_for_audit(values))
        if for_label:
            return Checked(locked, frozenset(), frozenset(), frozenset(), FOR_LABEL)
        reconcile_outcome(locked, {}, at=at)  # a refusal was about the content that has just changed
        return recheck(locked, actor=actor, at=at)


def _for_audit(values: Mapping[str, object]) -> dict[str, object]:
    """Personal values leave only their digest in the audit record, so that erasure never has to touch it."""
    return {name: digest(str(value)) if name in PERSONAL else _text(value) for name, value in values.items()}


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
