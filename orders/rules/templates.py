"""The messages to customers as they are delivered: their words, and what can stand in them. Pure."""

from orders.rules.wording import Placeholder, Template, Words

_ORDER = Placeholder("order", "the order's number")
_UNTIL = Placeholder("until", "the time and day until which it can be done, such as 17:30 on Friday 4 December")
_LOCKER = Placeholder("locker", "the locker's name, address and hours, on lines of their own", required=True, in_subject=False)

LOCKER_CHANGED = Template(
    "locker_changed",
    "The parcel goes to another locker",
    "Drafted when somebody sends an order to another locker.",
    (_ORDER, _LOCKER),
    Words(
        "Your order [order]: another InPost locker",
        """Hello,

Your order [order] goes to another InPost locker than the one it was meant for.

Your parcel's locker now:

[locker]

You do not have to do anything. As soon as the parcel is there, InPost sends you a text message and an e-mail with your code.
You then have 72 hours to collect it.

If this locker does not suit you, please answer this e-mail today.
""",
    ),
)
EXPIRING = Template(
    "expiring",
    "The time to collect is nearly over",
    "Drafted by hand while a parcel waits in a locker.",
    (_ORDER, _LOCKER, _UNTIL._replace(required=True)),
    Words(
        "Your order [order]: please collect it before [until]",
        """Hello,

The parcel of your order [order] waits for you in this InPost locker:

[locker]

Please collect it before [until]. Afterwards InPost takes it out and sends it back; they give no more time.

The code to open the compartment is in InPost's text message and e-mail.
""",
    ),
)
ANOTHER_GARMENT = Template(
    "another_garment",
    "A garment cannot be sent",
    "Drafted when a garment that was sold is no longer there and others are offered.",
    (
        _ORDER,
        Placeholder("garments", "the garments that cannot be sent, by their names", in_subject=False),
        Placeholder("offers", "what is offered for each, on lines of their own", required=True, in_subject=False),
    ),
    Words(
        "Your order [order]: one garment cannot be sent",
        """Hello,

We are sorry: [garments] of your order [order] cannot be sent. We found that out after you ordered.

We can send you one of these at once:

[offers]

Please answer this e-mail with the one you would like, or tell us that you would rather have your money back.
""",
    ),
)
PUT_RIGHT = Template(
    "put_right",
    "The customer can put it right",
    "Drafted when somebody presses “Ask the customer”: they get a link of their own.",
    (
        _ORDER,
        Placeholder("reason", "what keeps the order from being sent, in a sentence or two", in_subject=False),
        Placeholder("request", "what the customer is asked for, such as: tell us a UK mobile number"),
        Placeholder("link", "the customer's own link, without which they can put nothing right", required=True, in_subject=False),
        _UNTIL,
        Placeholder("shop", "the shop's name, where it is set", in_subject=False),
    ),
    Words(
        "Your order [order]: please [request]",
        """Hello,

Your order [order] cannot be sent yet. [reason]

Please [request] here:

[link]

It takes a minute, needs no password, and works until [until]. The link is yours alone: do not pass it on.

If you did not order this, or anything is unclear, please answer this e-mail.

[shop]
""",
    ),
)
TEMPLATES = {template.name: template for template in (PUT_RIGHT, LOCKER_CHANGED, EXPIRING, ANOTHER_GARMENT)}
