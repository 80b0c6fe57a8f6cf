"""Who may approve what. Pure; every refusal is a sentence, addressed to the person it refuses.

Nobody approves what they raised, valued, graded or added evidence to, nor what the person they stand in for did, nor twice. There is no
exception for a superuser: a right to see everything is no limit, and without a limit nothing is approved.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from returns.rules.money import pounds
from returns.states import WAITS_FOR_APPROVAL, WriteOffState


@dataclass(frozen=True)
class Limit:
    """How much one person of a tier may approve at once, and above what a second must approve too. In pence of carrying value."""

    tier: str
    limit_pence: int
    second_above_pence: int


DEFAULTS: Mapping[str, Limit] = {
    limit.tier: limit for limit in (Limit("finance", 10_000, 10_000), Limit("finance_manager", 500_000, 50_000))
}


@dataclass(frozen=True)
class StandIn:
    """Somebody whom a person stands in for today. `limit` is what both the giver's own tier and the delegation allow."""

    giver: int
    name: str
    limit: Limit


@dataclass(frozen=True)
class Person:
    """One person as an approver. `limit` is None without a tier of their own; `may` is the permission to approve at all."""

    pk: int
    may: bool
    limit: Limit | None = None
    stands_in: tuple[StandIn, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What decides about one write-off. People are ids; `first` is the first approver and whom they stood in for, `valued` is whoever
    entered any part of its value, `valued_by` the last of them, and `evidenced` whoever added any of what it rests on."""

    state: str
    carrying_pence: int | None
    needs_second: bool = False
    raised_by: int | None = None
    valued_by: int | None = None
    valued: frozenset[int] = field(default_factory=frozenset)
    evidenced: frozenset[int] = field(default_factory=frozenset)
    grader: int | None = None
    first: frozenset[int] = field(default_factory=frozenset)

    @property
    def awaits_second(self) -> bool:
        return self.state == WriteOffState.AWAITING_SECOND


@dataclass(frozen=True)
class Signature:
    """How a person would sign: under which limit, and for whom where not for themselves."""

    limit: Limit
    for_whom: int | None = None

    def needs_second(self, write_off: Facts) -> bool:
        """Must another person approve it too?"""
        return write_off.needs_second or self.is_not_enough_for(write_off.carrying_pence or 0)

    def is_not_enough_for(self, pence: int) -> bool:
        """Is it more than one person decides about alone under this limit?"""
        return pence > self.limit.second_above_pence


class Signer(NamedTuple):
    """Somebody who has signed, and whom they stood in for, both as they stand today."""

    person: Person
    giver: Person | None = None


def why_not(person: Person, write_off: Facts) -> str:
    """Why this person may not approve it now, in a sentence; "" where they may."""
    signed = signature(person, write_off)
    return signed if isinstance(signed, str) else ""


def signature(person: Person, write_off: Facts) -> Signature | str:
    """How this person would approve it: under their own limit where that reaches, else for somebody; or why they may not."""
    if write_off.state not in WAITS_FOR_APPROVAL:
        return not_waiting(write_off.state)
    if not person.may:
        return "Your role does not let you approve write-offs."
    if no := _no_part(person.pk, write_off):
        return no
    own = _under(person.limit, None, write_off) if person.limit else "Your roles give you no limit to approve under."
    if isinstance(own, Signature):
        return own
    others = [_for(each, write_off) for each in person.stands_in]
    found = next((each for each in others if isinstance(each, Signature)), None)
    return found or next((each for each in others if isinstance(each, str)), own)


def no_longer(pence: int, first: Signer, second: Signer | None = None) -> str:
    """Why approvals given before no longer carry what is worth so much: a right or a limit is gone, or one person alone is not enough
    any more. "" where they still do.

    A delegation that ended since leaves what was approved under it as it is; the giver's own right must still be there.
    """
    gone = _gone(pence, first, alone=second is None)
    return gone or (_gone(pence, second, is_second=True) if second else "")


def _gone(pence: int, signer: Signer, *, is_second: bool = False, alone: bool = False) -> str:
    if not signer.person.may:
        return "who approved it may approve no longer"
    bearer = signer.giver or signer.person
    if bearer.limit is None or not bearer.may:
        return "the limit it was approved under is gone"
    if not reaches(bearer.limit, pence, is_second=is_second):
        return f"the limit it was approved under is {pounds(bearer.limit.limit_pence)} now"
    if alone and pence > bearer.limit.second_above_pence:
        return f"above {pounds(bearer.limit.second_above_pence)} a second person must approve it now"
    return ""


def reaches(limit: Limit, pence: int, *, is_second: bool) -> bool:
    """The first must be worth it; the second is another pair of eyes, of any tier."""
    return is_second or pence <= limit.limit_pence


def why_not_reverse(person: Person, *, carrying_pence: int | None, made: Iterable[int | None], approved: Iterable[int | None]) -> str:
    """Why this person may not take back what was posted, in a sentence; "" where they may. `made` are who raised and valued it, `approved`
    its approvers and whom they stood in for. Only under a limit of one's own: what was handed over is for approving."""
    if person.pk in set(made):
        return "You raised or valued this write-off, so someone else must reverse it."
    if person.pk in set(approved):
        return "You approved this write-off, so someone else must reverse it."
    if person.limit is None:
        return "Your roles give you no limit to reverse it under."
    if (carrying_pence or 0) > person.limit.limit_pence:
        return f"It is worth {pounds(carrying_pence or 0)}, and your limit is {pounds(person.limit.limit_pence)}: it needs a higher tier."
    return ""


def needs_second(carrying_pence: int | None, limits: Iterable[Limit]) -> bool:
    """Is it worth more than anybody may decide about alone?"""
    return (carrying_pence or 0) > alone(limits)


def alone(limits: Iterable[Limit]) -> int:
    """The most that any one person may decide about alone, in pence."""
    return max((min(limit.limit_pence, limit.second_above_pence) for limit in limits), default=0)


_WAITING = {
    WriteOffState.DRAFTED: "It is still being drafted.",
    WriteOffState.EVIDENCE_NEEDED: "Evidence is missing, so it cannot be approved yet.",
    WriteOffState.QUERIED: "A question about it is open, so it cannot be approved yet.",
    WriteOffState.REJECTED: "It was rejected.",
    WriteOffState.REVERSED: "It was reversed.",
}


def not_waiting(state: str) -> str:
    """Why something in this state is not up for approval."""
    return _WAITING.get(WriteOffState(state), "It is approved already.")


def _no_part(pk: int, write_off: Facts) -> str:
    """Why this person has a part in it already that keeps them from approving."""
    if pk == write_off.raised_by:
        return "You raised this write-off, so someone else must approve it."
    if pk == write_off.valued_by or pk in write_off.valued:
        return "You entered its value, so someone else must approve it."
    if pk in write_off.evidenced:
        return "You added evidence to it, so someone else must approve it."
    if pk == write_off.grader:
        return "You graded this garment, so someone else must approve it."
    if write_off.awaits_second and pk in write_off.first:
        return "You are its first approver already, so someone else must be the second."
    return ""


_PARTS = {
    "You raised": "{} raised",
    "You entered": "{} entered",
    "You added": "{} added",
    "You graded": "{} graded",
    "You are its": "{} is its",
}


def _for(each: StandIn, write_off: Facts) -> Signature | str:
    if no := _no_part(each.giver, write_off):
        yours, theirs = next((yours, theirs) for yours, theirs in _PARTS.items() if no.startswith(yours))
        return f"{theirs.format(f'{each.name}, for whom you stand in,')}{no.removeprefix(yours)}"
    return _under(each.limit, each.giver, write_off)


def _under(limit: Limit, for_whom: int | None, write_off: Facts) -> Signature | str:
    if write_off.carrying_pence is None:
        return "Its value is not known, so it cannot be approved yet."
    if not reaches(limit, write_off.carrying_pence, is_second=write_off.awaits_second):
        return f"It is worth {pounds(write_off.carrying_pence)}, and your limit is {pounds(limit.limit_pence)}: it needs a higher tier."
    return Signature(limit, for_whom)


# --- delegation ---------------------------------------------------------------------------------------------------------


LONGEST_DELEGATION = 92  # days: a quarter, with the days around it


def why_not_delegate(giver: Person, taker: Person, *, limit_pence: int, from_day: date, to_day: date, today: date) -> str:
    """Why this cannot be handed over, in a sentence; "" where it can. Only one's own limit can be, never one that was handed over."""
    if giver.pk == taker.pk:
        return "Nobody stands in for themselves: choose somebody else."
    if giver.limit is None or not giver.may:
        return "You have no limit of your own to hand over; what was handed to you cannot be passed on."
    if not taker.may:
        return "They may not approve write-offs: choose somebody whose role lets them."
    if limit_pence <= 0:
        return "The limit must be more than nothing."
    if limit_pence > giver.limit.limit_pence:
        return f"The limit cannot be above your own, which is {pounds(giver.limit.limit_pence)}."
    return _days(from_day, to_day, today)


def _days(from_day: date, to_day: date, today: date) -> str:
    if to_day < from_day:
        return "It ends before it begins: check the two days."
    if to_day < today:
        return "It would be over already: choose a last day from today on."
    if (to_day - from_day).days >= LONGEST_DELEGATION:
        return f"It may last {LONGEST_DELEGATION} days at most: choose an earlier last day."
    return ""
