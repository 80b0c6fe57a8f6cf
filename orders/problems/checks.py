"""The checks of the release gate on one order. Each yields a code with its evidence: field and fault class, never the value."""

from collections.abc import Iterator, Sequence

from exceptions_queue.catalogue import Code
from lockers.rules import phone
from orders.problems import places
from orders.problems.facts import Batch, Facts, Line
from orders.problems.parcel import Evidence, Found, pack
from orders.rules import address, customs, dates, people
from orders.rules.settings import RuleSettings
from orders.states import Destination
from partners.mappings import fold

RULES_VERSION = "2026.12"


def version_of(settings: RuleSettings) -> str:
    """What a decision is stored under: the version of the rules, and that of their settings once somebody has published any."""
    return f"{RULES_VERSION}+{settings.version}" if settings.version else RULES_VERSION


# What one look at an order decides. Cases outside this set (refused, unconfirmed) are opened and closed where that is learnt.
RELEASE_SCOPE = frozenset(
    {
        Code.VAL_MOB_MISSING,
        Code.VAL_MOB_FORMAT,
        Code.VAL_EMAIL,
        Code.VAL_NAME,
        Code.VAL_ADDR,
        Code.VAL_LOCKER_MISSING,
        Code.VAL_LOCKER_UNKNOWN,
        Code.VAL_SERVICE_MAP,
        Code.VAL_SKU_UNKNOWN,
        Code.VAL_DIM_MISSING,
        Code.VAL_OVERSIZE,
        Code.VAL_DUPLICATE,
        Code.VAL_DATES,
        Code.VAL_CUSTOMS,
        Code.LOC_CLOSED,
        Code.LOC_SIZE,
    }
)


def judge(order: Facts, batch: Batch) -> tuple[Found, str]:
    """Everything wrong with one order, and the parcel size it needs ("" for home delivery or where it cannot be told)."""
    lines = batch.lines.get(order.id, [])
    method = batch.methods.get(fold(order.delivery_method))
    found: Found = dict(_every_order(order, lines, batch))
    size = ""
    if method is None:
        found[Code.VAL_SERVICE_MAP] = {"field": "delivery_method", "fault": "unmapped", "method": order.delivery_method[:80]}
    if (method.destination if method else order.destination) == Destination.LOCKER:
        found.update(_contact(order))
        size, misfits, _ = pack(lines, limits=batch.settings.limits)
        found.update(misfits)
        found.update(_locker(order, size, batch))
    return found, size


def _every_order(order: Facts, lines: Sequence[Line], batch: Batch) -> Iterator[tuple[str, Evidence]]:
    faults = address.address_fault(order.address1, order.city, order.postcode, order.country, served=batch.settings.served)
    if faults:
        name, fault = next(iter(faults.items()))
        yield Code.VAL_ADDR, {"field": name, "fault": fault, "also": sorted(faults)[:5]}
    if order.duplicate_of:
        yield Code.VAL_DUPLICATE, {"field": "number", "fault": "look_alike", "other": order.duplicate_of}
    yield from _dates(order, batch)
    yield from _customs(order, lines, batch)
    yield from _unknown_to_acs(lines, batch)


def _dates(order: Facts, batch: Batch) -> Iterator[tuple[str, Evidence]]:
    if not (order.dispatch_on or order.deliver_on or order.event_on or order.return_on):
        return
    faults = dates.date_faults(
        dispatch_on=order.dispatch_on,
        deliver_on=order.deliver_on,
        event_on=order.event_on,
        return_on=order.return_on,
        is_hire=order.is_hire,
        today=batch.today,
        hire_days=batch.settings.hire_days,
    )
    if faults:
        name, fault = faults[0]
        yield Code.VAL_DATES, {"field": name, "fault": fault}


def _customs(order: Facts, lines: Sequence[Line], batch: Batch) -> Iterator[tuple[str, Evidence]]:
    zone = address.customs_zone(order.postcode, order.country)
    if not zone:
        return
    fault = customs.customs_fault(
        zone,
        contents=order.customs_contents,
        value_pence=order.customs_value_pence,
        origins=[line.origin_country or "" for line in lines],
        need_origin=batch.settings.origin_zones,
    )
    if fault:
        yield Code.VAL_CUSTOMS, {"field": "customs", "fault": fault, "zone": zone}


def _unknown_to_acs(lines: Sequence[Line], batch: Batch) -> Iterator[tuple[str, Evidence]]:
    """Only where ACS's list is known at all: without one, an unknown SKU is a warning on the order page."""
    if not batch.acs_list_exists:
        return
    unknown = sorted({line.sku for line in lines if not line.known_to_acs})
    if unknown:
        yield Code.VAL_SKU_UNKNOWN, {"field": "sku", "fault": "not_set_up", "skus": unknown[:5]}


def _contact(order: Facts) -> Iterator[tuple[str, Evidence]]:
    mobile = phone.judge(order.mobile)
    if mobile.fault == "missing":
        yield Code.VAL_MOB_MISSING, {"field": "mobile", "fault": "missing"}
    elif not mobile.ok:
        yield Code.VAL_MOB_FORMAT, {"field": "mobile", "fault": mobile.fault}
    if fault := people.email_fault(order.email):
        yield Code.VAL_EMAIL, {"field": "email", "fault": fault}
    if fault := people.name_fault(order.first_name, order.last_name):
        yield Code.VAL_NAME, {"field": "name", "fault": fault}


def _locker(order: Facts, size: str, batch: Batch) -> Iterator[tuple[str, Evidence]]:
    yield from places.wrong_with_locker(order.locker_id, size, batch.places.get(order.locker_id)).items()
