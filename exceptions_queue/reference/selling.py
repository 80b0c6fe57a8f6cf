"""What the shop sold, or offers, and ACS cannot send."""

from exceptions_queue.catalogue.kinds import Code
from exceptions_queue.reference.pages import Page

SELLING: dict[Code, Page] = {
    Code.STK_OVERSOLD: Page(
        means="Of a garment in this order more was sold than ACS holds ready for customers, counting what only waits for its buffer to "
        "end. It happens when garments go back to processing, turn out damaged or are missing from ACS's file after they were sold. The "
        "oldest orders are served first, and before them what ACS has already; this is one of those for which none is left. It is not "
        "sent to ACS, which could only pick a part of it. An order that ACS has already keeps the case as a warning and goes on there.",
        do=(
            "Look at the garment's stock: what is in processing may be ready before the customer needs it.",
            "If it will be ready in time, hold the order until that day, and say why.",
            "If not, offer another garment from the case: the message names what can be sent. Once the customer agrees, change the order "
            "in the shop.",
            "If the customer wants neither, cancel the order here and refund it in the shop.",
        ),
        do_not=(
            "Do not ask ACS to send a garment that is in processing or in quarantine: it is there for a reason.",
            "Do not take the garment from an older order without asking that customer.",
        ),
        next="When enough garments are ready again, the order has another garment in the shop, or an order before it is cancelled, the "
        "case closes by itself within a minute or two, and the order goes on.",
    ),
}
