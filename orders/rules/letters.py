"""What a customer is told, in plain text: from the facts of their order and of the locker, and of nobody else."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from orders.rules.customer_links import Wants

LONGEST_TEXT = 459  # three text messages


class Where(NamedTuple):
    """A locker as a customer finds it."""

    point_id: str
    name: str
    address: str
    hours: str

    @property
    def digest(self) -> str:
        """Of what is said of it: another one means that a draft says something that is not so any more."""
        return blake2b("\x1f".join(self).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


class Letter(NamedTuple):
    """One message: `subject` and `body` for an e-mail, `text` for a text message."""

    subject: str
    body: str
    text: str


def locker_changed(number: str, where: Where) -> Letter:
    body = f"""Hello,

Your order {number} goes to another InPost locker than the one it was meant for.

Your parcel's locker now:

{_at(where)}

You do not have to do anything. As soon as the parcel is there, InPost sends you a text message and an e-mail with your code.
You then have 72 hours to collect it.

If this locker does not suit you, please answer this e-mail today.
"""
    text = (
        f"Your order {number} goes to another InPost locker: {_line(where)}. InPost texts you the code when it is there; "
        "then you have 72 hours to collect it."
    )
    return Letter(f"Your order {number}: another InPost locker", body, text[:LONGEST_TEXT])


def expiring(number: str, where: Where, until: datetime) -> Letter:
    """`until` is local time."""
    when = f"{until:%H:%M} on {until:%A} {until.day} {until:%B}"
    body = f"""Hello,

The parcel of your order {number} waits for you in this InPost locker:

{_at(where)}

Please collect it before {when}. Afterwards InPost takes it out and sends it back; they give no more time.

The code to open the compartment is in InPost's text message and e-mail.
"""
    text = f"The parcel of your order {number} waits in InPost locker {_line(where)}. Please collect it before {when}: then it goes back."
    return Letter(f"Your order {number}: please collect it before {when}", body, text[:LONGEST_TEXT])


class Unmet(NamedTuple):
    """A garment that cannot be sent, by its name, and what is offered for it."""

    name: str
    offers: tuple[str, ...]


def another_garment(number: str, unmet: Sequence[Unmet]) -> Letter:
    wanted = " and ".join(one.name for one in unmet)
    choices = "\n\n".join(f"Instead of {one.name}:\n" + "\n".join(f"- {offer}" for offer in one.offers) for one in unmet if one.offers)
    body = f"""Hello,

We are sorry: {wanted} of your order {number} cannot be sent. We found that out after you ordered.

We can send you one of these at once:

{choices}

Please answer this e-mail with the one you would like, or tell us that you would rather have your money back.
"""
    text = f"We are sorry: {wanted} of your order {number} cannot be sent. We can send you another or give your money back: see our e-mail."
    return Letter(f"Your order {number}: one garment cannot be sent", body, text[:LONGEST_TEXT])


def put_right(number: str, wants: Wants, link: str, until: datetime, shop: str, fault: str) -> Letter:
    """The customer can put it right themselves. `link` is where they can, `until` local time, `fault` that of their mobile number."""
    when = f"{until:%H:%M} on {until:%A} {until.day} {until:%B}"
    what = " ".join((_MOBILE.get(fault, _MOBILE[""]),) * wants.mobile + (_LOCKER,) * wants.locker)
    asked = " and ".join(("tell us a UK mobile number",) * wants.mobile + ("choose another locker",) * wants.locker)
    body = f"""Hello,

Your order {number} cannot be sent yet. {what}

Please {asked} here:

{link}

It takes a minute, needs no password, and works until {when}. The link is yours alone: do not pass it on.

If you did not order this, or anything is unclear, please answer this e-mail.
{f"{chr(10)}{shop}{chr(10)}" if shop else ""}"""
    text = f"{shop + ': your' if shop else 'Your'} order {number} cannot be sent yet. Please {asked}: {link} It works until {when}."
    return Letter(f"Your order {number}: please {asked}", body, text)


_MOBILE = {
    "": "InPost texts the code that opens your locker, and cannot text it to the number we have.",
    "missing": "InPost texts the code that opens your locker, and we have no mobile number of yours.",
    "landline": "InPost texts the code that opens your locker, and the number we have is a landline.",
}
_LOCKER = "The InPost locker you chose cannot take your parcel."


def _at(where: Where) -> str:
    return "\n".join(filter(None, [f"{where.name} ({where.point_id})", where.address, where.hours[:1].upper() + where.hours[1:]]))


def _line(where: Where) -> str:
    return ", ".join(filter(None, [where.name, where.address]))
