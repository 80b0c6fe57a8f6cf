"""The one stage that people see, derived from our decision, ACS's facts and the parcel's: badge, filter, sort and count all use it."""

from typing import NamedTuple

from lockers.states import LIVE, Carriage, ParcelState


class Stage(NamedTuple):
    """`key` for filters and counts, `label` for people, `tone` one of ok, info, warn, bad, quiet."""

    key: str
    label: str
    tone: str


class Where(NamedTuple):
    """What a stage is in columns, for filters and counts. None: it does not matter.

    `parcel` names states of the live parcel, () that there is none; `carriage` how far InPost is with it.
    """

    state: str
    label: str
    tone: str
    acs: tuple[str, ...] | None = None
    claimed: bool | None = None
    excluded: bool | None = None
    parcel: tuple[str, ...] | None = None
    carriage: tuple[str, ...] | None = None


NOT_YET = (Carriage.NONE.value, Carriage.ANNOUNCED.value)  # InPost has not had it in hand
_WITH_INPOST: dict[Carriage, tuple[str, str, str]] = {
    Carriage.NOT_TAKEN: ("not_taken", "Not taken by the courier", "bad"),
    Carriage.HANDED_OVER: ("handed_over", "Handed over to InPost", "ok"),
    Carriage.IN_TRANSIT: ("in_transit", "On its way", "ok"),
    Carriage.DELAYED: ("delayed", "Delayed at InPost", "warn"),
    Carriage.REDIRECTED: ("redirected", "Moved to another locker", "warn"),
    Carriage.NO_ROOM: ("no_room", "No room in the locker", "warn"),
    Carriage.TOO_BIG: ("too_big", "Too big for InPost", "bad"),
    Carriage.IN_LOCKER: ("in_locker", "In the locker", "ok"),
    Carriage.EXPIRING: ("expiring", "Collection window nearly over", "warn"),
    Carriage.EXPIRED: ("expired", "Not collected in time", "bad"),
    Carriage.UNDELIVERABLE: ("undeliverable", "Could not be delivered", "bad"),
    Carriage.COLLECTED: ("collected", "Collected", "ok"),
    Carriage.RETURNING: ("returning", "Coming back", "warn"),
    Carriage.RETURNED: ("returned", "Returned", "warn"),
    Carriage.LOST: ("lost", "Lost", "bad"),
    Carriage.DAMAGED: ("damaged", "Damaged", "bad"),
    Carriage.CANCELLED: ("cancelled_at_inpost", "Cancelled at InPost", "bad"),
}
_LABELS: dict[ParcelState, tuple[str, str, str]] = {
    ParcelState.LABEL_PENDING: ("label_pending", "Label to be made", "info"),
    ParcelState.LABELLED: ("labelled", "Labelled", "ok"),
    ParcelState.MANIFESTED: ("manifested", "On a closed manifest", "ok"),
}
_LEFT = ("despatched", "cancelled")  # ACS's last words: truer than what our label says
_AT_ACS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("at_acs", "Released to ACS", "ok", ("", "acknowledged")),
    ("picking", "Picking at ACS", "ok", ("picking",)),
    ("part_picked", "Part picked at ACS", "warn", ("part_picked",)),
    ("picked", "Picked at ACS", "ok", ("pick_confirmed",)),
    ("packed", "Packed at ACS", "ok", ("packed",)),
)
_BEFORE_LEAVING = ("", "acknowledged", "picking", "part_picked", "pick_confirmed", "packed", "unknown")


def _stages() -> dict[str, Where]:
    """Every stage in the order in which an order passes it. Each order is in exactly one."""
    return {
        "received": Where("received", "Received", "info", excluded=False),
        "held": Where("held", "Held", "bad"),
        "ready": Where("ready", "Ready to be sent", "info", claimed=False),
        "sending": Where("ready", "Being sent to ACS", "info", claimed=True),
        **{key: Where("released", label, tone, acs=acs, parcel=()) for key, label, tone, acs in _AT_ACS},
        **{
            key: Where("released", label, tone, acs=_BEFORE_LEAVING, parcel=(state.value,), carriage=NOT_YET)
            for state, (key, label, tone) in _LABELS.items()
        },
        "despatched": Where("released", "Despatched", "ok", acs=("despatched",), carriage=NOT_YET),
        **{key: Where("released", label, tone, carriage=(carriage.value,)) for carriage, (key, label, tone) in _WITH_INPOST.items()},
        "cancelled_at_acs": Where("released", "Cancelled at ACS", "bad", acs=("cancelled",), carriage=NOT_YET),
        "unmapped": Where("released", "At ACS, status unmapped", "warn", acs=("unknown",), parcel=()),
        "excluded": Where("received", "Not released from here", "quiet", excluded=True),
        "cancelled": Where("cancelled", "Cancelled", "quiet"),
        "closed": Where("closed", "Closed", "quiet"),
    }


STAGES = _stages()
_BY_ACS = {status: key for key, _, _, statuses in _AT_ACS for status in statuses}


def stage(
    state: str,
    acs_status: str = "",
    *,
    parcel: str = "",
    carriage: str = "",
    claimed: bool = False,
    excluded: bool = False,
    held: int = 0,
    cleared: int = 0,
) -> Stage:
    """Where an order is. `parcel` is the state of its parcel where it has a live one, `carriage` what InPost says of that.

    `held` counts what has ever stopped it and `cleared` what of that is over: "Held (2 of 3 cleared)".
    """
    key = _key(state, acs_status, parcel if parcel in LIVE else "", carriage, claimed, excluded)
    told = STAGES[key]
    counted = key == "held" and cleared and held > cleared
    return Stage(key, f"Held ({cleared} of {held} cleared)" if counted else told.label, told.tone)


def _key(state: str, acs_status: str, parcel: str, carriage: str, claimed: bool, excluded: bool) -> str:
    if state == "released":
        return _after_release(acs_status, parcel, carriage)
    if state == "ready":
        return "sending" if claimed else "ready"
    if state == "received":
        return "excluded" if excluded else "received"
    return state


def _after_release(acs_status: str, parcel: str, carriage: str) -> str:
    """Whoever has it in hand says where it is: InPost, then ACS that it left or was stopped, then our label, then ACS."""
    if parcel and carriage not in NOT_YET:
        return _WITH_INPOST[Carriage(carriage)][0]
    if acs_status in _LEFT:
        return "despatched" if acs_status == "despatched" else "cancelled_at_acs"
    return _LABELS[ParcelState(parcel)][0] if parcel else _BY_ACS.get(acs_status, "unmapped")


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
        return f"Too late: handed over to InPost {taken}."
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
    at_inpost: str = "",
) -> list[Possible]:
    """Before release everything; in the air nothing; at ACS only by asking ACS, and only until it has begun. `edited`: the shop
    says something else than ACS was told. `elsewhere`: why another locker cannot be asked of ACS, "" where it can, None where
    no locker is meant. `at_inpost`: what InPost has done with the parcel and when, which ends all of it."""
    if state in ("received", "held") or (state == "ready" and not claimed):
        return [Possible(act, True, "", name, permission) for act, name, permission in _BEFORE]
    if state == "ready":
        return _all_refused("It is on its way to ACS. Wait for the read-back.")
    if state == "released":
        done = at_inpost or done_at_acs(acs_status, since)
        late = _all_refused(f"Too late: {at_inpost}." if at_inpost else too_late(acs_status, since, released))
        if elsewhere is not None:
            late = [entry._replace(allowed=not elsewhere, why=elsewhere) if entry.name == "change-locker" else entry for entry in late]
        return [*_at_acs(done, edited), *late]
    return _all_refused(f"The order is {state}.")


def _all_refused(why: str) -> list[Possible]:
    return [Possible(act, False, why, name, permission) for act, name, permission in _BEFORE]


def _at_acs(done: str, edited: bool) -> list[Possible]:
    late = f"Too late: {done}." if done else ""
    recall = Possible("Ask ACS to stop it", not late, late, "recall", "cancel_order")
    if not edited:
        return [recall]
    amend = Possible("Ask ACS to change it as the shop says", not late, late, "amend", "correct_order")
    return [amend, Possible("Let it go as ACS has it", True, "", "accept-as-sent", "correct_order"), recall]
