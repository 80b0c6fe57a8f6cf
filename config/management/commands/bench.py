"""The benchmarks, each against its own baseline in the same run."""

import json
import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import postgres
from config.bench import SCENARIOS
from config.bench.databases import Databases, NoServer
from config.bench.harness import BenchEnv, Measure

POSTGRES = ("-c", "shared_buffers=1GB", "-c", "work_mem=64MB", "-c", "jit=off", "-c", "max_parallel_workers_per_gather=0")
INSIDE = "LOCKSTEP_BENCH_FOLDER"

Job = tuple[str, str]  # a scenario and the database it runs on


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
        jobs = [(name, database) for name in names for database in SCENARIOS[name]]
        with (
            postgres.throwaway(durable=not smoke, settings=POSTGRES) as server,
            tempfile.TemporaryDirectory(prefix="lockstep-bench-") as folder,
        ):
            one = partial(self._one, databases=Databases(server, Path(folder)), scale=scale, smoke=smoke)
            results = {f"{name} on {database}": told for (name, database), told in _each(one, jobs, at_once=_cores() if smoke else 1)}
        passed = all(outcome["passed"] for outcome in results.values())
        if as_json:
            self.stdout.write(json.dumps({"scale": scale, "passed": passed, "results": results}))
        if not passed:
            sys.exit(1)

    def _one(self, name: str, database: str, *, databases: Databases, scale: int, smoke: bool) -> dict[str, Any]:
        try:
            own = databases.fresh(database, name)
        except NoServer as no:
            self.stdout.write(f"{name} on {database}\n  not run: {no}")
            return {"passed": False, "not_run": str(no), "measures": []}
        self.stderr.write(f"{name} on {database} …")
        rows = _child(name, own.address, own.folder, scale)
        self.stdout.write("\n  ".join((f"{name} on {database}", *(str(Measure(**row)) for row in rows))))
        binding = [row for row in rows if row["exact"] or not smoke]
        return {"passed": bool(rows) and all(row["passed"] for row in binding), "measures": rows}


def _cores() -> int:
    return os.cpu_count() or 1


def _each(one: Callable[[str, str], dict[str, Any]], jobs: list[Job], *, at_once: int) -> Iterator[tuple[Job, dict[str, Any]]]:
    """What each came to, in the order of the jobs. Side by side where no ratio binds; what is timed runs alone."""
    with ThreadPoolExecutor(at_once) as pool:
        yield from zip(jobs, pool.map(lambda job: one(*job), jobs), strict=True)


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
