"""Check every invariant on the live database."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from config.invariants import Checked, check_all


class Command(BaseCommand):
    help = "Check every invariant on the live database; exit 1 and the breaches if one is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
        parser.add_argument("--at", type=_moment, help="as things stood at that moment, for a restored backup: 2026-11-20T02:00:00Z")

    def handle(self, *_args: Any, **options: Any) -> None:
        results = check_all(at=options["at"] or timezone.now())
        for result in results:
            self._say(result)
        broken = [result for result in results if result.breaches]
        if options["json"]:
            breaches = {f"{result.room}: {result.name}": result.breaches for result in broken}
            self.stdout.write(json.dumps({"checked": len(results), "broken": len(broken), "breaches": breaches}))
        if broken:
            sys.exit(1)

    def _say(self, result: Checked) -> None:
        self.stdout.write(f"{'BROKEN' if result.breaches else 'ok    '} {result.room}: {result.name}")
        for breach in result.breaches:
            self.stdout.write(f"         {breach}")


def _moment(typed: str) -> datetime:
    try:
        at = parse_datetime(typed)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ArgumentTypeError(f"{typed[:40]} is no moment: write it with its offset, such as 2026-11-20T02:00:00Z.")
    return at
