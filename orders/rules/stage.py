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


_DONE = {
    "picking": "picking since",
    "part_picked": "part picked",
    "pick_confirmed": "picked",
    "packed": "packed",
    "despatched": "despatched",
    "cancelled": "cancelled at ACS",
}


def done_at_acs(acs_status: str, when: str) -> str:
    """ "picked 14:02 on 9 June"; "" while ACS has not begun, or says it in a word we do not know."""
    return f"{_DONE[acs_status]} {when}".strip() if acs_status in _DONE else ""


def too_late(acs_status: str, since: str, released: str) -> str:
    """Why an order that ACS has can no longer be held or changed here, and what can be done instead."""
    if done := done_at_acs(acs_status, since):
        return f"Too late: {done}." + ("" if acs_status in ("despatched", "cancelled") else " Ring ACS if it must not leave.")
    return f"Too late: released to ACS at {released or 'an unknown time'}. Ask ACS to stop it."


GIVEN_AWAY = ("despatched", "cancelled")


def why_not_elsewhere(acs_status: str, since: str, *, parcel: str = "", taken: str = "") -> str:
    """Why the locker of an order that ACS has can no longer be changed; "" where it can.

    The locker stands in a spare field, so picking and packing do not matter; a label only means that there will be another one.
    `parcel` is the state of the order's live parcel, `taken` when InPost got it.
    """
    if taken:
        return f"Too late: InPost has had the parcel since {taken}."
    if acs_status in GIVEN_AWAY:
        return f"Too late: {done_at_acs(acs_status, since)}."
    if parcel == "manifested":
        return "The parcel is on a closed manifest. Reopen the manifest or pull the parcel first."
    return ""


class Possible(NamedTuple):
    """One thing that can, or can no longer, be done with an order. `name` is the fix, `permission` what it takes."""

    act: str
    allowed: bool
    why: str
    name: str = ""
    permission: str = ""


_BEFORE = (
    ("Correct contact data", "correct-mobile", "correct_order"),
    ("Change the locker", "change-locker", "reroute_order"),
    ("Switch to home delivery", "convert-to-home", "reroute_order"),
    ("Hold", "hold", "hold_order"),
    ("Cancel", "cancel", "cancel_order"),
)


def what_can_still_be_done(
    state: str,
    *,
    claimed: bool,
    acs_status: str = "",
    since: str = "",
    released: str = "",
    edited: bool = False,
    elsewhere: str | None = None,
) -> list[Possible]:
    """Before release everything; in the air nothing; at ACS only by asking ACS, and only until it has begun. `edited`: the shop
    says something else than ACS was told. `elsewhere`: why another locker cannot be asked of ACS, "" where it can, None where
    no locker is meant."""
    if state in ("received", "held") or (state == "ready" and not claimed):
        return [Possible(act, True, "", name, permission) for act, name, permission in _BEFORE]
    if state == "ready":
        return _all_refused("It is on its way to ACS. Wait for the read-back.")
    if state == "released":
        late = _all_refused(too_late(acs_status, since, released))
        if elsewhere is not None:
            late = [entry._replace(allowed=not elsewhere, why=elsewhere) if entry.name == "change-locker" else entry for entry in late]
        return [*_at_acs(acs_status, since, edited), *late]
    return _all_refused(f"The order is {state}.")


def _all_refused(why: str) -> list[Possible]:
    return [Possible(act, False, why, name, permission) for act, name, permission in _BEFORE]


def _at_acs(acs_status: str, since: str, edited: bool) -> list[Possible]:
    done = done_at_acs(acs_status, since)
    late = f"Too late: {done}." if done else ""
    recall = Possible("Ask ACS to stop it", not late, late, "recall", "cancel_order")
    if not edited:
        return [recall]
    amend = Possible("Ask ACS to change it as the shop says", not late, late, "amend", "correct_order")
    return [amend, Possible("Let it go as ACS has it", True, "", "accept-as-sent", "correct_order"), recall]
