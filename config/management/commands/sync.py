"""One feed now, in the foreground."""

import json
import sys
import time

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.feeds import FEEDS
from config.running import NoFile, Tell, UnknownFeed, run_feed
from partners.models import SyncRun

COUNTS = ("seen", "created", "changed", "unchanged", "rejected", "gone")
BAR = 40  # characters
NAMED = 50  # refused rows named on the terminal


class Command(BaseCommand):
    help = "Run one feed now: " + ", ".join(sorted(FEEDS))

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("feed")
        parser.add_argument("--full", action="store_true", help="from the start, not from the cursor")
        parser.add_argument("--file", default="", help="a file instead of the usual place")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: object, **options: object) -> None:
        started = time.monotonic()
        try:
            run = run_feed(str(options["feed"]), path=str(options["file"]), full=bool(options["full"]), tell=self._bar())
        except (UnknownFeed, NoFile) as error:
            raise CommandError(error.sentence) from error
        self._tell(run, time.monotonic() - started, as_json=bool(options["json"]))
        if options["file"]:
            self._name_refused(run)
        if options["file"] and run.outcome == SyncRun.Outcome.SKIPPED:
            raise CommandError(f"{run.feed.name} is being read or is paused, so nothing of the file was used. Run it again in a minute.")
        if run.outcome not in (SyncRun.Outcome.OK, SyncRun.Outcome.SKIPPED):
            raise CommandError(f"{run.feed.name}: {run.get_outcome_display()}. {run.why}")

    def _bar(self) -> Tell | None:
        """How far a large file is, on a terminal; a log gets no bar."""
        if not sys.stderr.isatty():
            return None

        def tell(done: int, total: int) -> None:
            share = min(1.0, done / max(1, total))
            end = "\n" if share == 1 else ""
            sys.stderr.write(f"\r[{'█' * round(BAR * share):<{BAR}}] {share:4.0%}{end}")
            sys.stderr.flush()

        return tell

    def _tell(self, run: SyncRun, seconds: float, *, as_json: bool) -> None:
        counts = {name: getattr(run, name) for name in COUNTS}
        if as_json:
            self.stdout.write(json.dumps({"feed": run.feed.name, "outcome": run.outcome, **counts, "seconds": round(seconds, 3)}))
            return
        listed = ", ".join(f"{number} {name}" for name, number in counts.items())
        self.stdout.write(f"{run.feed.name}: {run.get_outcome_display()} in {seconds:.1f} s: {listed}")

    def _name_refused(self, run: SyncRun) -> None:
        """Which rows of a file were not used, and why; all of them stand on the run's page."""
        if not run.rejected:
            return
        for record in run.rejected_records.order_by("pk")[:NAMED]:
            self.stderr.write(f"{record.path}: {record.reason}")
        if run.rejected > NAMED:
            self.stderr.write(f"… and {run.rejected - NAMED} more, on the run's page.")
