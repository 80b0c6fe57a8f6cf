"""The limits in force, those proposed, and every version there was; the delegations as people read them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User

from exceptions_queue.queries import words as desk_words
from returns.models import ApprovalLimit, Delegation
from returns.queries.desk.who import TIER_NAMES
from returns.queries.desk.words import money
from returns.rules.authority import Limit

MOST = 100
Told = dict[str, Any]


def versions(*, at: datetime) -> list[ApprovalLimit]:
    """The newest first. One statement."""
    return list(ApprovalLimit.objects.select_related("proposed_by", "confirmed_by").order_by("-proposed_at", "-id")[:MOST])


def standing(limits: Mapping[str, Limit], rows: list[ApprovalLimit], *, at: datetime) -> list[Told]:
    """The limit in force of each tier, the lowest first."""
    newest = {row.tier: row for row in sorted(rows, key=lambda row: row.version) if row.in_force_at and row.in_force_at <= at}
    return [_standing(limit, newest.get(limit.tier), at) for limit in sorted(limits.values(), key=lambda each: each.limit_pence)]


def _standing(limit: Limit, row: ApprovalLimit | None, at: datetime) -> Told:
    since = desk_words.moment(row.in_force_at, at) if row and row.in_force_at else "the beginning"
    return {"tier": tier(limit.tier), "limit": money(limit.limit_pence), "second": money(limit.second_above_pence), "since": since}


def told(row: ApprovalLimit, limits: Mapping[str, Limit], *, user: User, at: datetime) -> Told:
    """One version in words, and what this person may do about it while it is only proposed."""
    word, tone = _state(row, limits)
    old = limits.get(row.tier)
    confirms = user.has_perm("returns.confirm_approvallimit") and row.proposed_by_id != user.pk
    return {
        "pk": row.pk,
        "tier": tier(row.tier),
        "version": row.version,
        "limit": money(row.limit_pence),
        "second": money(row.second_above_pence),
        "reason": row.reason,
        "state": word,
        "tone": tone,
        "proposed": f"{_name(row.proposed_by)} proposed it {desk_words.moment(row.proposed_at, at)}",
        "confirmed": f"{_name(row.confirmed_by)} confirmed it" if row.confirmed_by else "",
        "now": f"Now it is {money(old.limit_pence)}, a second person above {money(old.second_above_pence)}." if old else "",
        "is_open": is_open(row),
        "may_confirm": is_open(row) and confirms,
        "is_mine": row.proposed_by_id == user.pk,
    }


def is_open(row: ApprovalLimit) -> bool:
    return row.in_force_at is None and row.withdrawn_at is None


def _state(row: ApprovalLimit, limits: Mapping[str, Limit]) -> tuple[str, str]:
    if row.withdrawn_at:
        return "Withdrawn", "quiet"
    if row.in_force_at is None:
        return "Proposed", "warn"
    now = limits.get(row.tier)
    is_now = now and (now.limit_pence, now.second_above_pence) == (row.limit_pence, row.second_above_pence)
    return ("In force", "ok") if is_now else ("Replaced", "quiet")


def delegations(*, user: User, today: date) -> list[Told]:
    """Everybody's, the newest first: colleagues see who decides for whom. One statement."""
    rows = Delegation.objects.select_related("giver", "taker").order_by("-made_at", "-id")[:MOST]
    return [_delegation(row, user, today) for row in rows]


def _delegation(row: Delegation, user: User, today: date) -> Told:
    word, tone = _when(row, today)
    return {
        "pk": row.pk,
        "giver": _name(row.giver),
        "taker": _name(row.taker),
        "days": _days(row.from_day, row.to_day),
        "limit": money(row.limit_pence),
        "reason": row.reason,
        "state": word,
        "tone": tone,
        "may_end": word in ("In force", "To come") and user.pk in (row.giver_id, row.taker_id),
    }


def _days(first: date, last: date) -> str:
    """ "30 Nov to 7 Dec 2026"."""
    year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {first:%b}{year} to {last.day} {last:%b %Y}"


def _when(row: Delegation, today: date) -> tuple[str, str]:
    if row.ended_at:
        return "Ended early", "quiet"
    if row.to_day < today:
        return "Over", "quiet"
    return ("To come", "info") if row.from_day > today else ("In force", "ok")


def tier(name: str) -> str:
    return desk_words.capitalised(TIER_NAMES.get(name, name))


def _name(user: User | None) -> str:
    return desk_words.name_of(user) if user else "Lockstep"
