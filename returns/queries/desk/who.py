"""Who may approve a write-off, who has, and what this person's own word would be worth; each in a sentence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone

from exceptions_queue.queries import words as desk_words
from returns.models import Delegation, WriteOff
from returns.queries.desk.words import money
from returns.rules import authority
from returns.rules.authority import Facts, Limit, Person, Signature
from returns.states import Method, WriteOffState

_S = WriteOffState
TIER_NAMES = {"finance": "finance approver", "finance_manager": "finance manager"}
_BEFORE = (_S.DRAFTED, _S.EVIDENCE_NEEDED, _S.QUERIED, _S.AWAITING_APPROVAL, _S.AWAITING_SECOND)


class Step(NamedTuple):
    """One person's part, given or still to come."""

    icon: str
    tone: str
    sentence: str


@dataclass(frozen=True)
class Who:
    """`why_not` says why this person may not approve it; "" where they may, and `may` then says what their word does."""

    steps: list[Step]
    why_not: str
    may: str


def who(write_off: WriteOff, facts: Facts, person: Person, limits: Mapping[str, Limit], *, at: datetime) -> Who:
    """No statement: all of it has been read."""
    signed = authority.signature(person, facts)
    steps = list(_steps(write_off, facts, limits, at))
    if isinstance(signed, str):
        return Who(steps, signed, "")
    return Who(steps, "", _may(write_off, facts, signed, {each.giver: each.name for each in person.stands_in}))


def _steps(write_off: WriteOff, facts: Facts, limits: Mapping[str, Limit], at: datetime) -> Iterable[Step]:
    if write_off.first_by and write_off.first_at:
        yield _given(
            "First approval" if write_off.needs_second else "Approved", write_off.first_by, write_off.first_for, write_off.first_at, at
        )
    elif write_off.state in _BEFORE:
        yield Step("clock", "tone-quiet", f"To be approved by {takes(facts, limits)}.")
    if write_off.second_by and write_off.second_at:
        yield _given("Second approval", write_off.second_by, write_off.second_for, write_off.second_at, at)
    elif write_off.needs_second and write_off.state in _BEFORE:
        yield Step("clock", "tone-quiet", "Then by a second person, of any tier.")


def _given(what: str, by: User, for_whom: User | None, moment: datetime, at: datetime) -> Step:
    stood_in = f" for {desk_words.name_of(for_whom)}" if for_whom else ""
    return Step("check-circle", "tone-ok", f"{what} by {desk_words.name_of(by)}{stood_in} {desk_words.moment(moment, at)}.")


def takes(facts: Facts, limits: Mapping[str, Limit]) -> str:
    """ "a finance approver or a finance manager": whose limit reaches its value."""
    worth = facts.carrying_pence or 0
    able = [f"a {TIER_NAMES.get(tier, tier)}" for tier, limit in sorted(limits.items()) if worth <= limit.limit_pence]
    return " or ".join(able) or f"nobody yet: {money(worth)} is above every limit"


def _may(write_off: WriteOff, facts: Facts, signed: Signature, names: Mapping[int, str]) -> str:
    stood_in = f", for {names.get(signed.for_whom, 'a colleague')}," if signed.for_whom else ""
    if facts.awaits_second:
        return f"You may approve it{stood_in} as the second of two."
    within = f"{money(write_off.carrying_pence)} is within {'their' if stood_in else 'your'} limit of {money(signed.limit.limit_pence)}"
    then = "; a second person approves it after you" if signed.needs_second(facts) else ""
    return f"You may approve it{stood_in} because {within}{then}."


def why_not_reverse(write_off: WriteOff, person: Person) -> str:
    """Why this person may not take back what is in the ledger; "" where they may. The act asks once more."""
    if write_off.method == Method.NONE or write_off.journal_id is None:
        return "Nothing of it was posted, so there is nothing to reverse."
    if write_off.reversal_id is not None:
        return "Its reversal is on the way to the ledger."
    approved = (write_off.first_by_id, write_off.first_for_id, write_off.second_by_id, write_off.second_for_id)
    made = (write_off.raised_by_id, write_off.valued_by_id)
    return authority.why_not_reverse(person, carrying_pence=write_off.carrying_pence, made=made, approved=approved)


def stand_ins(user: User, *, at: datetime) -> list[str]:
    """What both people of a delegation that is in force today should know. One statement."""
    today = timezone.localdate(at)
    found = Delegation.objects.filter(Q(giver=user) | Q(taker=user), ended_at__isnull=True, from_day__lte=today, to_day__gte=today)
    return [_stand_in(each, user) for each in found.select_related("giver", "taker").order_by("to_day", "pk")]


def _stand_in(each: Delegation, user: User) -> str:
    until = f"until {day(each.to_day)}, up to {money(each.limit_pence)}"
    if each.giver_id == user.pk:
        return f"{desk_words.name_of(each.taker)} stands in for you {until}."
    return f"You stand in for {desk_words.name_of(each.giver)} {until}. What you approve for them is recorded so."


def day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
