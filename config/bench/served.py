"""A page as it is served: gunicorn in front, its processor time and that of its database connections counted.

gunicorn imports this module too, for `application`: the project with the benchmark's own addresses added.
"""

import http.client
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection

from config.bench.harness import Cost
from config.demo.stage import answers, free_port
from config.processes import Child, python

URLCONF = "LOCKSTEP_BENCH_URLCONF"

if URLCONF in os.environ:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    settings.ROOT_URLCONF = os.environ[URLCONF]
    application = get_wsgi_application()


class Served:
    """One web worker with one thread, and one connection to it that stays open."""

    def __init__(self, child: Child, port: int) -> None:
        self.child, self.wire = child, http.client.HTTPConnection("127.0.0.1", port)

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
        cpu, wall = self._cpu_seconds(), time.perf_counter()
        for _ in range(times):
            self.get(address, session=session)
        return Cost(wall=time.perf_counter() - wall, cpu=self._cpu_seconds() - cpu)

    def _cpu_seconds(self) -> float:
        return sum(_on_processor(pid) for pid in [*_children(self.child.pid), *_backends()])


@contextmanager
def served(urlconf: str) -> Iterator[Served]:
    port = free_port()
    options = ["--bind", f"127.0.0.1:{port}", "--workers", "1", "--worker-class", "gthread", "--threads", "1", "--log-level", "error"]
    child = Child("web", python("-m", "gunicorn", "config.bench.served:application", *options), env={URLCONF: urlconf}, grace_s=3)
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
