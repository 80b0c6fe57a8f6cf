"""Write-offs that two people have had their say about, and a clock that a test turns."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group, Permission, User

from returns.models import WriteOff
from returns.states import Cause, LedgerClass, WriteOffState


@dataclass
class Clock:
    """Now, until somebody turns it."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **more: float) -> datetime:
        self.now += timedelta(**more)
        return self.now


def approver(name: str = "finance") -> User:
    """A person of the tier `finance`, with the limit that the house starts with."""
    user, _ = User.objects.get_or_create(username=name)
    tier, _ = Group.objects.get_or_create(name="finance")
    tier.permissions.add(Permission.objects.get(codename="approve_writeoff", content_type__app_label="returns"))
    user.groups.add(tier)
    return user


def lines_of(pence: int, memo: str, *, accounts: tuple[str, str] = ("410", "310")) -> list[dict[str, Any]]:
    debit, credit = accounts
    return [
        {"purpose": "stock_write_off", "account": debit, "debit_pence": pence, "credit_pence": 0, "memo": memo},
        {"purpose": "stock", "account": credit, "debit_pence": 0, "credit_pence": pence, "memo": memo},
    ]


def approved(number: int = 1, *, at: datetime, pence: int = 4205, on: date | None = None, by: User | None = None, **more: Any) -> WriteOff:
    """A write-off of stock, approved by one person, whose lines were signed as they stand."""
    reference = f"BER-{at:%y%m%d}-{number:05d}"
    told: dict[str, Any] = {
        "rfid": f"E{number}",
        "cause": Cause.GRADED,
        "state": WriteOffState.APPROVED,
        "happened_on": on or at.date(),
        "post_on": on or at.date(),
        "raised_at": at,
        "ledger_class": LedgerClass.STOCK,
        "cost_pence": pence,
        "depreciation_pence": 0,
        "carrying_pence": pence,
        "lines": lines_of(pence, f"{reference} garment E{number} beyond repair"),
        "lines_hash": f"signed {number}",
        "approved_hash": f"signed {number}",
        "first_by": by or approver(),
        "first_at": at,
    }
    return WriteOff.objects.create(reference=reference, **(told | more))
