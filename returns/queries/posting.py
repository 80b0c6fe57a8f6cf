"""What posting needs to know: which days are closed here."""

from datetime import date, timedelta

from returns.models import PeriodSignOff


def closed_here_to() -> date | None:
    """The last day of the last month that was signed off here, or None. One statement."""
    months = PeriodSignOff.objects.filter(reopened_at__isnull=True).order_by("-month")
    first = months.values_list("month", flat=True).first()
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1) if first else None
