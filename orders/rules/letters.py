"""What a customer is told, in plain text: from the facts of their order and of the locker, and of nobody else.

The words of an e-mail are those of `templates`, or what people made of them; a text message, which must be short, keeps its own.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from orders.rules.customer_links import Wants
from orders.rules.templates import ANOTHER_GARMENT, EXPIRING, LOCKER_CHANGED, PUT_RIGHT
from orders.rules.wording import Words, fill

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


def locker_changed(number: str, where: Where, *, words: Words = LOCKER_CHANGED.words) -> Letter:
    text = (
        f"Your order {number} goes to another InPost locker: {_line(where)}. InPost texts you the code when it is there; "
        "then you have 72 hours to collect it."
    )
    return Letter(*fill(words, {"order": number, "locker": _at(where)}), text[:LONGEST_TEXT])


def expiring(number: str, where: Where, until: datetime, *, words: Words = EXPIRING.words) -> Letter:
    """`until` is local time."""
    when = _when(until)
    text = f"The parcel of your order {number} waits in InPost locker {_line(where)}. Please collect it before {when}: then it goes back."
    return Letter(*fill(words, {"order": number, "locker": _at(where), "until": when}), text[:LONGEST_TEXT])


class Unmet(NamedTuple):
    """A garment that cannot be sent, by its name, and what is offered for it."""

    name: str
    offers: tuple[str, ...]


def another_garment(number: str, unmet: Sequence[Unmet], *, words: Words = ANOTHER_GARMENT.words) -> Letter:
    wanted = " and ".join(one.name for one in unmet)
    choices = "\n\n".join(f"Instead of {one.name}:\n" + "\n".join(f"- {offer}" for offer in one.offers) for one in unmet if one.offers)
    text = f"We are sorry: {wanted} of your order {number} cannot be sent. We can send you another or give your money back: see our e-mail."
    return Letter(*fill(words, {"order": number, "garments": wanted, "offers": choices}), text[:LONGEST_TEXT])


def put_right(number: str, wants: Wants, link: str, until: datetime, shop: str, fault: str, *, words: Words = PUT_RIGHT.words) -> Letter:
    """The customer can put it right themselves. `link` is where they can, `until` local time, `fault` that of their mobile number."""
    asked = " and ".join(("tell us a UK mobile number",) * wants.mobile + ("choose another locker",) * wants.locker)
    said = {
        "order": number,
        "reason": " ".join((_MOBILE.get(fault, _MOBILE[""]),) * wants.mobile + (_LOCKER,) * wants.locker),
        "request": asked,
        "link": link,
        "until": _when(until),
        "shop": shop,
    }
    text = (
        f"{shop + ': your' if shop else 'Your'} order {number} cannot be sent yet. Please {asked}: {link} It works until {said['until']}."
    )
    return Letter(*fill(words, said), text)


_MOBILE = {
    "": "InPost texts the code that opens your locker, and cannot text it to the number we have.",
    "missing": "InPost texts the code that opens your locker, and we have no mobile number of yours.",
    "landline": "InPost texts the code that opens your locker, and the number we have is a landline.",
}
_LOCKER = "The InPost locker you chose cannot take your parcel."


def _when(until: datetime) -> str:
    """ "17:30 on Friday 4 December"."""
    return f"{until:%H:%M} on {until:%A} {until.day} {until:%B}"


def _at(where: Where) -> str:
    return "\n".join(filter(None, [f"{where.name} ({where.point_id})", where.address, where.hours[:1].upper() + where.hours[1:]]))


def _line(where: Where) -> str:
    return ", ".join(filter(None, [where.name, where.address]))


# --- a preview: everything in it is invented ----------------------------------------------------------------------------------

INVENTED_NUMBER = "LS-10482"
_THERE = Where("UK00000904", "Euston Road", "100 Euston Road, London NW1 2DB", "open day and night")
_THEN = datetime(2026, 12, 4, 17, 30)  # noqa: DTZ001 - local time, as people read it
_DRESS = Unmet("the midi dress in green (DRS-0012-10)", ("the midi dress in blue (DRS-0013-10)", "the wrap dress in green (DRS-0044-10)"))


def preview(name: str, words: Words, *, link: str) -> Letter:
    """What these words would say to a customer who does not exist, about the occasion `name`."""
    if name == LOCKER_CHANGED.name:
        return locker_changed(INVENTED_NUMBER, _THERE, words=words)
    if name == EXPIRING.name:
        return expiring(INVENTED_NUMBER, _THERE, _THEN, words=words)
    if name == ANOTHER_GARMENT.name:
        return another_garment(INVENTED_NUMBER, [_DRESS], words=words)
    return put_right(INVENTED_NUMBER, Wants(mobile=True, locker=False), link, _THEN, "Your shop", "landline", words=words)
