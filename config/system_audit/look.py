"""One look at everything at one instant: what several checks ask for is read once."""

from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Q

from config.system_audit.gaps import Cost, delayed
from exceptions_queue.catalogue import Code
from orders.models import GateDecision
from orders.problems.checks import RELEASE_SCOPE
from partners.models import SyncRun
from partners.queries.banners import Latest, feeds_with_latest

LOOKED_BACK = timedelta(days=30)
NEWEST_DECISIONS = 20_000

# Raw, because an order that met the same trouble twice counts once and is worth what it is worth once.
_DELAYED = """
SELECT code, COUNT(*), SUM(worth) FROM (
  SELECT code, order_number, MAX(value_pence) AS worth FROM exceptions_queue_exceptioncase
  WHERE order_number <> '' AND (state = 'open' OR closed_at >= %s) GROUP BY code, order_number
) AS each_order GROUP BY code
"""


class Decided(NamedTuple):
    """How many decisions there are, and {code: how many of them name it}."""

    total: int
    fired: dict[Code, int]


class Look:
    """What is so at `at`, and since `since`, 30 days before."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.since = at - LOOKED_BACK

    @cached_property
    def _delayed(self) -> dict[str, Cost]:
        since = connection.ops.adapt_datetimefield_value(self.since)
        with connection.cursor() as cursor:
            cursor.execute(_DELAYED, [since])
            return {code: delayed(orders, int(pence or 0)) for code, orders, pence in cursor.fetchall()}

    def delayed(self, code: Code) -> Cost:
        """The orders that an open case of this code stopped in the last 30 days. One statement for all codes."""
        return self._delayed.get(code, delayed(0, 0))

    @cached_property
    def feeds(self) -> list[Latest]:
        return feeds_with_latest()

    @cached_property
    def broken_runs(self) -> dict[str, int]:
        """{feed: how many runs did not end well in the last 30 days}. One statement."""
        broken = (SyncRun.Outcome.FAILED, SyncRun.Outcome.PARTIAL, SyncRun.Outcome.HELD)
        runs = SyncRun.objects.filter(started_at__gte=self.since, outcome__in=broken).order_by()
        return dict(runs.values_list("feed__name").annotate(Count("pk")))

    @cached_property
    def decided(self) -> Decided:
        """What the release gate's stored decisions of the last 30 days say, the newest 20,000 of them. One statement."""
        newest = GateDecision.objects.filter(gate=GateDecision.Gate.RELEASE, decided_at__gte=self.since).order_by("-pk")
        decisions = GateDecision.objects.filter(pk__in=newest.values("pk")[:NEWEST_DECISIONS])
        named = {code.name: Count("pk", filter=Q(findings__has_key=code.value)) for code in RELEASE_SCOPE}
        counted = decisions.aggregate(total=Count("pk"), **named)
        return Decided(counted["total"], {code: counted[code.name] for code in sorted(RELEASE_SCOPE)})
