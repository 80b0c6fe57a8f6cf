"""What can be wrong with what came back, and with what should have."""

from exceptions_queue.catalogue.kinds import Code, Evidence, Fix, Kind, by_fault, fault
from exceptions_queue.states import Owner

RETURN = Fix("returns:return", "Open the return", takes="return", fragment=False)
ORDER = Fix("orders:detail", "Open the order", fragment=False)
REFUNDS = Fix("returns:refunds", "Open the refunds", takes="", fragment=False)

_UNMATCHED = {
    "no_order": "A return arrived at ACS that names no order, and neither its parcel nor its garments tell which it is.",
    "unknown_order": "A return arrived at ACS under an order number that is none of ours.",
}

_DUE = {
    "proposed": "A garment came back and was graded: what was paid for it is due, and nobody has decided.",
    "awaiting_second": "A refund was approved by one person. So much takes two, and the second has not decided.",
    "refused": "A refund was approved, and the shop or the ledger refused it. Nothing was given; their own words stand at the return.",
    "unknown": "The answer about a refund was lost, and looking it up has not settled yet whether it was given.",
    "currency": "A garment came back that was paid in another currency than pounds: its refund is for a person, in the shop.",
    "price": "A garment came back and nobody knows what was paid for it: a person has to look in the shop.",
}


def _ungraded(evidence: Evidence) -> str:
    count = evidence.get("count")
    if count == 0:
        return "A return arrived at ACS and nobody has said yet what is in it."
    many = f"{count} garments of a return wait" if isinstance(count, int) and count > 1 else "A garment of a return waits"
    return f"{many} at ACS for a grade, longer than was agreed."


def _overdue(evidence: Evidence) -> str:
    due, count = evidence.get("due"), evidence.get("count")
    garments = f"{count} hired garments" if isinstance(count, int) and count > 1 else "A hired garment"
    when = f" by {due}" if isinstance(due, str) else ""
    rest = " The rest of the order is back." if fault(evidence) == "part" else ""
    return f"{garments} should have come back{when} and {'have' if isinstance(count, int) and count > 1 else 'has'} not.{rest}"


RETURNED: tuple[Kind, ...] = (
    Kind(
        code=Code.RET_UNMATCHED,
        title="A return arrived that we cannot match",
        owner=Owner.CX,
        sentence=by_fault(_UNMATCHED, "A return arrived at ACS and nobody knows which order it belongs to."),
        what_to_do="Say which order it belongs to; ask the customer if nothing else tells",
        fixes=(RETURN,),
        recheck="",
        closes_when="the return belongs to an order",
        waivable_by=frozenset({Owner.CX}),
    ),
    Kind(
        code=Code.RET_UNGRADED,
        title="Return received but not graded in time",
        owner=Owner.WAREHOUSE,
        sentence=_ungraded,
        what_to_do="Chase ACS for the grade",
        fixes=(RETURN,),
        recheck="",
        closes_when="every garment of the return has a grade",
        waivable_by=frozenset({Owner.WAREHOUSE}),
    ),
    Kind(
        code=Code.RET_OVERDUE,
        title="Hired garment not returned",
        owner=Owner.CX,
        sentence=_overdue,
        what_to_do="Remind the customer; charge for it or have it marked as lost",
        fixes=(ORDER,),
        recheck="",
        closes_when="ACS has scanned in every hired garment of the order",
        waivable_by=frozenset({Owner.CX}),
    ),
    Kind(
        code=Code.REF_DUE,
        title="Refund or credit note is due",
        owner=Owner.FINANCE,
        sentence=by_fault(_DUE, "Money is due to a customer, and nobody has decided."),
        what_to_do="Approve it, or decline it with a reason",
        fixes=(REFUNDS, RETURN),
        recheck="",
        closes_when="the refund is approved and given, or declined",
        waivable_by=frozenset({Owner.FINANCE}),
    ),
)
