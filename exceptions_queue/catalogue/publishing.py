"""What the shop shows of our stock, and should not."""

from exceptions_queue.catalogue.kinds import Code, Evidence, Fix, Kind, fault
from exceptions_queue.states import Owner


def _inflated(evidence: Evidence) -> str:
    sku, shop, sellable = (str(evidence.get(name, "")) for name in ("sku", "shop", "sellable"))
    if not (sku and shop and sellable):
        return "The shop shows another number than may be sold."
    if fault(evidence) == "contested":
        return f"The shop shows {shop} of {sku} and {sellable} may be sold: something there changes the number as fast as we put it right."
    orders = evidence.get("orders")
    taken = f" {orders} open order{'s' if orders != 1 else ''} took some of it." if isinstance(orders, int) and orders else ""
    return f"The shop offers {shop} of {sku}, and {sellable} may be sold.{taken}"


PUBLISHING = (
    Kind(
        code=Code.STK_INFLATED,
        title="The shop shows more than ACS can send",
        owner=Owner.MERCHANDISING,
        sentence=_inflated,
        what_to_do="Tell the shop the right number",
        fixes=(
            Fix("inventory:publish-now", "Tell the shop the right number", takes="sku"),
            Fix("inventory:publishing", "Open publishing", takes="", fragment=False),
        ),
        recheck="",
        closes_when="the shop shows what may be sold",
        blocks="S",
    ),
)
