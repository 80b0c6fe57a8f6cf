"""What a label that was not made asks of us, and where what InPost names is put right. Pure."""

from dataclasses import dataclass

from lockers.states import Remedy
from partners.errors import Retry


def remedy_of(retry: Retry, *, names_fields: bool) -> Remedy:
    """Renew the access; put right what InPost names; or try again."""
    if retry == Retry.CREDENTIALS:
        return Remedy.RECONNECT
    return Remedy.FIX_FIRST if retry == Retry.NEVER and names_fields else Remedy.TRY_AGAIN


@dataclass(frozen=True)
class Place:
    """Where a field of InPost's is put right: in our words, the URL name of the order's fix, and the permission that takes."""

    words: str
    fix: str = ""
    permission: str = ""


_PLACES = {
    "recipient.phone": Place("the mobile", "orders:correct-mobile", "orders.correct_order"),
    "recipient.email": Place("the e-mail address", "orders:correct-email", "orders.correct_order"),
    "recipient": Place("the name", "orders:correct-name", "orders.correct_order"),
    "destination": Place("the locker"),
    "parcels.dimensions": Place("the parcel's size"),
    "parcels.weight": Place("the parcel's weight"),
    "parcels.customsClearance": Place("the customs facts", "orders:add-customs", "orders.describe_order"),
    "sender": Place("our own sender's data"),
    "origin": Place("our own collection address"),
}


def place_of(field: str) -> Place:
    """The longest beginning of InPost's field name that is known; a field that is not known is called by its own name."""
    plain = ".".join(part for part in field.replace("[", ".").replace("]", "").split(".") if part and not part.isdigit())
    begins = [known for known in _PLACES if plain == known or plain.startswith(known + ".")]
    return _PLACES[max(begins, key=len)] if begins else Place(plain[:60])
