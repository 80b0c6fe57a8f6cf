"""Recompute the audit chain: exit 1 and the first broken row if it does not hold, or where a head that was logged is not in it."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from exceptions_queue import audit


class Command(BaseCommand):
    help = "Recompute the hash chain of the audit record; exit 1 with the first broken row if it does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--head", help="a head that your logs have said: exit 1 too where the chain does not pass through it")

    def handle(self, *_args: Any, **options: Any) -> None:
        report = audit.verify()
        self.stdout.write(json.dumps(_facts(report)) if options["json"] else _sentence(report))
        if options["head"] and not audit.passes_through(options["head"]):
            raise CommandError(f"The chain does not pass through {options['head'][:64]}: what that head sealed is not all here.")
        if not report.holds:
            raise SystemExit(1)


def _facts(report: audit.ChainReport) -> dict[str, object]:
    broken = report.broken
    return {
        "holds": report.holds,
        "sealed": report.sealed,
        "unsealed": report.unsealed,
        "oldest_unsealed_seconds": _age(report),
        "head": report.head,
        "broken": broken and {"seq": broken.seq, "entry": broken.entry_id, "why": broken.why},
    }


def _sentence(report: audit.ChainReport) -> str:
    waiting = f" {report.unsealed} not sealed yet, the oldest {_age(report)} s old." if report.unsealed else ""
    if report.broken:
        return f"The audit chain is broken at seal {report.broken.seq}, entry {report.broken.entry_id}: {report.broken.why}{waiting}"
    return f"The audit chain holds: {report.sealed} entries sealed, head {report.head}.{waiting}"


def _age(report: audit.ChainReport) -> int:
    oldest = report.oldest_unsealed_at
    return int((timezone.now() - oldest).total_seconds()) if oldest else 0
