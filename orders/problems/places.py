"""What is wrong with the locker of one order: as the gate sees it, and as ACS and the label see it besides.

`orders.problems.integrity` asks the same of every open order at once, in SQL; the two must say the same, evidence included.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from exceptions_queue.catalogue import Code
from lockers.rules import points
from orders.problems.facts import Place

Evidence = dict[str, Any]
Found = dict[str, Evidence]
OF_THE_LOCKER = frozenset({Code.VAL_LOCKER_MISSING, Code.VAL_LOCKER_UNKNOWN, Code.LOC_CLOSED, Code.LOC_SIZE})


def wrong_with_locker(locker_id: str, size: str, place: Place | None) -> Found:
    """Missing, unknown, closed, or without a compartment of `size` ("" where nobody can tell which): the first that is true."""
    if not locker_id:
        return {Code.VAL_LOCKER_MISSING: {"field": "locker_id", "fault": "missing"}}
    if place is None or not place.is_locker:
        return {Code.VAL_LOCKER_UNKNOWN: _about(locker_id, "unknown" if place is None else "shop")}
    if points.is_closed(place.status, place.gone_at is not None):
        return {Code.LOC_CLOSED: _about(locker_id, "gone" if place.gone_at else place.status)}
    if place.collect_excluded or "parcel_collect" not in place.functions:
        return {Code.LOC_CLOSED: _about(locker_id, "does_not_receive")}
    if size and not points.has_size(place.sizes, size):
        return {Code.LOC_SIZE: _about(locker_id, "no_compartment") | {"size": size}}
    return {}


def full(locker_id: str, size: str, status: str, low_since: Mapping[str, str], full_after: datetime | None) -> Found:
    """No room for `size` in a locker that is right otherwise. `full_after` is `lockers.queries.full_after()`."""
    if not points.is_full(status, low_since.get(size), full_after):
        return {}
    if status == points.OVERLOADED:
        return {Code.LOC_FULL: _about(locker_id, "overloaded")}
    return {Code.LOC_FULL: _about(locker_id, "very_low") | {"size": size}}


def drift(ours: str, acs: str | None, label: str | None) -> Found:
    """ACS or the label names another locker than the order. None where ACS was not read yet, or there is no label."""
    differing = [name for name, theirs in (("acs", acs), ("label", label)) if theirs is not None and theirs != ours]
    if not differing:
        return {}
    said = {"shop": ours, "acs": acs, "label": label}
    fault = "both" if len(differing) > 1 else differing[0]
    return {Code.LOC_DRIFT: {"field": "locker_id", "fault": fault} | {name: value for name, value in said.items() if value is not None}}


def _about(locker_id: str, fault: str) -> Evidence:
    return {"field": "locker_id", "fault": fault, "locker": locker_id[:40]}
