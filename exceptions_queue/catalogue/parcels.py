"""What can be wrong with the locker, the products and the way to send them."""

from exceptions_queue.catalogue.contact import ALL_HOME, ASK, CANCEL, HOME
from exceptions_queue.catalogue.kinds import BulkFix, Code, Evidence, Fix, Kind, always, fault, named
from exceptions_queue.states import Owner

CHANGE_LOCKER = Fix("orders:change-locker", "Choose another locker")
NEAREST = BulkFix("nearest_locker", "Send each to the nearest locker")


def _locker(evidence: Evidence) -> str:
    name = named(evidence.get("locker"))
    return f"Locker {name}" if name else "The chosen locker"


def _unknown_locker(evidence: Evidence) -> str:
    if fault(evidence) == "shop":
        return f"{_locker(evidence)} is a shop counter, not a locker: no compartment can be booked there."
    return f"{_locker(evidence)} is not in InPost's list: no parcel can be sent there."


def _closed(evidence: Evidence) -> str:
    why = fault(evidence)
    if why == "gone":
        return f"{_locker(evidence)} is gone from InPost's list: no parcel can be sent there."
    if why == "does_not_receive":
        return f"{_locker(evidence)} does not take parcels for collection."
    says = f" (InPost says {why})" if why else ""
    return f"{_locker(evidence)} is out of service{says}: no parcel can be sent there."


def _no_compartment(evidence: Evidence) -> str:
    size = str(evidence.get("size", ""))
    return f"{_locker(evidence)} has no {size + ' ' if size else ''}compartment, the size this order needs."


def _full(evidence: Evidence) -> str:
    if fault(evidence) == "very_low":
        size = str(evidence.get("size", ""))
        return f"{_locker(evidence)} has had hardly a free {size + ' ' if size else ''}compartment for several readings: it counts as full."
    return f"{_locker(evidence)} is full: InPost brings nothing there for the moment."


def _drift(evidence: Evidence) -> str:
    """The three as they stand: "The order says UK1, ACS says UK1, the label says UK2"."""
    who = {"shop": "the order says", "acs": "ACS says", "label": "the label says"}
    said = [f"{words} {evidence[name] or 'no locker'}" for name, words in who.items() if name in evidence]
    if not said:
        return "The order, ACS and the label do not name the same locker: the parcel could go to a locker nobody waits at."
    return f"{_upper(', '.join(said))}. The parcel could go to a locker nobody waits at."


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]


def _unmapped(evidence: Evidence) -> str:
    method = str(evidence.get("method", ""))
    return f"Delivery method {'“' + method + '” ' if method else ''}has no ACS service yet, so the order cannot be sent."


def _skus(evidence: Evidence) -> str:
    return named(evidence.get("skus") or evidence.get("sku"))


def _unknown_sku(evidence: Evidence) -> str:
    return f"ACS does not know {_skus(evidence) or 'a product of this order'}: it cannot be picked."


def _no_size(evidence: Evidence) -> str:
    skus = _skus(evidence)
    if not skus:
        return "The order has no lines that could be measured."
    return f"There is no size or weight for {skus}, so nobody can tell if it fits a locker."


def _oversize(evidence: Evidence) -> str:
    if fault(evidence) == "too_heavy":
        return "The order weighs more than the 15 kg a locker takes."
    return "The order is too big for the largest locker compartment."


PARCELS = (
    Kind(
        code=Code.VAL_LOCKER_MISSING,
        title="Locker chosen but no locker ID came through",
        blocks="R",
        owner=Owner.CX,
        sentence=always("The customer chose a locker, but no locker ID came through from the shop."),
        what_to_do="Choose a locker",
        fixes=(Fix("orders:change-locker", "Choose a locker"), HOME, CANCEL, ASK),
        bulk_fixes=(NEAREST, ALL_HOME),
        closes_when="a locker in InPost's list is saved, or the order no longer goes to a locker",
    ),
    Kind(
        code=Code.VAL_LOCKER_UNKNOWN,
        title="Locker ID is not in InPost's list",
        blocks="R",
        owner=Owner.CX,
        sentence=_unknown_locker,
        what_to_do="Choose another locker",
        fixes=(CHANGE_LOCKER, HOME, CANCEL, ASK),
        bulk_fixes=(NEAREST, ALL_HOME),
        closes_when="the ID appears in InPost's list, or another locker is saved",
    ),
    Kind(
        code=Code.LOC_CLOSED,
        title="Chosen locker has been taken out of service",
        blocks="RM",
        owner=Owner.CX,
        sentence=_closed,
        what_to_do="Choose another locker",
        fixes=(CHANGE_LOCKER, HOME, CANCEL, ASK),
        bulk_fixes=(NEAREST, ALL_HOME),
        closes_when="the locker operates again, or another one is saved",
        told_early=True,
    ),
    Kind(
        code=Code.LOC_FULL,
        title="Chosen locker is full",
        blocks="M",
        owner=Owner.CX,
        sentence=_full,
        what_to_do="Choose another locker, or wait for the next reading",
        fixes=(CHANGE_LOCKER, HOME, ASK),
        bulk_fixes=(NEAREST, ALL_HOME),
        closes_when="the locker has room again, or another one is saved",
        told_early=True,
    ),
    Kind(
        code=Code.LOC_DRIFT,
        title="ACS and InPost disagree on the locker",
        blocks="M",
        owner=Owner.INTEGRATION,
        sentence=_drift,
        what_to_do="Find out which locker is right, and send that one everywhere",
        fixes=(
            Fix("orders:detail", "Compare the three on the order's page", fragment=False),
            Fix("orders:resend", "Send ours to ACS again"),
        ),
        closes_when="the order, ACS and the label name the same locker",
    ),
    Kind(
        code=Code.LOC_SIZE,
        title="Locker has no compartment of the needed size",
        blocks="RM",
        owner=Owner.CX,
        sentence=_no_compartment,
        what_to_do="Choose another locker",
        fixes=(CHANGE_LOCKER, HOME, CANCEL, ASK),
        bulk_fixes=(NEAREST, ALL_HOME),
        closes_when="a locker with the needed compartment is saved",
    ),
    Kind(
        code=Code.VAL_SERVICE_MAP,
        title="Delivery method has no ACS service code",
        blocks="R",
        owner=Owner.INTEGRATION,
        sentence=_unmapped,
        what_to_do="Map the delivery method",
        fixes=(Fix("partners:mappings", "Open the mappings", takes="", fragment=False),),
        closes_when="the delivery method is mapped: every order that uses it is checked again",
    ),
    Kind(
        code=Code.VAL_SKU_UNKNOWN,
        title="ACS does not know this product",
        blocks="R",
        owner=Owner.MERCHANDISING,
        sentence=_unknown_sku,
        what_to_do="Set the product up at ACS",
        fixes=(Fix("inventory:products", "Open the product list", takes="", fragment=False), CANCEL),
        closes_when="ACS names the SKU in a stock file, a set-up list or an accepted order",
    ),
    Kind(
        code=Code.VAL_DIM_MISSING,
        title="No size or weight for this product",
        blocks="R",
        owner=Owner.MERCHANDISING,
        sentence=_no_size,
        what_to_do="Add size and weight",
        fixes=(Fix("inventory:fix-size", "Add size and weight", takes="sku"), HOME, CANCEL),
        bulk_fixes=(BulkFix("", "Upload the sizes as a file", "inventory:products"), ALL_HOME),
        closes_when="every product of the order has a size and a weight",
    ),
    Kind(
        code=Code.VAL_OVERSIZE,
        title="Order is too big or heavy for any locker",
        blocks="R",
        owner=Owner.CX,
        sentence=_oversize,
        what_to_do="Switch to home delivery",
        fixes=(HOME, CANCEL),
        bulk_fixes=(ALL_HOME,),
        closes_when="the order fits one compartment, or no longer goes to a locker",
    ),
)
