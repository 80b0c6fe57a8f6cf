"""Shop and ACS compared now, both ways: what one says of an order and the other does not."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from orders.actions.reconciling import ask_about_cancelled, run_reconcile
from orders.states import Difference
from partners import connect


class Command(BaseCommand):
    help = "Compare shop and ACS now, both ways, after asking ACS for cancelled orders; exit 0 only if the comparison happened."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-ask", action="store_true", help="use ACS's last word as it stands")
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *_args: Any, **options: Any) -> None:
        asked = 0 if options["no_ask"] else self._ask()
        run = run_reconcile(actor="system:command", at=timezone.now(), asked=asked)
        counts = {"compared": run.compared, "differing": run.differing, "opened": run.opened, "ended": run.ended, "asked": run.asked}
        if options["json"]:
            self.stdout.write(json.dumps(counts | {"by_kind": run.by_kind}))
            return
        kinds = "".join(f"\n  {Difference(kind).label}: {count:,}" for kind, count in run.by_kind.items())
        self.stdout.write(f"{run.compared:,} orders compared: {run.differing:,} differ.{kinds}")

    def _ask(self) -> int:
        if missing := connect.missing("acs"):
            self.stderr.write(f"ACS is not connected ({missing[0]} is not set): its last word counts.")
            return 0
        return ask_about_cancelled(clock=timezone.now)
