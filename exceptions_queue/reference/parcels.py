"""The locker, the products, and the way to send them."""

from exceptions_queue.catalogue.kinds import Code
from exceptions_queue.reference.pages import Page

_NEAREST = "Choose one of the five nearest that take the parcel, or press “Ask the customer”: by a link they choose one themselves."
_CONSENT = "Tell the customer before the parcel leaves: they will go to the locker they chose."

PARCELS = {
    Code.VAL_LOCKER_MISSING: Page(
        means="The customer chose locker delivery, but the shop sent no locker ID. That is usually a fault in the checkout, not of "
        "the customer.",
        do=(
            "Look in the order's note and attributes: the ID may be there in another place.",
            _NEAREST,
            "If several orders show this on one day, tell the integration admin: a resolver rule may have stopped matching.",
        ),
        do_not=("Do not choose a locker without telling the customer.",),
        next="With a locker saved, the order is checked again at once, including whether the parcel fits there.",
    ),
    Code.VAL_LOCKER_UNKNOWN: Page(
        means="The locker ID is not in InPost's list, or it is a shop counter where no compartment can be booked. InPost's list is "
        "read several times a day; the case never means that InPost is down.",
        do=("Check the ID for a slip, such as O for 0.", _NEAREST),
        do_not=("Do not send it as it is: the label would be refused after the garments are picked.",),
        next="If InPost adds the locker to its list, the case closes by itself.",
    ),
    Code.LOC_CLOSED: Page(
        means="InPost has taken the chosen locker out of service, removed it, or lets no parcels be collected there.",
        do=(_NEAREST, _CONSENT, "If the locker is the only one nearby, offer home delivery."),
        do_not=("Do not wait for it to come back unless the customer asks you to: nobody knows when it will.",),
        next="An order that ACS has goes to the other locker as soon as ACS shows it, even packed; its old label is void and a new one is "
        "made. If the locker operates again first, the case closes by itself.",
    ),
    Code.LOC_FULL: Page(
        means="The chosen locker has no room: InPost says that it is overloaded, or the compartments of the needed size have been "
        "nearly all taken in several readings running. One such reading alone is no case.",
        do=(
            "If the collection is hours away, wait for the next reading: customers empty lockers all day.",
            _NEAREST,
            _CONSENT,
        ),
        do_not=("Do not let the parcel go and hope: InPost would take it to a locker of its own choice.",),
        next="If the locker has room again, the case closes by itself. Until then the parcel goes on no manifest.",
    ),
    Code.LOC_DRIFT: Page(
        means="Three places name the locker of this order: the order itself, ACS, and the label for InPost. They do not name the same one, "
        "so the parcel could lie where the customer does not look for it.",
        do=(
            "Look at the order: a customer or a colleague may have changed the locker lately.",
            "If ACS is behind, send the order to ACS again.",
            "If the label is behind, have it replaced, so that ACS prints the new one.",
        ),
        do_not=("Do not change the order to fit a wrong label: the customer goes where they were told.",),
        next="As soon as all three name the same locker, the case closes by itself.",
    ),
    Code.LOC_SIZE: Page(
        means="The order needs a larger compartment than this locker has. Lockers have A (80 mm high), B (190 mm) and C (410 mm); "
        "not every one has all three.",
        do=("Choose a near locker that has the size: the list shows only those.", _CONSENT),
        do_not=("Do not split the order to make it fit: an InPost reservation is one parcel for one order.",),
        next="With another locker saved, the order is checked again at once.",
    ),
    Code.VAL_SERVICE_MAP: Page(
        means="The shop uses a delivery method that nobody has told Lockstep about, so it cannot say which ACS service to book. "
        "Every order with that method waits.",
        do=(
            "Open the mappings; the new method is on top, with how often it was seen.",
            "Ask the shop's owner which service it means, and map it.",
        ),
        do_not=("Do not map it to the nearest-looking service to get orders moving: they would travel by the wrong one.",),
        next="Every order that uses the method is checked again, and those that are right go at once.",
    ),
    Code.VAL_SKU_UNKNOWN: Page(
        means="ACS has never named this SKU, so it would not know what to pick. Either it was not set up there, or the SKU in the "
        "shop has a slip.",
        do=(
            "Compare the SKU letter by letter with the product list.",
            "Send ACS the product's set-up, or load the list it sent back.",
            "If the shop's SKU is wrong, correct it in the shop.",
        ),
        do_not=("Do not rename the SKU here: the shop's record would still be wrong tomorrow.",),
        next="When ACS names the SKU, in a stock file, a set-up list or an accepted order, the case closes by itself.",
    ),
    Code.VAL_DIM_MISSING: Page(
        means="A product of this order has no size or weight, so nobody can tell whether the order fits a locker.",
        do=(
            "Measure it packed, or take the size from the supplier's sheet. Lengths are in millimetres, weight in grams.",
            "Save it on the product: every order with it is then checked again.",
            "If the customer cannot wait, switch this order to home delivery.",
        ),
        do_not=("Do not enter zero or a guess: a parcel that does not fit comes back from the locker.",),
        next="All orders with this product are checked again.",
    ),
    Code.VAL_OVERSIZE: Page(
        means="Together the items are larger than the largest compartment (410 × 380 × 640 mm) or heavier than 15 kg.",
        do=(
            "Offer home delivery, and switch when the customer agrees.",
            "If one product looks far too big, check its size on the product page: a slip from cm to mm is common.",
        ),
        do_not=("Do not pass it on hoping that it can be squeezed in: InPost sends it back, at our cost.",),
        next="With home delivery saved, the order is checked again and goes. If the product's size was wrong, correcting it is enough.",
    ),
}
