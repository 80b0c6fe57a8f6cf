"""Own the task cluster: start it, watch its heartbeat, replace it when it is wedged, stop it cleanly."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from config import timetable
from config.cluster import Rhythm, Supervisor

LOOK_EVERY_S = 0.5


class Command(BaseCommand):
    help = "Run the task cluster under a watchdog. SIGINT or SIGTERM stops all of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        usual = Rhythm()
        for name, value, meaning in (
            ("ask-every", usual.ask_every, "seconds between two beats asked for"),
            ("stale-after", usual.stale_after, "seconds of silence after which the cluster is replaced"),
            ("grace", usual.grace, "seconds a silent cluster gets to stop by itself"),
            ("stop-grace", usual.stop_grace, "seconds running tasks get at the end"),
        ):
            parser.add_argument(f"--{name}", type=float, default=value, help=f"{meaning} (default {value:g})")

    def handle(self, *_args: Any, **options: Any) -> None:
        stop = threading.Event()
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, lambda *_: stop.set())
        timetable.write(at=timezone.now())
        rhythm = Rhythm(**{name: options[name] for name in ("ask_every", "stale_after", "grace", "stop_grace")})
        supervisor = Supervisor(rhythm)
        supervisor.start()
        try:
            while not stop.wait(LOOK_EVERY_S):
                supervisor.tick()
        finally:
            supervisor.stop()
