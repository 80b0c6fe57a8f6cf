"""Can the carrier reach this person? E-mail address and name."""

import re

# Deliberately plain: one @, no spaces, a dot in the domain. Whether the mailbox exists, nobody can tell from its letters.
_EMAIL = re.compile(r"[^\s@,;<>()\[\]\\\"]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}", re.UNICODE)
_SAFE_SLIPS = ((",", "."), (";", "."), (" ", ""), ("@@", "@"), ("..", "."))
_KNOWN_TYPOS = {"gmial.com": "gmail.com", "gmai.com": "gmail.com", "gmail.con": "gmail.com", "hotmial.com": "hotmail.com"}


def email_fault(value: str) -> str:
    """ "" when mail could be sent there, else "missing" or "malformed"."""
    value = value.strip()
    if not value:
        return "missing"
    if len(value) > 254 or ".." in value or not _EMAIL.fullmatch(value):
        return "malformed"
    local = value.partition("@")[0]
    return "malformed" if local.startswith(".") or local.endswith(".") else ""


def email_proposal(value: str) -> str:
    """A correction that only undoes a slip of the finger, or "" where it would be a guess."""
    proposal = value.strip().strip(".,;<>")
    for slip, meant in _SAFE_SLIPS:
        proposal = proposal.replace(slip, meant)
    local, at, domain = proposal.rpartition("@")
    proposal = local + at + _KNOWN_TYPOS.get(domain.lower(), domain)
    return proposal if proposal != value and not email_fault(proposal) else ""


def name_fault(first: str, last: str) -> str:
    """InPost needs both parts: "" or "missing", "one_word", "no_letters"."""
    first, last = first.strip(), last.strip()
    if not first and not last:
        return "missing"
    if not first or not last:
        return "one_word"
    return "" if _has_letter(first) and _has_letter(last) else "no_letters"


def split_name(full: str) -> tuple[str, str]:
    """A proposal for one field that holds the whole name: the last word is the last name."""
    first, _, last = full.strip().rpartition(" ")
    return first.strip(), last.strip()


def _has_letter(text: str) -> bool:
    return any(letter.isalpha() for letter in text)
