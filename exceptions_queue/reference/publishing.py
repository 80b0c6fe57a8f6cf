"""What the shop shows of our stock, and should not."""

from exceptions_queue.catalogue.kinds import Code
from exceptions_queue.reference.pages import Page

PUBLISHING = {
    Code.STK_INFLATED: Page(
        means="The shop offers more of a product than is at ACS, ready, past its buffer and not sold yet. Whoever buys the difference "
        "buys nothing. Somebody changed the number in the shop, the shop did not take ours, or telling it is frozen.",
        do=(
            "Tell the shop the right number from the case: it is read, compared and set, and you see what the shop shows then.",
            "Where telling is frozen, the case says why. An old stock file: ask ACS for today's. A colleague's freeze: ask them.",
            "Where another program sets the number again and again, find it among the shop's apps and switch its stock sync off.",
            "Look at the orders that took the product lately: they may have to wait or be refunded.",
        ),
        do_not=(
            "Do not raise the number in the shop by hand: the next comparison takes it back.",
            "Do not map a status as sellable to make the numbers agree.",
        ),
        next="Every SKU is compared after each telling and once an hour. When the numbers agree the case closes by itself.",
    ),
}
