"""Write config/timetable.py to the scheduler. Safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from config import timetable


class Command(BaseCommand):
    help = "Write the timetable to the scheduler; safe to run again."

    def handle(self, *_args: Any, **_options: Any) -> None:
        counts = timetable.write(at=timezone.now())
        self.stdout.write(", ".join(f"{count} {what}" for what, count in counts.items()))
