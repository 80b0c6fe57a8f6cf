"""What people see of personal data who have no need of it: enough to recognise, too little to use."""

import re

_DOT = "•"
_BRITAIN = re.compile(r"^(?:00)?440?(?=[1-9]\d{8,9}$)", re.ASCII)
_ENOUGH = 10  # digits


def mask_name(first: str, last: str) -> str:
    """ "Jane", "Smith" → "J••• S••••"."""
    return " ".join(_first_letter(part) for part in (first, last) if part.strip())


def mask_mobile(value: str) -> str:
    """ "07700 900123" and "+447700900123" → "07••• •••123". What is too short to hide enough of it shows nothing."""
    digits = "".join(letter for letter in value if letter.isdecimal())
    national = f"0{_BRITAIN.sub('', digits)}" if _BRITAIN.match(digits) else digits
    return f"{national[:2]}{_DOT * 3} {_DOT * 3}{national[-3:]}" if len(national) >= _ENOUGH else _DOT * len(national)


def mask_email(value: str) -> str:
    """ "ada@example.com" → "a••@e••••••.com"."""
    local, at, domain = value.partition("@")
    if not at:
        return _first_letter(value)
    name, dot, end = domain.rpartition(".")
    return f"{_first_letter(local)}@{_first_letter(name)}{dot}{end}"


def mask_address(line: str, city: str, postcode: str) -> str:
    """Only the town and the first half of the postcode stay: "••••, Leeds LS1"."""
    outward = postcode.split()[0] if " " in postcode.strip() else postcode[:-3]
    return f"{_DOT * 4 if line else ''}, {city} {outward.upper()}".strip(", ")


def _first_letter(text: str) -> str:
    text = text.strip()
    return text[:1] + _DOT * min(len(text) - 1, 8) if text else ""
