"""The benchmarks, each against its own baseline in the same run."""

import json
import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import postgres
from config.bench import SCENARIOS
from config.bench.databases import Databases
from config.bench.harness import BenchEnv, Measure

POSTGRES = ("-c", "shared_buffers=1GB", "-c", "work_mem=64MB", "-c", "jit=off", "-c", "max_parallel_workers_per_gather=0")
INSIDE = "LOCKSTEP_BENCH_FOLDER"


class Command(BaseCommand):
    help = "Run the benchmarks on a PostgreSQL (and a SQLite file) of their own; exit 1 when one misses its goal or cannot run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("scenario", nargs="*", help=f"one or more of {', '.join(SCENARIOS)}; default all")
        parser.add_argument("--scale", type=int, default=1, help="divide the sizes by this")
        parser.add_argument("--smoke", action="store_true", help="fail on counts and on what cannot run, only print the ratios")
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *_args: Any, **options: Any) -> None:
        names = options["scenario"] or list(SCENARIOS)
        if unknown := sorted(set(names) - set(SCENARIOS)):
            raise CommandError(f"No such scenario: {', '.join(unknown)}. There are {', '.join(SCENARIOS)}.")
        if options["scale"] < 1:
            raise CommandError("--scale is a whole number of at least 1.")
        if INSIDE in os.environ:
            self._inside(names[0], options["scale"])
        else:
            self._outside(names, options["scale"], smoke=options["smoke"], as_json=options["json"])

    def _inside(self, name: str, scale: int) -> None:
        """In the child: the database is the one to measure. The last line of stdout is the result."""
        env = BenchEnv(scale=scale, folder=Path(os.environ[INSIDE]), say=lambda text: self.stderr.write(f"  {text}"))
        measures = import_module(f"config.bench.{name}").run(env)
        self.stdout.write(json.dumps([measure.as_json() for measure in measures]))

    def _outside(self, names: list[str], scale: int, *, smoke: bool, as_json: bool) -> None:
        results: dict[str, Any] = {}
        with postgres.throwaway(durable=True, settings=POSTGRES) as server, tempfile.TemporaryDirectory(prefix="lockstep-bench-") as folder:
            databases = Databases(server, Path(folder))
            for name in names:
                for database in SCENARIOS[name]:
                    if database == "postgresql" and not server:
                        results[f"{name} on {database}"] = self._not_run(name, server.why_not)
                        continue
                    address = databases.fresh(database, name)
                    results[f"{name} on {database}"] = self._one(name, database, address, Path(folder), scale, smoke=smoke)
        passed = all(outcome["passed"] for outcome in results.values())
        if as_json:
            self.stdout.write(json.dumps({"scale": scale, "passed": passed, "results": results}))
        if not passed:
            sys.exit(1)

    def _not_run(self, name: str, why: str) -> dict[str, Any]:
        self.stdout.write(f"{name} on postgresql\n  not run: {why}")
        return {"passed": False, "not_run": why, "measures": []}

    def _one(self, name: str, database: str, address: str, folder: Path, scale: int, *, smoke: bool) -> dict[str, Any]:
        self.stdout.write(f"{name} on {database}")
        rows = _child(name, address, folder, scale)
        for row in rows:
            self.stdout.write(f"  {Measure(**row)}")
        binding = [row for row in rows if row["exact"] or not smoke]
        return {"passed": bool(rows) and all(row["passed"] for row in binding), "measures": rows}


def _child(name: str, address: str, folder: Path, scale: int) -> list[dict[str, Any]]:
    """Measure in a process of its own: a clean memory, and settings bound to the right database."""
    env = {
        **os.environ,
        "DATABASE_URL": address,
        "SECRET_KEY": "only-for-a-benchmark-on-a-database-thrown-away-afterwards",
        "SANDBOX": "1",
        "DEBUG": "0",
        "LOG_LEVEL": "ERROR",
        "STATEMENT_TIMEOUT_SECONDS": "900",
        INSIDE: str(folder),
    }
    done = subprocess.run(  # noqa: S603
        [sys.executable, postgres.BASE_DIR / "manage.py", "bench", name, "--scale", str(scale)],
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        cwd=postgres.BASE_DIR,
        check=False,
    )
    if done.returncode:
        raise CommandError(f"{name} did not finish: exit {done.returncode}.")
    measures: list[dict[str, Any]] = json.loads(done.stdout.strip().splitlines()[-1])
    return measures
