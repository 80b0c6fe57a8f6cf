"""Say which gaps the system audit finds now."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from config.system_audit.gaps import Gap
from config.system_audit.registry import Audit, look_at_all


class Command(BaseCommand):
    help = "Say which gaps the system audit finds now, the costliest first, with what each cost in the last 30 days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object instead")

    def handle(self, *_args: Any, **options: Any) -> None:
        audit = look_at_all(at=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps(as_object(audit)))
            return
        for gap in audit.gaps:
            self.stdout.write(f"{gap.owner_label}: {gap.sentence}{f' ({gap.cost})' if gap.cost else ''}")
        self.stdout.write(f"{len(audit.gaps)} gaps, {len(audit.clean)} checks found nothing.")


def as_object(audit: Audit) -> dict[str, object]:
    """The audit as JSON has it."""
    return {"at": audit.at.isoformat(), "gaps": [_gap(gap) for gap in audit.gaps], "nothing_found": [check.key for check in audit.clean]}


def _gap(gap: Gap) -> dict[str, object]:
    costs = [{"count": cost.count, "what": cost.many, "pence": cost.pence} for cost in gap.costs if cost.in_words]
    return {"key": gap.key, "owner": gap.owner, "count": gap.count, "sentence": gap.sentence, "cost": costs, "url": gap.url}
