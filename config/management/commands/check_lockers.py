"""The integrity run now: every open locker order, shop, ACS and InPost side by side."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from config.running import run_feed
from lockers.queries import feed
from lockers.queries.points import FEED
from orders import tasks as orders
from orders.actions.integrity import run_integrity
from partners.models import SyncRun


class Command(BaseCommand):
    help = "Check the locker of every open order now, after reading InPost's lockers anew; exit 0 only if the run happened."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-crawl", action="store_true", help="use the mirror as it stands")
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not options["no_crawl"]:
            self._crawl()
        run = run_integrity(actor="system:command", at=timezone.now())
        counts = {"orders": run.orders, "passed": run.passed, "failed": run.failed, "by_code": run.by_code}
        if options["json"]:
            self.stdout.write(json.dumps(counts))
            return
        codes = "".join(f"\n  {code}: {count:,}" for code, count in run.by_code.items())
        self.stdout.write(f"{run.orders:,} open locker orders: {run.passed:,} passed, {run.failed:,} failed.{codes}")

    def _crawl(self) -> None:
        """Read InPost's lockers anew. Whatever goes wrong is said, and the mirror decides: down is not invalid."""
        if not settings.INPOST_POINTS_URL:
            self.stderr.write("INPOST_POINTS_URL is not set: the mirror decides.")
            return
        self.stderr.write("Reading InPost's lockers anew.")
        read = run_feed(FEED, out_of_turn=True)
        if read.outcome == SyncRun.Outcome.OK:
            orders.recheck_open()
        else:
            self.stderr.write(
                f"They could not be read: {read.why or read.get_outcome_display()} The mirror decides, last read {_last_read()}."
            )


def _last_read() -> str:
    known = feed()
    return f"{timezone.localtime(known.last_good_at):%d %B %Y %H:%M}" if known and known.last_good_at else "never"
