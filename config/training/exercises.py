"""Which exercises are there, and what must have come of each? Plain data, in the order in which a newcomer does well to take them."""

from dataclasses import dataclass

from config.roles import ROLES
from exceptions_queue.catalogue import CATALOGUE, Code
from exceptions_queue.catalogue.kinds import NEEDS
from exceptions_queue.states import CaseState

SIZE = frozenset({"length_mm", "width_mm", "height_mm", "weight_g"})
ADDRESS = frozenset({"address1", "address2", "city", "county", "postcode", "country"})
DATES = frozenset({"dispatch_on", "deliver_on", "event_on", "return_on"})


@dataclass(frozen=True)
class Exercise:
    """One exercise on a case of `code`. `situation` is two sentences, `demand` the one that says what the result must be.

    `fix` is the URL name of what puts it right, and decides whose exercise it is; "" where the case is to be waived with a reason.
    `saved` names the fields of which a person must have saved one: of the order, or of a product of it where `of_product`.
    """

    key: str
    code: Code
    situation: str
    demand: str
    fix: str = ""
    saved: frozenset[str] = frozenset()
    of_product: bool = False

    @property
    def title(self) -> str:
        return CATALOGUE[self.code].title

    @property
    def ends(self) -> CaseState:
        """How the case must have been closed."""
        return CaseState.CURED if self.fix else CaseState.WAIVED

    @property
    def roles(self) -> frozenset[str]:
        """Who may do what it asks, by the names of roles."""
        if self.fix:
            return frozenset(name for name, role in ROLES.items() if NEEDS[self.fix] in role.permissions)
        return frozenset(owner.value for owner in CATALOGUE[self.code].waivable_by)

    @property
    def whose(self) -> str:
        """ "CX agent or Merchandiser"."""
        return " or ".join(ROLES[name].label for name in ROLES if name in self.roles)


EXERCISES = (
    Exercise(
        "no-mobile",
        Code.VAL_MOB_MISSING,
        "A customer ordered to a locker and left no mobile number, so InPost has nowhere to text the code that opens it. "
        "You rang them: it is 07712 345068.",
        "Save the number, so that the case closes by itself.",
        "orders:correct-mobile",
        frozenset({"mobile"}),
    ),
    Exercise(
        "wrong-mobile",
        Code.VAL_MOB_FORMAT,
        "No text message will reach the number of this order; the case says what is wrong with it. "
        "Unless Lockstep proposes a correction that you believe, take the one the customer gave by e-mail: 07712 345068.",
        "Save a number that works, so that the case closes by itself.",
        "orders:correct-mobile",
        frozenset({"mobile"}),
    ),
    Exercise(
        "no-email",
        Code.VAL_EMAIL,
        "InPost makes no locker label without an e-mail address, and this order has none that works. "
        "The customer spelt it out by telephone: ada.byron@example.com.",
        "Save the address, so that the case closes by itself.",
        "orders:correct-email",
        frozenset({"email"}),
    ),
    Exercise(
        "half-a-name",
        Code.VAL_NAME,
        "InPost asks for a first and a last name, and a part of this one is missing. The customer signs as Ada Byron.",
        "Save both parts, so that the case closes by itself.",
        "orders:correct-name",
        frozenset({"first_name", "last_name"}),
    ),
    Exercise(
        "bad-address",
        Code.VAL_ADDR,
        "ACS cannot send to this address: a line is missing, or the postcode is not one. "
        "The customer lives at 1 High Street, Leeds, LS1 4AB.",
        "Save an address that can be delivered to, so that the case closes by itself.",
        "orders:correct-address",
        ADDRESS,
    ),
    Exercise(
        "closed-locker",
        Code.LOC_CLOSED,
        "The locker that the customer chose takes no parcels now. They are glad to walk to the nearest one that does.",
        "Choose one of the lockers nearby, so that the case closes by itself.",
        "orders:change-locker",
        frozenset({"locker_id"}),
    ),
    Exercise(
        "too-big",
        Code.VAL_OVERSIZE,
        "What this customer bought does not go into one locker compartment. They would like it brought to their door instead.",
        "Switch the order to home delivery, so that the case closes by itself.",
        "orders:convert-to-home",
        frozenset({"delivery_method"}),
    ),
    Exercise(
        "ordered-twice",
        Code.VAL_DUPLICATE,
        "The same customer ordered the same things twice within a day. You asked, and they want both: one is a present.",
        "Keep both orders, so that the case closes by itself.",
        "orders:keep-both",
        frozenset({"kept_beside"}),
    ),
    Exercise(
        "dates",
        Code.VAL_DATES,
        "A hire lives by its dates, and these cannot be met as they stand. "
        "The customer agrees to dispatch tomorrow, delivery the day after, the event a day later, and the return two days after that.",
        "Save dates that can be met, so that the case closes by itself.",
        "orders:correct-dates",
        DATES,
    ),
    Exercise(
        "customs",
        Code.VAL_CUSTOMS,
        "The parcel goes to Northern Ireland or to an island, and what customs ask for is not known. In it are clothes, worth £84.00.",
        "Add the customs facts, so that the case closes by itself.",
        "orders:add-customs",
        frozenset({"customs_contents", "customs_value_pence"}),
    ),
    Exercise(
        "no-size",
        Code.VAL_DIM_MISSING,
        "A product of this order has no size or weight, so nobody can tell whether it fits a locker. "
        "The sample on your desk measures 340 by 250 by 40 mm and weighs 480 g.",
        "Save the product's size; the orders that wait for it are checked again within a minute, and the case closes by itself.",
        "inventory:fix-size",
        SIZE,
        of_product=True,
    ),
    Exercise(
        "not-collected",
        Code.TRK_EXPIRED,
        "The customer did not collect the parcel in its 72 hours, and InPost takes it back. "
        "They know, and get their money when it is back at ACS: until then there is nothing to do.",
        "Waive the case, and give that as the reason.",
    ),
)
BY_KEY = {exercise.key: exercise for exercise in EXERCISES}
