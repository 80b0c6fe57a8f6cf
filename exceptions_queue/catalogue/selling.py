"""What the shop may have sold, or offers, that ACS cannot send."""

from exceptions_queue.catalogue.kinds import Code, Evidence, Fix, Kind, fault, named
from exceptions_queue.catalogue.waiting import RECALL
from exceptions_queue.states import Owner


def _oversold(evidence: Evidence) -> str:
    skus = named(evidence.get("skus")) or "a garment"
    if fault(evidence) == "at_acs":
        return f"ACS has the order, and holds fewer of {skus} ready for customers than were sold. It may come up short."
    return f"More of {skus} was sold than ACS holds ready for customers, and this is one of the last orders: there is none left for it."


SELLING: tuple[Kind, ...] = (
    Kind(
        code=Code.STK_OVERSOLD,
        title="Sold without stock that can be sent",
        owner=Owner.CX,
        blocks_where={"not_sellable": "R"},
        sentence=_oversold,
        what_to_do="Wait, agree on another garment, or cancel and refund",
        fixes=(
            Fix("orders:hold", "Wait until a day"),
            Fix("orders:offer-another", "Offer another garment"),
            Fix("orders:cancel", "Cancel and refund", danger=True),
            RECALL,
        ),
        recheck="",
        waivable_by=frozenset({Owner.CX}),  # where ACS has it and nothing is blocked
        closes_when="ACS holds enough of it again, the garment is another one in the shop, or the order is cancelled",
    ),
)
