"""What a customer's data look like in text, however they are typed, and the text without them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote_plus

GONE = "[erased]"
_BETWEEN = r"[\s().\-/]*"  # what people type between the digits of a number
_ABROAD = rf"(?:(?:\+|00)?44{_BETWEEN})?(?:0{_BETWEEN})?"
_NATIONAL = 10  # digits of a British number without its 0
_SHORTEST_PHONE, _SHORTEST_TEXT, _SHORTEST_NAME = 7, 5, 3
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True)
class Traces:
    """What names one customer or several. `order_numbers` point at them and name nobody, so they are found and never taken out."""

    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    order_numbers: frozenset[str] = frozenset()

    def __or__(self, other: "Traces") -> "Traces":
        return Traces(
            self.emails | other.emails,
            self.phones | other.phones,
            self.names | other.names,
            self.places | other.places,
            self.order_numbers | other.order_numbers,
        )

    def stand_in(self, text: str) -> bool:
        """Does `text` hold an e-mail address, a number, a name or an address of theirs? As addresses of pages write it, too."""
        return any(pattern.search(form) for form in {text, unquote_plus(text)} for pattern in (self._contacts, self._names))

    def point_at(self, text: str) -> bool:
        """Does `text` hold a way to reach them, or the number of an order of theirs? What came from a partner is known by these."""
        return bool(self._loose.search(text) or self._orders.search(text))

    def out_of(self, text: str) -> str:
        """`text` with each of their data replaced by "[erased]"."""
        return self._names.sub(GONE, self._contacts.sub(GONE, text))

    @cached_property
    def _contacts(self) -> re.Pattern[str]:
        texts = [_spaced(text) for text in self.emails | self.places if len(text.strip()) >= _SHORTEST_TEXT]
        return _any([*self._phones, *texts], re.IGNORECASE)

    @cached_property
    def _loose(self) -> re.Pattern[str]:
        """In a partner's bytes a line break is written "\\n", and no word ends before what follows it. Addresses are shared."""
        reach = [*self._phones, *map(_spaced, self.emails)]
        return re.compile("|".join(reach), re.IGNORECASE) if reach else _NEVER

    @property
    def _phones(self) -> list[str]:
        return [pattern for phone in self.phones if (pattern := _phone(phone))]

    @cached_property
    def _names(self) -> re.Pattern[str]:
        """As a name is written, so that Will is taken out and will is not."""
        told = {form for name in self.names if len(name.strip()) >= _SHORTEST_NAME for form in (name, name.title(), name.upper())}
        return _any([_spaced(name) for name in told])

    @cached_property
    def _orders(self) -> re.Pattern[str]:
        return _any([re.escape(number) for number in self.order_numbers if number])


def _any(patterns: Iterable[str], flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Whole words only; the longest first, so that a full address goes before its half."""
    longest = sorted(set(patterns), key=lambda pattern: (-len(pattern), pattern))
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)", flags) if longest else _NEVER


def _phone(value: str) -> str:
    digits = "".join(sign for sign in value if sign.isdecimal())[-_NATIONAL:]
    return rf"\+?{_ABROAD}{_BETWEEN.join(digits)}" if len(digits) >= _SHORTEST_PHONE else ""


def _spaced(text: str) -> str:
    return r"\s+".join(map(re.escape, text.split()))


# Whoever they are: what a person types as a reason is kept for years, and nobody is reached by it.
_ANY_EMAIL = r"[^\s@<>(),;:]+@[^\s@<>(),;:]+\.\w{2,}"
_A_DATE = r"(?!\d\d?[.\-/]\d\d?[.\-/])"
_ANY_PHONE = rf"(?<!\w){_A_DATE}(?:\+\d|0)(?:{_BETWEEN}\d){{9,13}}(?!\w)"
_ANY_CONTACT = re.compile(rf"{_ANY_EMAIL}|{_ANY_PHONE}")


def without_contacts(text: str) -> str:
    """`text` with every e-mail address and telephone number replaced by "[contact]". Twice is the same as once."""
    return _ANY_CONTACT.sub("[contact]", text)
