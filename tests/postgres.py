"""Tests on PostgreSQL: `python -m tests.postgres pytest -m postgres` runs any command beside a server of its own.

Inside a test the fixture `race` (tests/conftest.py) calls a function from several connections at once.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, connections

from config.postgres import create_database, throwaway


class Race:
    """Calls a function from several threads, each with a database connection of its own, all let go at once."""

    def __call__(self, act: Callable[[Any], object], runners: Sequence[Any], *, timeout: float = 60) -> list[str]:
        """What became of each runner, in their order: "ok", or the name of the error raised."""
        gate, outcomes = threading.Barrier(len(runners)), [""] * len(runners)

        def run(place: int, runner: Any) -> None:
            try:
                gate.wait(timeout)
                act(runner)
                outcomes[place] = "ok"
            except Exception as error:  # noqa: BLE001 - the outcome of a race is whatever was raised
                outcomes[place] = type(error).__name__
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(runners)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout)
        return outcomes


def until_another_waits() -> None:
    """Return once another connection waits for a lock. Raises TimeoutError where none does within half a minute."""
    ends = time.monotonic() + 30
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with connection.cursor() as cursor:
        while time.monotonic() < ends:
            cursor.execute(f"SELECT pg_stat_clear_snapshot(), ({waiting})")
            if cursor.fetchone()[1]:
                return
    raise TimeoutError


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def main(command: list[str]) -> int:
    with throwaway() as server:
        if not server:
            print(f"not run: {server.why_not}", file=sys.stderr)  # noqa: T201
            return 1
        address = create_database(server, "lockstep")
        env = {
            **os.environ,
            "DATABASE_URL": address,
            "SECRET_KEY": os.environ.get("SECRET_KEY", "only-for-a-database-thrown-away-at-the-end"),
        }
        return subprocess.run(command, env=env, check=False).returncode


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["pytest"]:
        arguments = [sys.executable, "-m", *arguments]
    sys.exit(main(arguments))
