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
    Code.HLD_CONSOL: Page(
        means="A locker reservation is one parcel for one order, and a part of this order is not there yet. It waits: here, if ACS has "
        "not been sent it, or on ACS's shelf. The consolidation page says what is missing, when it is expected, and until when it can "
        "wait and still be there as promised.",
        do=(
            "Ask ACS, or whoever promised the garment, when it comes, and enter the time.",
            "If it comes too late, offer the customer the three ways out: wait, have the rest apart, or have it brought to the door.",
        ),
        do_not=(
            "Do not split without the customer's written consent: the rest is a new order, with a new delivery.",
            "Do not let ACS send two parcels to one locker: the second would have no reservation.",
        ),
        next="When the last part is there, the case closes by itself and the order goes as one parcel. When the time that was entered has "
        "passed, the case goes to CX.",
    ),
    Code.HLD_CONSOL_OVERDUE: Page(
        means="The order waits for its missing part longer than expected, or so long that the promise to the customer is about to "
        "break, or is broken. Waiting on is now the customer's choice, not ours.",
        do=(
            "Open the order on the consolidation page: it says what each way out costs in days.",
            "Write to or ring the customer and offer them. Write down how and when the customer agreed.",
            "If the customer wants to wait, enter the new day: the case goes back to the warehouse.",
        ),
        do_not=("Do not enter a new day only to clear the list: the customer was promised the old one.",),
        next="When a choice is entered, or the last part is there, the case closes by itself.",
    ),
    Code.DIM_VARIANCE: Page(
        means="ACS packed a parcel, and it needs another compartment than our estimate from the product sizes, or its volume differs by "
        "more than a fifth. For this parcel ACS's size counts. But every later order with the product is judged by our estimate: too small "
        "an estimate sends parcels to lockers that they do not fit, too large a one refuses a locker to customers who could have had it.",
        do=(
            "Open the product. It shows what packed parcels with nothing else in them measured.",
            "If the stated size has a slip, such as cm for mm, correct it.",
            "If the size is right and it just packs larger or smaller, accept what was learnt.",
        ),
        do_not=("Do not change a correct size to make the estimate fit: accept the learnt figure instead.",),
        next="Saving the product or accepting the learnt size closes the case, and all open orders with the product are checked again.",
    ),
    Code.HLD_EXPIRED: Page(
        means="Somebody held the order, and nobody looks after the hold: its date has passed, or it belongs to a desk where nobody works. "
        "A held order is never sent, so the customer waits for nothing. Holds are looked at once a day.",
        do=(
            "Ask who placed the hold whether its reason still stands. The order's page names the person, the reason and what ends it.",
            "If it no longer stands, end the hold: the order is checked again and goes.",
            "If it does, give it a new date and an owner, and say why.",
        ),
        do_not=("Do not end a hold whose reason you do not know: it may be the only thing that keeps a wrong parcel from leaving.",),
        next="With a date to come and an owner, or with the hold ended, the case closes at once.",
    ),
}
