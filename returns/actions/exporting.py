"""Do it: note that somebody took a month's files away."""

from datetime import date, datetime

from django.contrib.auth.models import User

from exceptions_queue.audit import record_many
from returns.models import PeriodSignOff
from returns.rules.months import name_of


def note_taken(what: str, month: date, count: int, *, actor: User, at: datetime) -> None:
    """Write to the audit log that `actor` took the "register" or the "evidence" of a month, with how many write-offs.

    Its subject is the month: its standing sign-off where there is one. Two statements.
    """
    signed = PeriodSignOff.objects.filter(month=month, reopened_at__isnull=True).values_list("pk", flat=True).first()
    subject = (PeriodSignOff, signed or 0, f"month {name_of(month)}")
    record_many(f"{what} taken away", [subject], actor=actor, at=at, after={"month": name_of(month), "write_offs": count})
