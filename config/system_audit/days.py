"""How the audit stood by day: kept once a day, compared with 30 days ago."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max, Min, Q
from django.utils import timezone

from config.models import SystemAuditDay
from config.system_audit.registry import CHECKS, look_at_all

BEFORE, STILL_BEFORE = timedelta(days=30), timedelta(days=37)
KEPT = timedelta(days=400)  # a year, and some weeks to compare it with


class Was(NamedTuple):
    """The day that today is compared with, and {check: its count then}. No day where none was kept."""

    on: date | None
    counts: Mapping[str, int]

    def change(self, key: str, count: int) -> int | None:
        """How many more there are now; None where that check was not looked at then."""
        return count - self.counts[key] if key in self.counts else None


@transaction.atomic
def keep(*, at: datetime) -> dict[str, int]:
    """Keep what every check finds now, and drop what is older than 400 days. A second time the same day corrects."""
    on = timezone.localdate(at)
    gaps = {gap.key: gap for gap in look_at_all(at=at).gaps}
    rows = [_row(on, check.key) for check in CHECKS if check.key not in gaps]
    rows += [_row(on, gap.key, count=gap.count, touched=gap.counted, pence=gap.pence) for gap in gaps.values()]
    SystemAuditDay.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["on", "key"], update_fields=["count", "touched", "pence"]
    )
    dropped, _ = SystemAuditDay.objects.filter(on__lt=on - KEPT).delete()
    return {"checks": len(rows), "gaps": len(gaps), "dropped": dropped}


def _row(on: date, key: str, *, count: int = 0, touched: int = 0, pence: int = 0) -> SystemAuditDay:
    return SystemAuditDay(on=on, key=key, count=count, touched=touched, pence=pence)


def before(*, at: datetime) -> Was:
    """The last day kept 30 to 37 days ago, else the first one since. Two statements."""
    today = timezone.localdate(at)
    month = Q(on__lte=today - BEFORE, on__gte=today - STILL_BEFORE)
    days = SystemAuditDay.objects.aggregate(then=Max("on", filter=month), since=Min("on", filter=Q(on__gt=today - BEFORE, on__lt=today)))
    on = days["then"] or days["since"]
    counts = SystemAuditDay.objects.filter(on=on).values_list("key", "count") if on else ()
    return Was(on, dict(counts))
