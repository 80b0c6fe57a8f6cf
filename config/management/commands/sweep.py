"""Do everything that is due, now and in the foreground."""

import json
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import sweeping


class Command(BaseCommand):
    help = "Check orders, send every due intent and read ACS, now; with --until-idle, until nothing more is due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--until-idle", action="store_true", help="go on until a round finds nothing to do")
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *_args: Any, **options: Any) -> None:
        total: dict[str, Counter[str]] = {}
        for number in range(1, sweeping.MOST_ROUNDS + 1):
            round_ = sweeping.once()
            self._say(number, round_)
            sweeping.add(total, round_)
            if not (options["until_idle"] and sweeping.did_something(round_)):
                break
        else:
            raise CommandError(f"After {sweeping.MOST_ROUNDS} rounds there is still something to do.")
        if options["json"]:
            self.stdout.write(json.dumps({kind: dict(counts) for kind, counts in total.items()}))

    def _say(self, number: int, round_: sweeping.Round) -> None:
        for kind, counts in round_.items():
            facts = ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in counts.items() if count)
            self.stdout.write(f"round {number}  {kind:<12} {facts or 'nothing'}")
