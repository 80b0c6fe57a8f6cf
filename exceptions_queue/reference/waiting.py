"""Orders that are not whole, and waits that nobody looks after."""

from exceptions_queue.catalogue.kinds import Code
from exceptions_queue.reference.pages import Page

WAITING = {
    Code.ORD_SHORT: Page(
        means="ACS looked for every garment of the order and did not find them all. The garments that were found wait. A locker "
        "reservation is one parcel for one order, so the rest must not leave alone.",
        do=(
            "Ask ACS when the missing garment will be ready: it may be in cleaning, in repair, or misplaced.",
            "If it is soon enough for the customer, let the order wait.",
            "If it is not, tell CX: the customer may want less, another garment, or the money back.",
            "When the customer no longer wants the missing garment, take the line off in the shop and have ACS change the order.",
        ),
        do_not=(
            "Do not let ACS send the part that is there: the second part would have no locker.",
            "Do not close the case because the shelf looks full: ACS has to say that it picked the garment.",
        ),
        next="When ACS says that it has picked every garment, or no longer has the missing line on the order, the case closes by itself. "
        "If the order leaves incomplete, the case stays until somebody has put it right with the customer.",
    ),
}
