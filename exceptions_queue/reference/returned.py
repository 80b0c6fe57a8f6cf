"""What came back to ACS, and what should have."""

from exceptions_queue.catalogue.kinds import Code
from exceptions_queue.reference.pages import Page

RETURNED: dict[Code, Page] = {
    Code.RET_UNMATCHED: Page(
        means="ACS has a parcel with garments of ours and we do not know whose it is: it names no order, or one that we never had; its "
        "number is on none of our parcels, and the garments do not all point to one order. Nobody is refunded and no hire ends until "
        "that is known.",
        do=(
            "Open the return: look at the garments, their photos and the number on the parcel.",
            "Look for the order by SKU and date, and ask the customer if you have an idea whose it is.",
            "Write the order's number on the return's page.",
        ),
        do_not=(
            "Do not match it to an order only because the SKU fits: many customers had the same one.",
            "Do not refund anybody before it is matched.",
        ),
        next="The case closes by itself when the return belongs to an order, by your word or by ACS's. An order that is mirrored later is "
        "matched by itself within a quarter of an hour.",
    ),
    Code.RET_UNGRADED: Page(
        means="ACS received the return, and after the working days agreed with it at least one garment has no grade. A garment without a "
        "grade is neither for sale nor written off: it earns nothing and costs room.",
        do=(
            "Open the return and see which garments wait, and since when.",
            "Ask ACS for the grade. Many returns of one day together are one question.",
        ),
        do_not=(
            "Do not guess a grade from the photos: grading is ACS's.",
            "Do not close this because the customer is content: the garment still waits.",
        ),
        next="When the feed brings a grade for every garment the case closes by itself. Beyond economic repair then becomes a write-off.",
    ),
    Code.RET_OVERDUE: Page(
        means="The order was a hire, it left ACS, its return date and the days of grace are over, and ACS has not scanned in all of its "
        "garments. Each day it is out it can be hired to nobody else.",
        do=(
            "Open the order: was the hire extended, or is a parcel on its way back?",
            "Remind the customer, and say until when.",
            "If it does not come, charge for it as agreed and ask ACS to mark it as lost, so that its value can be written off.",
        ),
        do_not=(
            "Do not promise the garment to the next customer.",
            "Do not correct the return date to be rid of the case: agree an extension with the customer first.",
        ),
        next="When ACS scans the last hired garment in the case closes by itself.",
    ),
    Code.REF_DUE: Page(
        means="A garment that was sold and paid for came back and ACS graded it, so what was paid for it is due to the customer. Lockstep "
        "proposes it and gives nothing by itself: a person approves. Or the refund was approved and refused, or nobody knows yet whether "
        "it was given, or what was paid is not known here.",
        do=(
            "Open the refunds, compare amount, garment and grade, and approve it. Above your limit a higher tier approves.",
            "Above the sum for two people a second one approves it too: anybody of finance, of any limit, with no other part in it.",
            "Decline it, with the reason, where nothing is due: it was given back by hand, or worn before it came back.",
            "Refused: read the shop's or the ledger's own words, put right what they name, and approve it again; or decline it.",
            "In another currency, or without a known price: give it back in the shop, then close the case with a word on it.",
        ),
        do_not=(
            "Do not give it back in the shop by hand while it stands here: approve it here, or decline it first.",
            "Do not approve what you proposed, graded or matched yourself: somebody else looks at it.",
        ),
        next="Once it is approved the shop, or the ledger, is asked within a minute. The case closes by itself when it is decided, and "
        "opens again if they refuse it. A garment that is graded otherwise before the decision withdraws its refund by itself.",
    ),
}
