"""Can this number receive a locker code? A UK mobile, in whatever way it was typed.

The pattern comes from the phonenumbers library's own metadata, because asking the library for every number costs ten
times as much; whatever the pattern does not know at once goes to the library. Two judgements are ours alone: digits that
somebody made up are a fault, and the numbers that Ofcom keeps for drama pass, so that demos and tests disturb nobody.
"""

import re
import unicodedata
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumber, PhoneNumberType

REGIONS = ("GB", "GG", "JE", "IM")
MOBILE_TYPES = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
FAULTS = {
    "missing": "There is no mobile number",
    "landline": "This is a landline",
    "not_uk": "This does not read as a UK number",
    "too_short": "Digits are missing",
    "too_long": "There are too many digits",
    "070": "070 numbers forward calls and receive no texts",
    "076": "076 numbers are pagers",
    "letters": "There are letters or other signs in the number",
    "dummy": "These digits are made up",
    "not_mobile": "This is a service number, not a mobile",
    "unassigned": "No network has been given this number",
}

_SEPARATORS = str.maketrans("", "", " \t\u00a0-\u2010\u2011\u2012\u2013\u2014.()")
_LOOKALIKES = str.maketrans("OoIl", "0011")
_DRAMA = r"7700900\d{3}"  # Ofcom, "Telephone numbers for use in TV and radio drama programmes"


class Mobile(NamedTuple):
    """The verdict. `fault` is a key of FAULTS or ""; `proposal` is a correction that changes no digit, or ""."""

    ok: bool
    fault: str = ""
    e164: str = ""
    ten_digits: str = ""
    proposal: str = ""


def _known_mobiles() -> str:
    patterns = [_DRAMA]
    for region in REGIONS:
        metadata = PhoneMetadata.metadata_for_region(region)
        mobile = metadata.mobile.national_number_pattern if metadata and metadata.mobile else None
        if not mobile:
            raise RuntimeError(f"phonenumbers has no mobile pattern for {region}")
        patterns.append(mobile)
    return "|".join(patterns)


def _made_up() -> frozenset[str]:
    up, down = "0123456789" * 2, "9876543210" * 2
    runs = {line[start : start + 8] for line in (up, down) for start in range(10)}
    return frozenset(runs | {str(digit) * 8 for digit in range(10)})


_MOBILE = re.compile(rf"(?:(?:\+|00)?44)?0?((?:{_known_mobiles()}))", re.ASCII)
_MADE_UP = _made_up()


def judge(raw: str) -> Mobile:
    """Judge a number as it was typed. Spaces, brackets, dashes and any way of writing +44 are no fault."""
    known = _MOBILE.fullmatch(raw.translate(_SEPARATORS))
    if known and known[1][-8:] not in _MADE_UP:
        return Mobile(True, "", "+44" + known[1], known[1], "")
    return _judge_odd(raw)


def national(ten_digits: str) -> str:
    """How people write it: "07700 900123"."""
    return f"0{ten_digits[:4]} {ten_digits[4:]}"


def library_verdict(raw: str) -> bool:
    """The same verdict the slow way, through the library for every number: what `judge` has to equal."""
    text = unicodedata.normalize("NFKC", raw)
    if any(letter.isalpha() for letter in text):
        return False
    number = _parse(text)
    return number is not None and _is_mobile(number) and not _is_made_up(str(number.national_number))


def _parse(text: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, "GB")
    except NumberParseException:
        return None


def _is_mobile(number: PhoneNumber) -> bool:
    if number.country_code != 44:
        return False
    if re.fullmatch(_DRAMA, str(number.national_number)):
        return True
    return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in MOBILE_TYPES


def _is_made_up(digits: str) -> bool:
    return digits[-8:] in _MADE_UP


def _judge_odd(raw: str) -> Mobile:
    """What the pattern did not know: other marks between the digits, or a fault to name."""
    text = unicodedata.normalize("NFKC", raw).strip()
    digits = "".join(letter for letter in text if letter.isdecimal())
    if not digits:
        return Mobile(False, "missing")
    if any(letter.isalpha() for letter in text):
        return Mobile(False, "letters", proposal=_propose(text, digits))
    number = _parse(text)
    if number is not None and _is_mobile(number) and not _is_made_up(str(number.national_number)):
        ten = str(number.national_number)
        return Mobile(True, "", "+44" + ten, ten)
    return Mobile(False, _name_fault(text, digits, number), proposal=_propose(text, digits))


def _propose(text: str, digits: str) -> str:
    """O and l where 0 and 1 are meant, words around one number, a prefix that stands twice: never a digit guessed.

    Two numbers give no proposal: we do not choose between them.
    """
    parts = re.split(r"[^\W\d_]+|[/,;:|]", text)
    corrected = text.translate(_LOOKALIKES)
    if not any(letter.isalpha() for letter in corrected):
        parts.append(corrected)
    if not any(letter.isalpha() for letter in text):
        parts.append(re.sub(r"^(?:0*44)*0*", "", digits))
    found = {ten for part in parts if (ten := _ten_digits(part))}
    return national(found.pop()) if len(found) == 1 else ""


def _ten_digits(text: str) -> str:
    known = _MOBILE.fullmatch(text.translate(_SEPARATORS))
    return known[1] if known and not _is_made_up(known[1]) else ""


def _name_fault(text: str, digits: str, number: PhoneNumber | None) -> str:
    if _ten_digits(digits):
        return "letters"
    if number.country_code != 44 if number is not None else _is_foreign(text):
        return "not_uk"
    bare = re.sub(r"^(?:00)?(?:44)?0?", "", digits)
    if _looks_made_up(bare):
        return "dummy"
    significant = str(number.national_number) if number is not None else bare
    return _fault_by_length(significant) or _fault_by_range(significant)


def _looks_made_up(bare: str) -> bool:
    if len(set(bare)) <= 1:
        return not bare or len(bare) > 5
    if len(set(bare[-8:])) > 1 and _fault_by_range(bare) in ("070", "076"):
        return False
    return (len(bare) > 6 and bare in "01234567890") or (9 <= len(bare) <= 11 and _is_made_up(bare))


def _is_foreign(text: str) -> bool:
    return re.match(r"(?:\+|00)(?!44)", text) is not None


def _fault_by_length(significant: str) -> str:
    """UK numbers have ten digits after the zero; a few old landlines have nine."""
    shortest = 9 if significant[:1] == "1" else 10
    if len(significant) < shortest:
        return "too_short"
    return "too_long" if len(significant) > 10 else ""


def _fault_by_range(significant: str) -> str:
    if significant[0] in "12":
        return "landline"
    if significant[0] in "3589":
        return "not_mobile"
    if significant.startswith("70"):
        return "070"
    if significant.startswith("76") and not significant.startswith("7624"):
        return "076"
    return "unassigned"
