"""Orders at ACS that are not whole yet, and waits that nobody looks after."""

from exceptions_queue.catalogue.kinds import Code, Evidence, Fix, Kind, fault, named
from exceptions_queue.states import Owner

RECALL = Fix("orders:recall", "Ask ACS to stop it", danger=True)


def _short(evidence: Evidence) -> str:
    if fault(evidence) != "short":
        return "ACS picked only a part of the order and does not say what is missing. It must not leave incomplete."
    count = evidence.get("garments")
    how_many = f"{count} garments" if isinstance(count, int) and count > 1 else "a garment"
    skus = named(evidence.get("skus"))
    what = f"{how_many}{' of ' + skus if skus else ''}"
    if evidence.get("left"):
        return f"The order left ACS without {what}: the customer gets less than was paid for."
    return f"ACS could not pick {what}. The rest must not leave alone: a locker takes one parcel."


WAITING = (
    Kind(
        code=Code.ORD_SHORT,
        title="Part of the order cannot be picked",
        blocks="M",
        owner=Owner.WAREHOUSE,
        sentence=_short,
        what_to_do="Ask ACS when the rest is ready",
        fixes=(RECALL,),
        closes_when="ACS has picked every garment, or no longer has the missing lines on the order",
    ),
)
