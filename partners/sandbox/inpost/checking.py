"""Is this a shipment InPost would make? Strict: whatever is not in its schema is refused as `unknown`.

Fields are named with dots and places: `parcels.0.weight.amount`.
"""

import re
from collections.abc import Iterable
from typing import Any

from partners.sandbox.inpost.replies import Errors
from partners.sandbox.points import Point

PERSON = {"companyName", "firstName", "lastName", "email", "phone", "languageCode"}
ADDRESS = {"countryCode", "street", "houseNumber", "flatNumber", "city", "postalCode", "subdivisionCode"}
MONEY = {"amount", "currency"}
CUSTOMS = {"value", "currency", "contentsDescription", "contents"}
CONTENT = {"description", "quantity", "unitValue", "unitWeight", "hsCode", "productOriginCountryCode"}
# What a field may hold: a set of names for an object of plain values, a dict where there are objects below, a list for many of them.
SHIPMENT: dict[str, Any] = {
    "sender": PERSON,
    "recipient": PERSON,
    "origin": ADDRESS | {"shippingMethod"},
    "destination": ADDRESS | {"pointId"},
    "parcels": [
        {
            "type": None,
            "dimensions": {"length", "width", "height", "unit"},
            "weight": {"amount", "unit"},
            "references": {"custom": None},
            "remarks": {"label": [{"type", "content"}]},
            "customsClearance": dict.fromkeys(CUSTOMS - {"contents"})
            | {"contents": [dict.fromkeys(CONTENT) | {"unitValue": MONEY, "unitWeight": {"amount", "unit"}}]},
        }
    ],
    "references": {"custom": None},
    "valueAddedServices": [{"id", "value", "currency"}],
    "priority": None,
    "enableDropOffCode": None,
    "returnDestination": {"recipient": PERSON, "address": ADDRESS},
    "customsClearance": {
        **dict.fromkeys(("incoterm", "eoriNumber", "exportReason")),
        "shippingCost": MONEY,
        "invoice": {"number", "issueDate"},
    },
}
NEEDED = ("sender", "recipient", "origin", "destination", "parcels")
PERSON_NEEDS = ("firstName", "lastName", "email", "phone")
ADDRESS_NEEDS = ("countryCode", "street", "houseNumber", "city", "postalCode")
MILLIMETRES = {"MM": 1, "CM": 10, "M": 1000}
GRAMS = {"G": 1, "KG": 1000}
LARGEST_MM, HEAVIEST_G = (380, 410, 640), 15_000
MOST_PARCELS = 99
SIDES = ("length", "width", "height")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def faults_of(said: Any, points: dict[str, Point]) -> Errors:
    """Field → codes, empty for a shipment that can be made."""
    if not isinstance(said, dict):
        return {"": ["invalid"]}
    errors: Errors = {}
    for name, code in (*_shape(said, SHIPMENT, ""), *_missing(said, NEEDED, "")):
        errors.setdefault(name, []).append(code)
    if errors:
        return errors
    for name, code in _values(said, points):
        errors.setdefault(name, []).append(code)
    return errors


Fault = tuple[str, str]


def _shape(said: Any, known: Any, path: str) -> Iterable[Fault]:
    if known is None or said is None:
        return
    if isinstance(known, list):
        if not isinstance(said, list):
            yield path, "invalid"
            return
        for place, one in enumerate(said):
            yield from _shape(one, known[0], f"{path}.{place}")
    elif not isinstance(said, dict):
        yield path, "invalid"
    else:
        below = known if isinstance(known, dict) else dict.fromkeys(known)
        for name, value in said.items():
            inner = f"{path}.{name}" if path else name
            if name not in below:
                yield inner, "unknown"
            else:
                yield from _shape(value, below[name], inner)


def _missing(said: dict[str, Any], names: Iterable[str], path: str) -> Iterable[Fault]:
    return ((f"{path}.{name}" if path else name, "required") for name in names if said.get(name) in (None, "", [], {}))


def _values(said: dict[str, Any], points: dict[str, Point]) -> Iterable[Fault]:
    for who in ("sender", "recipient"):
        yield from _person(said[who], who)
    origin = said["origin"]
    yield from _missing(origin, ("countryCode",) if origin.get("shippingMethod") else ADDRESS_NEEDS, "origin")
    yield from _destination(said["destination"], points)
    if len(said["parcels"]) > MOST_PARCELS:
        yield "parcels", "too_big"
    to_point = bool(said["destination"].get("pointId"))
    for place, parcel in enumerate(said["parcels"]):
        yield from _parcel(parcel, f"parcels.{place}", to_point=to_point)
        if _is_northern_irish(said["destination"], points):
            yield from _customs(parcel, f"parcels.{place}.customsClearance")


def _person(who: dict[str, Any], path: str) -> Iterable[Fault]:
    yield from _missing(who, PERSON_NEEDS, path)
    for name, form in (("phone", _E164), ("email", _MAIL)):
        if who.get(name) and not (isinstance(who[name], str) and form.fullmatch(who[name])):
            yield f"{path}.{name}", "invalid"
    for name in ("firstName", "lastName"):
        if who.get(name) and not (isinstance(who[name], str) and who[name].strip()):
            yield f"{path}.{name}", "invalid"


def _destination(to: dict[str, Any], points: dict[str, Point]) -> Iterable[Fault]:
    if not to.get("pointId"):
        yield from _missing(to, ADDRESS_NEEDS, "destination")
        return
    yield from _missing(to, ("countryCode",), "destination")
    point = points.get(str(to["pointId"]))
    if not (point and receives(point)) or (to.get("countryCode") not in (None, "", point["country"])):
        yield "destination.pointId", "not_found"


def receives(point: Point) -> bool:
    return point["status"] == "Operating" and "parcel_collect" in point["functions"] and not point["in_mobile_collect_excluded"]


def _parcel(parcel: dict[str, Any], path: str, *, to_point: bool) -> Iterable[Fault]:
    yield from _missing(parcel, ("type", "dimensions", "weight"), path)
    if parcel.get("type") not in (None, "", "STANDARD"):
        yield f"{path}.type", "invalid"
    size, weight = parcel.get("dimensions") or {}, parcel.get("weight") or {}
    if size:
        yield from _measured(size, SIDES, MILLIMETRES, f"{path}.dimensions", LARGEST_MM if to_point else ())
    if weight:
        yield from _measured(weight, ("amount",), GRAMS, f"{path}.weight", (HEAVIEST_G,) if to_point else ())


def _measured(said: dict[str, Any], names: tuple[str, ...], units: dict[str, int], path: str, limits: tuple[int, ...]) -> Iterable[Fault]:
    """Numbers, or text that is one; the smallest side against the smallest limit."""
    yield from _missing(said, (*names, "unit"), path)
    unit = units.get(str(said.get("unit")))
    if said.get("unit") and unit is None:
        yield f"{path}.unit", "invalid"
    amounts = {name: _amount(said.get(name)) for name in names}
    for name, amount in amounts.items():
        if said.get(name) not in (None, "") and (amount is None or amount <= 0):
            yield f"{path}.{name}", "invalid" if amount is None else "too_small"
    if unit and all(amounts.values()):
        by_size = sorted((amount * unit, name) for name, amount in amounts.items() if amount is not None)
        yield from ((f"{path}.{name}", "too_big") for (length, name), limit in zip(by_size, limits, strict=False) if length > limit)


def _amount(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


# --- Northern Ireland -------------------------------------------------------------------------------------------------------------


def _is_northern_irish(to: dict[str, Any], points: dict[str, Point]) -> bool:
    """By the region that was said, the postcode, or where the locker stands."""
    point = points.get(str(to.get("pointId")))
    postcode = point["address_details"]["post_code"] if point else to.get("postalCode") or ""
    return to.get("subdivisionCode") == "GB-NIR" or re.match(r"BT\d", str(postcode).strip().upper()) is not None


def _customs(parcel: dict[str, Any], path: str) -> Iterable[Fault]:
    """From Great Britain to Northern Ireland: what is in it, how many, and what one is worth."""
    said = parcel.get("customsClearance")
    if not said:
        yield path, "required"
        return
    yield from _missing(said, ("contents",), path)
    for place, content in enumerate(said.get("contents") or []):
        yield from _missing(content, ("description", "quantity", "unitValue"), f"{path}.contents.{place}")
