"""The one stage that people see, derived from our decision and ACS's facts: badge, filter, sort and count all use it."""

from typing import NamedTuple

_ACS = {
    "acknowledged": ("at_acs", "Released to ACS", "ok"),
    "picking": ("picking", "Picking at ACS", "ok"),
    "part_picked": ("part_picked", "Part picked at ACS", "warn"),
    "pick_confirmed": ("picked", "Picked at ACS", "ok"),
    "packed": ("packed", "Packed at ACS", "ok"),
    "despatched": ("despatched", "Despatched", "ok"),
    "cancelled": ("cancelled_at_acs", "Cancelled at ACS", "bad"),
    "unknown": ("unmapped", "At ACS, status unmapped", "warn"),
    "": ("at_acs", "Released to ACS", "ok"),
}


class Stage(NamedTuple):
    """`key` for filters and counts, `label` for people, `tone` one of ok, info, warn, bad, quiet."""

    key: str
    label: str
    tone: str


def stage(state: str, acs_status: str = "", *, claimed: bool = False, excluded: bool = False, held: int = 0, cleared: int = 0) -> Stage:
    """Where an order is. `held` counts what has ever stopped it and `cleared` what of that is over: "Held (2 of 3 cleared)"."""
    if state == "released":
        return Stage(*_ACS.get(acs_status, _ACS["unknown"]))
    if state == "held":
        return Stage("held", f"Held ({cleared} of {held} cleared)" if cleared and held > cleared else "Held", "bad")
    if state == "ready":
        return Stage("sending", "Being sent to ACS", "info") if claimed else Stage("ready", "Ready to be sent", "info")
    if state == "received":
        return Stage("excluded", "Not released from here", "quiet") if excluded else Stage("received", "Received", "info")
    return Stage("closed", "Closed", "quiet") if state == "closed" else Stage("cancelled", "Cancelled", "quiet")


# What each stage is in columns, for filters and counts: (state, ACS statuses or None, claimed or None, excluded or None).
STAGES: dict[str, tuple[str, tuple[str, ...] | None, bool | None, bool | None, str]] = {
    "received": ("received", None, None, False, "Received"),
    "held": ("held", None, None, None, "Held"),
    "ready": ("ready", None, False, None, "Ready to be sent"),
    "sending": ("ready", None, True, None, "Being sent to ACS"),
    "at_acs": ("released", ("", "acknowledged"), None, None, "Released to ACS"),
    "picking": ("released", ("picking",), None, None, "Picking at ACS"),
    "part_picked": ("released", ("part_picked",), None, None, "Part picked at ACS"),
    "picked": ("released", ("pick_confirmed",), None, None, "Picked at ACS"),
    "packed": ("released", ("packed",), None, None, "Packed at ACS"),
    "despatched": ("released", ("despatched",), None, None, "Despatched"),
    "cancelled_at_acs": ("released", ("cancelled",), None, None, "Cancelled at ACS"),
    "unmapped": ("released", ("unknown",), None, None, "At ACS, status unmapped"),
    "excluded": ("received", None, None, True, "Not released from here"),
    "cancelled": ("cancelled", None, None, None, "Cancelled"),
    "closed": ("closed", None, None, None, "Closed"),
}


class Possible(NamedTuple):
    """One thing that can, or can no longer, be done with an order."""

    act: str
    allowed: bool
    why: str


def what_can_still_be_done(state: str, *, claimed: bool) -> list[Possible]:
    """Before release everything; in the air nothing; at ACS only by asking ACS."""
    acts = ("Correct contact data", "Change the locker", "Switch to home delivery", "Hold", "Cancel")
    if state in ("received", "held") or (state == "ready" and not claimed):
        return [Possible(act, True, "") for act in acts]
    if state == "ready":
        return [Possible(act, False, "It is on its way to ACS. Wait for the read-back.") for act in acts]
    if state == "released":
        return [Possible(act, False, "ACS has it. Ask ACS to change or stop it.") for act in acts]
    return [Possible(act, False, f"The order is {state}.") for act in acts]
