"""Which months are closed."""

from datetime import date

from returns.models import PeriodSignOff
from returns.rules.waiting import last_of_month


def closed_to() -> date | None:
    """The last day of the last month that is signed off, or None: nothing new is dated on or before it. One statement."""
    month = PeriodSignOff.objects.filter(reopened_at__isnull=True).order_by("-month").values_list("month", flat=True).first()
    return last_of_month(month) if month else None
