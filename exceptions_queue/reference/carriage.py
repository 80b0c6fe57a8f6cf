"""Between the courier and the customer's hands."""

from exceptions_queue.catalogue.kinds import Code
from exceptions_queue.reference.pages import Page

_CLAIM = "Claim from InPost with the tracking number and the value. InPost's account manager names the form."
_SERVE = "Write to the customer first: offer to send it again, or the money back."

CARRIAGE = {
    Code.TRK_NOTTAKEN: Page(
        means="The courier came, or should have come, and left without the parcel. InPost says why where it knows: no label, no access, "
        "nothing to collect.",
        do=(
            "Find the parcel at ACS. If its label is missing or unreadable, print it again.",
            "Hand it over at the next collection and see that it is scanned.",
        ),
        do_not=("Do not make a second label: the first one is still valid.",),
        next="With the first scan the case closes by itself.",
    ),
    Code.TRK_NOSCAN: Page(
        means="The parcel is on a manifest that was closed a day ago. InPost has not scanned it since, so nobody knows whether it left. "
        "Or ACS says that it despatched the parcel, and there never was a label or a scan.",
        do=(
            "Ask ACS whether the parcel still stands there.",
            "If it left, ask InPost to trace it by its number.",
            "If several parcels of one collection show this, the whole cage may have been left: ring both.",
        ),
        do_not=("Do not send the goods again before ACS has looked.",),
        next="With a scan the case closes by itself. If InPost gives it up, it says so, and the case becomes a loss.",
    ),
    Code.TRK_EXPIRING: Page(
        means="The parcel waits in the locker. A customer has 72 hours from its arrival; less than 24 of them are left. "
        "The UK knows no longer time.",
        do=("Remind the customer. InPost has sent them the code by text message and e-mail; they may have missed both.",),
        do_not=("Do not promise more time: InPost gives none.",),
        next="It closes by itself when the parcel is collected. When the time is over, another case takes its place.",
    ),
    Code.TRK_EXPIRED: Page(
        means="The 72 hours are over. InPost takes the parcel out of the locker and sends it back.",
        do=(
            "Ask the customer what they want: the same again, home delivery, or the money back.",
            "Write the answer on the order: the goods take a few days to come back.",
        ),
        do_not=("Do not refund before the parcel is on its way back: it may still be collected.",),
        next="When InPost says that it comes back, this case gives way to one about the return.",
    ),
    Code.TRK_REDIRECTED: Page(
        means="InPost takes the parcel to another locker than the customer chose, because the chosen one was full, closed or broken. "
        "InPost tells the customer by text message, not always in words they understand.",
        do=("Tell the customer which locker it is, where that stands and until when it waits.",),
        do_not=("Do not ask InPost to bring it back: it does not.",),
        next="Close it once the customer is told, or leave it: it closes when the parcel is collected.",
    ),
    Code.TRK_FULL: Page(
        means="The courier stood before the locker and found no free compartment of the size. InPost tries again or takes it elsewhere.",
        do=("Tell the customer that it is late, if the day was promised.",),
        do_not=("Do not send another parcel: this one still arrives.",),
        next="It closes by itself when the parcel is in a locker, or goes to another one.",
    ),
    Code.TRK_OVERSIZE: Page(
        means="InPost measured the parcel and found it larger than the largest compartment. It comes back.",
        do=(
            "Offer the customer home delivery or the money back.",
            "Compare the packed size with the product's: a wrong size sends the next parcel back too.",
        ),
        do_not=("Do not send it to another locker: all have the same compartments.",),
        next="When the parcel is on its way back, a case about the return takes its place.",
    ),
    Code.TRK_RETURNING: Page(
        means="The parcel comes back, or is back: not collected, refused, or not to be delivered. The customer has nothing.",
        do=(_SERVE, "If InPost gave the way back a number of its own, it stands on the order's page."),
        do_not=("Do not count the garments as stock before ACS has graded them.",),
        next="Close it once the customer is served. It closes by itself when the order is closed or cancelled.",
    ),
    Code.TRK_LOST: Page(
        means="InPost says that the parcel is missing. Some are found within days.",
        do=(_SERVE, _CLAIM),
        do_not=("Do not wait for the claim before you answer the customer.",),
        next="If InPost finds it, the case closes by itself. Otherwise close it once the claim is settled and the customer served.",
    ),
    Code.TRK_DAMAGED: Page(
        means="InPost says that the parcel was damaged or destroyed on the way.",
        do=(_SERVE, _CLAIM, "If the parcel comes back, ask ACS for photographs: the claim needs them."),
        do_not=("Do not ask the customer to accept damaged goods by way of a discount before anybody has seen them.",),
        next="Close it once the claim is settled and the customer served.",
    ),
}
