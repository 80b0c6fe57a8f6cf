"""Says per partner what is set, what is missing, what a harmless call proved, and when the last good call was."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from partners.connections import Checked, check_all

STATES = {True: "works", False: "FAILS", None: "not connected"}


class Command(BaseCommand):
    help = "Test the connection to every partner. Exits 0 only if at least one is connected and all that are work."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        found = check_all(timezone.now())
        ok = any(checked.ok for checked in found) and not any(checked.ok is False for checked in found)
        if options["json"]:
            partners = [asdict(checked) | {"missing": checked.missing} for checked in found]
            self.stdout.write(json.dumps({"ok": ok, "partners": partners}, default=str))
        else:
            self.stdout.write("\n".join(_lines(checked) for checked in found))
        if not ok:
            sys.exit(1)


def _lines(checked: Checked) -> str:
    last = f"{checked.last_good_at:%Y-%m-%d %H:%M UTC}" if checked.last_good_at else "never"
    lines = [f"{checked.name} ({checked.mode}): {STATES[checked.ok]}", f"  {checked.said}"]
    lines += [f"  scopes: {', '.join(checked.scopes)}"] if checked.scopes else []
    return "\n".join([*lines, f"  last good call: {last}"])
