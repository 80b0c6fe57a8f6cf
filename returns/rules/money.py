"""Pounds and pence: how money is read and shown. Money is whole pence of sterling, and nothing else is guessed."""

import re

MOST = 10_000_000_00  # ten million pounds: more than any garment, and far below what a column holds
_FOREIGN = re.compile(r"[€$¥]|\b(EUR|USD|JPY|CHF|SEK|DKK|NOK|PLN)\b", re.IGNORECASE)
_SHAPE = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?")


class NotMoney(ValueError):
    """The text is no amount that can be used. `str()` of it is the sentence to show."""


def pounds(pence: int) -> str:
    """ "£1,234.50"; "-£3.00" below nothing."""
    sign = "-" if pence < 0 else ""
    return f"{sign}£{abs(pence) // 100:,}.{abs(pence) % 100:02d}"


def pence_of(text: str, *, least: int = 1) -> int:
    """ "£1,234.50" as 123450. Raises NotMoney in words for anything foreign, fractional, negative, below `least` pence or unreadable."""
    said = text.strip()
    if _FOREIGN.search(said):
        raise NotMoney("Only pounds sterling can be entered: convert the amount first.")
    bare = re.sub(r"^GBP\s*|\s*GBP$|£", "", said, flags=re.IGNORECASE).strip()
    if bare.startswith(("-", "−", "(")):
        raise NotMoney("The amount is below nothing: enter what the garment stands at, as a positive amount.")
    found = _SHAPE.fullmatch(bare)
    if not (found and bare.isascii()):
        raise NotMoney("This is not an amount: enter pounds and pence, such as 42.50.")
    return checked(_pence(found[1], found[2] or ""), least=least)


def _pence(whole: str, fraction: str) -> int:
    if len(fraction.rstrip("0")) > 2:
        raise NotMoney("The amount has a fraction of a penny: round it to whole pence, such as 42.50.")
    digits = whole.replace(",", "")
    if len(digits) > len(str(MOST)):
        raise NotMoney(f"The amount is too large: {pounds(MOST)} is the most.")
    return int(digits) * 100 + int(fraction.ljust(2, "0")[:2] or 0)


def checked(pence: int, *, least: int = 1) -> int:
    """The same amount. Raises NotMoney below `least` pence and above what can be right."""
    if pence < 0:
        raise NotMoney("The amount is below nothing: enter what the garment stands at, as a positive amount.")
    if pence < least:
        raise NotMoney("The amount is nothing, and nothing cannot be written off: enter what the garment stands at in the books.")
    if pence > MOST:
        raise NotMoney(f"The amount is too large: {pounds(MOST)} is the most.")
    return pence
