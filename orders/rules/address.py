"""Can something be delivered to this address, and does it cross a customs line on the way?"""

import re
from collections.abc import Collection

SERVED = frozenset({"GB", "UK", "IM", "GG", "JE"})
# The shapes of Royal Mail's postcodes, the one historic exception, and the forces' BF1.
_POSTCODE = re.compile(r"(GIR0AA|(?:[A-PR-UWYZ](?:[0-9][0-9A-HJKPSTUW]?|[A-HK-Y][0-9][0-9ABEHMNPRVWXY]?))[0-9][ABD-HJLNP-UW-Z]{2})")
_AREA = re.compile(r"[A-Z]{1,2}(?=[0-9])")
_ZONES = {"BT": "NI", "IM": "IM", "GY": "GY", "JE": "JE"}
_COUNTRY_ZONES = {"IM": "IM", "GG": "GY", "JE": "JE"}


def tidy_postcode(value: str) -> str:
    """ "ls14ab" → "LS1 4AB". What is not a postcode comes back trimmed and upper-cased."""
    bare = "".join(value.split()).upper()
    return f"{bare[:-3]} {bare[-3:]}" if _POSTCODE.fullmatch(bare) else " ".join(value.split()).upper()


def postcode_fault(value: str) -> str:
    bare = "".join(value.split()).upper()
    if not bare:
        return "missing"
    return "" if _POSTCODE.fullmatch(bare) else "malformed"


def address_fault(address1: str, city: str, postcode: str, country: str, *, served: Collection[str] = SERVED) -> dict[str, str]:
    """{field: fault} for each part that stops a delivery; empty when the address will do."""
    if country.strip().upper() not in served:
        return {"country": "not_uk"}
    faults = {}
    if not address1.strip():
        faults["address1"] = "missing"
    if not city.strip():
        faults["city"] = "missing"
    if fault := postcode_fault(postcode):
        faults["postcode"] = fault
    return faults


def area(postcode: str) -> str:
    """The letters a postcode starts with: "LS" of "LS1 4AB"."""
    found = _AREA.match("".join(postcode.split()).upper())
    return found[0] if found else ""


def customs_zone(postcode: str, country: str) -> str:
    """ "NI", "IM", "GY" or "JE" where parcels from Great Britain need customs facts, else ""."""
    return _ZONES.get(area(postcode), "") or _COUNTRY_ZONES.get(country.strip().upper(), "")
