"""What is left of an order once nothing may be kept of who ordered it; which orders have come that far; what names its customer."""

from collections.abc import Iterable, Mapping
from typing import Any

from exceptions_queue.rules.erasing import Traces
from orders.rules.edits import LET_GO, LINES

# Facts of an order that say who somebody is. Of the postcode the first half stays, and the locker: hundreds of people share each.
PERSONAL = ("mobile", "email", "first_name", "last_name", "address1", "address2", "city", "county")
POSTCODE = "postcode"
TOLD_ELSEWHERE = (*PERSONAL, POSTCODE, "comments")  # as ACS was told them
_OUTWARD = 4  # letters and digits at most
ERASED = "erased"  # in the stored inputs of a decision: a replay leaves it out


def without_person(facts: Mapping[str, Any]) -> dict[str, Any]:
    """These facts, in whichever form they are kept, without whom they are about: the same names, nothing personal in them.

    Lines lose the measurements of the body. Twice is the same as once.
    """
    left = {name: "" if name in TOLD_ELSEWHERE else value for name, value in facts.items()}
    if POSTCODE in facts:
        left[POSTCODE] = outward(str(facts[POSTCODE] or ""))
    if LINES in facts:
        left[LINES] = [line | {"measurements": []} for line in facts[LINES]]
    return left


def outward(postcode: str) -> str:
    """ "ls1 4ab", "LS14AB" → "LS1": the half that thousands share. What is no longer than such a half stays."""
    half, space, _ = postcode.strip().upper().partition(" ")
    return (half if space or len(half) <= _OUTWARD else half[:-3])[:_OUTWARD]


def asked_without_person(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What ACS was asked, without the customer; that it was asked, and for which goods, stays."""
    told = {name: without_person(payload[name]) for name in ("order", "take") if isinstance(payload.get(name), Mapping)}
    return {**payload, **told} | ({"shop": {}} if "shop" in payload else {})


def standing_without_person(when_sent: Mapping[str, str]) -> dict[str, str]:
    """Digests of short facts can be guessed back, so they go; a person's word that it may go as it was sent stays."""
    return {LET_GO: when_sent[LET_GO]} if LET_GO in when_sent else {}


def traces_of(number: str, store_id: str, said: Iterable[Mapping[str, Any]]) -> Traces:
    """What names the customer of one order, from everything that was `said` of it: by the shop, by us, to ACS."""
    found = Traces(order_numbers=frozenset({number, store_id, store_id.rpartition("/")[2]} - {""}))
    for facts in said:
        found |= Traces(
            emails=_texts(facts, "email"),
            phones=_texts(facts, "mobile"),
            names=_texts(facts, "first_name", "last_name"),
            places=_texts(facts, "address1", "address2", POSTCODE),
        )
    return found


def _texts(facts: Mapping[str, Any], *names: str) -> frozenset[str]:
    return frozenset(text for name in names if (text := str(facts.get(name) or "").strip()))


def why_not_yet(*, number: str, state: str, acs_status: str, in_the_air: bool, excluded: bool, even_open: bool) -> str:
    """Why the customer of this order cannot be erased now, and what to do; "" where they can.

    What is still to be picked or labelled needs its customer, whoever asks. What is on its way needs them only for messages, so a
    person may decide that.
    """
    if in_the_air:
        return f"Something about order {number} is being sent just now. Try again in two minutes."
    if excluded or state in ("closed", "cancelled"):
        return ""
    if state != "released":
        return f"Order {number} is {state} and has not been sent. Cancel it first, or wait until it was delivered."
    if acs_status not in ("despatched", "cancelled"):
        return f"Order {number} is at ACS. Recall it, or wait until ACS has despatched it."
    if not even_open:
        return (
            f"Order {number} has left ACS and is not closed. With --even-open its customer is erased all the same, and told nothing more."
        )
    return ""
