"""Which account stands for which purpose, and which the ledger's chart offers."""

from datetime import datetime
from typing import Any

from exceptions_queue.queries import words as desk_words
from returns.models import ChartAccount, LedgerAccount

Told = dict[str, Any]


def purposes(*, at: datetime) -> list[Told]:
    """Every purpose with its account, if it has one. One statement."""
    named = {row.purpose: row for row in LedgerAccount.objects.select_related("changed_by")}
    return [_told(purpose, label, named.get(purpose), at) for purpose, label in LedgerAccount.Purpose.choices]


def _told(purpose: str, label: Any, row: LedgerAccount | None, at: datetime) -> Told:
    who = desk_words.name_of(row.changed_by) if row and row.changed_by else "Lockstep"
    since = f"{who}, {desk_words.moment(row.changed_at, at)}" if row else ""
    return {"purpose": purpose, "label": str(label), "code": row.code if row else "", "name": row.name if row else "", "since": since}


def chart() -> list[tuple[str, str]]:
    """The accounts that a journal may name, by code. One statement."""
    usable = ChartAccount.objects.filter(gone_at=None, why_not="").order_by("code")
    return [(code, f"{code} {name}") for code, name in usable.values_list("code", "name")]
