"""What did the shop change after ACS was told? Facts are compared by a digest of what they say, not of how it is typed."""

from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import blake2b
from typing import Any

from lockers.rules import phone

# What a person may correct: kept twice, as the shop's fact (`Order.shop`) and as the value in use (the column).
CORRECTABLE = (
    "mobile",
    "email",
    "first_name",
    "last_name",
    "address1",
    "address2",
    "city",
    "county",
    "postcode",
    "country",
    "locker_id",
    "delivery_method",
    "dispatch_on",
    "deliver_on",
    "event_on",
    "return_on",
    "customs_contents",
    "customs_value_pence",
)
DATES = frozenset({"dispatch_on", "deliver_on", "event_on", "return_on"})
LINES, CANCELLED = "lines", "cancelled"
# ACS is told these; customs facts travel with the label.
TOLD_TO_ACS = (*(name for name in CORRECTABLE if not name.startswith("customs")), LINES)

LET_GO = "let_go"  # a person knows that the shop cancelled it and that it goes all the same

# ACS's words, by whether an order can still be changed there.
NOT_BEGUN = frozenset({"", "acknowledged", "unknown"})
ENDED = frozenset({"despatched", "cancelled"})


def digests(number: str, shop: Mapping[str, Any]) -> dict[str, str]:
    """A digest per fact of what the shop says. It stands beside the facts and goes when they go."""
    return {name: _digest(number, name, shop[name]) for name in TOLD_TO_ACS if name in shop}


def edited(number: str, shop: Mapping[str, Any], when_sent: Mapping[str, str]) -> list[str]:
    """The names of the facts that the shop says differently by now. Nothing is known where nothing was remembered."""
    now = digests(number, shop)
    return [name for name in TOLD_TO_ACS if name in when_sent and name in now and now[name] != when_sent[name]]


def is_less(lines: Iterable[Mapping[str, Any]], *, than: Mapping[str, int]) -> bool:
    """Are these lines no more than those, {line id: quantity}: none new, and of none more?"""
    return all(line["quantity"] <= than.get(line["line_id"], 0) for line in lines)


def as_date(value: Any) -> date | None:
    return date.fromisoformat(value) if value else None


def _digest(number: str, name: str, value: Any) -> str:
    text = "\x1f".join((number, name, _said(name, value)))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _said(name: str, value: Any) -> str:
    if name == LINES:
        return repr(sorted(_line(line) for line in value or ()))
    text = " ".join(str(value or "").split())
    if name == "mobile":
        return phone.judge(text).e164 or text
    return "".join(text.split()).upper() if name == "postcode" else text


def _line(line: Mapping[str, Any]) -> tuple[Any, ...]:
    """Price apart: ACS is paid by the garment."""
    return (line["line_id"], line["sku"], line["quantity"], bool(line["is_hire"]), tuple(line["measurements"]))


def begun(acs_status: str) -> bool:
    """Has ACS begun to work on it, as far as it told us?"""
    return acs_status not in NOT_BEGUN


def names_of(fields: Iterable[str]) -> tuple[str, ...]:
    """What changed in people's words, each once: "the address", not five columns."""
    return tuple(dict.fromkeys(_WORDS.get(name, name.replace("_", " ")) for name in fields))


_WORDS = {
    "mobile": "the mobile number",
    "email": "the e-mail address",
    "first_name": "the name",
    "last_name": "the name",
    **dict.fromkeys(("address1", "address2", "city", "county", "postcode", "country"), "the address"),
    "locker_id": "the locker",
    "delivery_method": "the delivery method",
    **dict.fromkeys(sorted(DATES), "the dates"),
    LINES: "the contents",
}
