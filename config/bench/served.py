"""A page as it is served: gunicorn in front, its processor time and that of its database connections counted.

gunicorn imports this module too, for `application`: the project with the benchmark's own addresses added.
"""

import http.client
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection

from config.bench.harness import Cost
from config.demo.stage import answers, free_port
from config.processes import Child, python

Done = TypeVar("Done")
URLCONF = "LOCKSTEP_BENCH_URLCONF"

if URLCONF in os.environ:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    settings.ROOT_URLCONF = os.environ[URLCONF]
    application = get_wsgi_application()


class Served:
    """One web worker with one thread, and one connection to it that stays open."""

    def __init__(self, child: Child, port: int) -> None:
        self.child, self.port, self.wire = child, port, http.client.HTTPConnection("127.0.0.1", port)

    def get(self, address: str, *, session: str = "") -> bytes:
        """Ask for a page, with a session's cookie where there is one. Raises RuntimeError for anything but 200."""
        cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"} if session else {}
        self.wire.request("GET", address, headers=cookie)
        answer = self.wire.getresponse()
        page = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{address} answered {answer.status}")
        return page

    def post(self, address: str, body: bytes, *, headers: dict[str, str]) -> bytes:
        """Send a body as a partner's machine does. Raises RuntimeError for anything but 200."""
        self.wire.request("POST", address, body=body, headers=headers)
        answer = self.wire.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{address} answered {answer.status}")
        return said

    def cost(self, address: str, *, times: int, session: str = "") -> Cost:
        """What it costs the server and its database to answer `times` times."""
        return self.cost_of(lambda: [self.get(address, session=session) for _ in range(times)])[0]

    def cost_of(self, act: Callable[[], Done]) -> tuple[Cost, Done]:
        """What the server and its database spend while `act` asks them, and what `act` gives."""
        cpu, wall = self._cpu_seconds(), time.perf_counter()
        done = act()
        return Cost(wall=time.perf_counter() - wall, cpu=self._cpu_seconds() - cpu), done

    def _cpu_seconds(self) -> float:
        return sum(_on_processor(pid) for pid in [*_children(self.child.pid), *_backends()])


@contextmanager
def served(urlconf: str, *, workers: int = 1, threads: int = 1, env: Mapping[str, str] | None = None, log: str = "-") -> Iterator[Served]:
    """The Dockerfile's server; by default a small one, whose costs are easy to count. What it logs goes to the file `log`."""
    port = free_port()
    options = ["--bind", f"127.0.0.1:{port}", "--workers", f"{workers}", "--worker-class", "gthread", "--threads", f"{threads}"]
    options += ["--log-level", "error", "--error-logfile", log, *(["--capture-output"] if log != "-" else [])]
    command = python("-m", "gunicorn", "config.bench.served:application", *options)
    child = Child("web", command, env={URLCONF: urlconf, **(env or {})}, grace_s=3)
    child.start(stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not answers(f"http://127.0.0.1:{port}/healthz"):
            if not child.running or time.monotonic() > deadline:
                raise RuntimeError("the web server did not start")
        yield Served(child, port)
    finally:
        child.stop()


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _backends() -> list[int]:
    """The database's processes for everybody but us."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        return [pid for (pid,) in cursor.fetchall()]


def _on_processor(pid: int) -> float:
    """Seconds that all threads of a process have been on a processor."""
    return sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9
