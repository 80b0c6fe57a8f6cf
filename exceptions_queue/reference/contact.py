"""The customer's details and the order itself."""

from exceptions_queue.catalogue.kinds import Code
from exceptions_queue.reference.pages import Page

_RECHECK = "Saving checks the order again at once. If nothing else is wrong it goes to ACS by itself; otherwise the next case shows."

CONTACT = {
    Code.VAL_MOB_MISSING: Page(
        means="The order goes to an InPost locker, and no mobile number came with it. InPost opens a locker by a code in a text "
        "message, so the customer could never collect the parcel.",
        do=(
            "Look at the customer's other orders and at the shop's own record for a mobile number.",
            "Press “Ask the customer”: they get a link by which they give the number themselves. Or ring a landline if there is one.",
            "Type the number into the case and save. If they want it at home, switch to home delivery.",
        ),
        do_not=(
            "Do not enter your own number or the shop's: the code goes to whoever has the phone.",
            "Do not guess digits.",
        ),
        next=_RECHECK,
    ),
    Code.VAL_MOB_FORMAT: Page(
        means="A number is there, but no text will reach it: it is a landline, foreign, too short or too long, a personal (070) or "
        "pager (076) number, has letters in it, or is made up. The case says which. Spaces, +44 and 0044 are understood and "
        "are never a fault.",
        do=(
            "Read the sentence: it names the fault.",
            "If Lockstep proposes a correction, compare it with what the customer typed and accept it.",
            "Otherwise press “Ask the customer”: by a link they give the number themselves. Or ask, and type what they say.",
        ),
        do_not=(
            "Do not add or drop digits until it is accepted: a valid number of a stranger is worse than none.",
            "Do not use a landline for a locker, even if the customer insists: offer home delivery.",
        ),
        next=_RECHECK,
    ),
    Code.VAL_EMAIL: Page(
        means="InPost makes no locker label without an e-mail address, and this one is missing or is not an address.",
        do=(
            "Look for an obvious slip, such as a comma for a dot or a missing @, and confirm it with the customer.",
            "Type the right address into the case and save.",
        ),
        do_not=("Do not use a shared address of the shop: the customer would get no news of the parcel.",),
        next=_RECHECK,
    ),
    Code.VAL_NAME: Page(
        means="InPost asks for a first name and a last name, and the order has only one word or none.",
        do=(
            "See how the customer signed other orders or e-mails.",
            "If both parts are in one field, split them. Otherwise ask.",
        ),
        do_not=("Do not repeat the first name as the last name: the customer may be asked to show who they are.",),
        next=_RECHECK,
    ),
    Code.VAL_ADDR: Page(
        means="ACS cannot send to this address: a line or the town is missing, the postcode is not a UK one, or the address is abroad.",
        do=(
            "Correct what the sentence names. A postcode with a slip often shows in the town.",
            "If you cannot be sure, ask the customer.",
            "If the address is outside the United Kingdom, cancel and tell the customer.",
        ),
        do_not=("Do not fill a missing line with a dot or a dash just to save.",),
        next=_RECHECK,
    ),
    Code.VAL_DUPLICATE: Page(
        means="The same customer ordered the same things to the same address within a day. It is often a second click on Pay, and "
        "sometimes a wish for two.",
        do=(
            "Open both orders and compare times and payments.",
            "Ask the customer if it is not obvious.",
            "Keep both, or cancel the one they do not want and refund it in the shop.",
        ),
        do_not=("Do not cancel the older one without looking: it may be on its way already.",),
        next="Keeping both is remembered for these two orders. Cancelling one lets the other go.",
    ),
    Code.VAL_DATES: Page(
        means="A hire lives by its dates: dispatch, delivery, the event, the return. These are missing, in the wrong order, or the "
        "day to dispatch has passed.",
        do=(
            "Agree dates with the customer that can still be met, then correct them in the case.",
            "If the event cannot be met, cancel early: the customer still has time to find another dress.",
        ),
        do_not=("Do not move the event date to make the others fit: it is the one that cannot move.",),
        next=_RECHECK,
    ),
    Code.VAL_CUSTOMS: Page(
        means="Parcels to Northern Ireland, the Isle of Man and the Channel Islands need to say what is in them, what it is worth "
        "and where it was made. One of these is not known.",
        do=(
            "Add the contents and the value to the order.",
            "Where a product has no country of origin, add it to the product: every later order is then right.",
        ),
        do_not=("Do not state a lower value: the whole consignment can be stopped.",),
        next=_RECHECK,
    ),
}
