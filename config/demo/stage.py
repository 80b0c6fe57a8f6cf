"""The demo: a whole make-believe world on one machine, in a folder of its own.

The process that the person started owns nothing but child processes: the sandbox, one that prepares the database, then the
web and the workers, each with settings that point at the sandbox. Your own settings and database are never touched.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from config.environment import BASE_DIR
from config.processes import Child, manage, python, stop_all

FOLDER = Path(os.environ.get("LOCKSTEP_DEMO_FOLDER") or BASE_DIR / "var" / "demo")
PASSWORD = "LOCKSTEP_DEMO_PASSWORD"  # noqa: S105 - the name of a variable
LOOK_EVERY_S = 0.1
START_WITHIN_S = 60.0
WEB_GRACE_S, WORKERS_GRACE_S = 3.0, 4.0
# What a person may have set for a real installation, here or in .env: none of it may leak into the demo.
NEUTRAL = {
    "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
    "DEBUG": "0",
    "BEHIND_TLS_PROXY": "0",
    "NUM_PROXIES": "0",
    "LOG_FORMAT": "text",
    "LOG_LEVEL": "WARNING",
    **dict.fromkeys(("REDIS_URL", "RELEASES", "LABELS_BY", "MODE_ACS", "MODE_INPOST", "MODE_STORE", "ACS_SUBSCRIPTION_KEY"), ""),
    **dict.fromkeys(("SHOPIFY_WEBHOOK_ADDRESS", "LABELS_TO"), ""),
}


class Stopped(Exception):
    """The person asked us to stop."""


class Trouble(Exception):
    """The demo cannot start; `str()` says why and what to do."""


class Stage:
    """The demo's child processes, and the person's wish to stop."""

    def __init__(self, *, port: int, folder: Path = FOLDER, say: Callable[[str], None]) -> None:
        self.port, self.folder, self.say = port, folder, say
        self.password = easy_password()
        self.env: dict[str, str] = {}
        self.children: list[Child] = []
        self.lasting: list[Child] = []
        self._stop = threading.Event()

    def __enter__(self) -> "Stage":
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, lambda *_: self._stop.set())
        return self

    def __exit__(self, *_: object) -> None:
        stop_all(self.children)

    def clear(self) -> None:
        """Every demo starts from nothing, so that its numbers are those of its seed."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.env = {
            **NEUTRAL,
            "DATABASE_URL": f"sqlite:///{self.folder / 'demo.sqlite3'}",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "SANDBOX": "1",
            "MODE": "live",
            "STORE_FOLDER": str(self.folder / "shop"),
            "PYTHONUNBUFFERED": "1",
            PASSWORD: self.password,
        }

    def start_sandbox(self, *arguments: str) -> None:
        """Start the make-believe partners and take over the settings they print. Raises Trouble when they do not come."""
        port = free_port()
        sandbox = self._child("sandbox", manage("sandbox", "--port", str(port), *arguments), grace_s=2.0)
        sandbox.start(stdout=subprocess.PIPE)
        self.lasting.append(sandbox)
        printed = Printed(sandbox)
        self._wait_for(f"http://127.0.0.1:{port}/_sandbox/plan", sandbox)
        if not printed.whole.wait(SETTINGS_WITHIN_S):  # it answers a moment before it has said everything
            raise Trouble("The make-believe partners did not print their settings.")
        self.env |= {"SANDBOX_URL": f"http://127.0.0.1:{port}", **printed.settings}

    def let_the_shop_write(self) -> None:
        """The shop writes to an https address alone: give us one, and a tunnel from there to this machine."""
        host = "https://lockstep.example"
        self.env["SHOPIFY_WEBHOOK_ADDRESS"] = f"{host}/webhooks/shopify/"
        tell(f"{self.env['SANDBOX_URL']}/_sandbox/shopify/webhooks", {"tunnel": {host: f"http://127.0.0.1:{self.port}"}})

    def let_inpost_write(self) -> None:
        """InPost tells us of parcels by webhook, as it would in earnest."""
        address = f"http://127.0.0.1:{self.port}/webhooks/inpost/"
        tell(f"{self.env['SANDBOX_URL']}/_sandbox/inpost/webhooks", {"address": address})

    def run(self, *arguments: str) -> int:
        """Run one manage.py command to its end and give its exit code; raises Stopped when the person will not wait for it."""
        child = self._child(arguments[0], manage(*arguments), grace_s=2.0)
        child.start()
        while child.running:
            self._pause()
        return child.exit_code() or 0

    def serve(self) -> None:
        """Start web and workers, and come back when the first page answers."""
        options = [
            "--bind",
            f"127.0.0.1:{self.port}",
            "--workers",
            "1",
            "--threads",
            "8",
            "--log-level",
            "error",
            "--graceful-timeout",
            "2",
        ]
        web = self._child("web", python("-m", "gunicorn", "config.wsgi", *options), grace_s=WEB_GRACE_S)
        workers = self._child("workers", manage("workers", "--stop-grace", "2", "--grace", "2"), grace_s=WORKERS_GRACE_S)
        for child in (web, workers):
            child.start()
            self.lasting.append(child)
        self._wait_for(f"http://127.0.0.1:{self.port}/", web)

    def watch(self) -> None:
        """Keep everything running until the person stops it: ends by raising Stopped."""
        while True:
            self._pause()
            for child in self.lasting:
                if child.exit_code() is not None and child.restart_when_due():
                    self.say(f"{child.name} had ended and was started again.")

    def _child(self, name: str, command: Sequence[str], *, grace_s: float) -> Child:
        child = Child(name, command, env=self.env, grace_s=grace_s)
        self.children.append(child)
        return child

    def _wait_for(self, url: str, child: Child) -> None:
        deadline = time.monotonic() + START_WITHIN_S
        while not answers(url):
            if not child.running or time.monotonic() > deadline:
                raise Trouble(f"The {child.name} did not start; its messages are above.")
            self._pause()

    def _pause(self) -> None:
        if self._stop.wait(LOOK_EVERY_S):
            raise Stopped


# The sandbox prints its settings in one order; after this one there is none.
LAST_SETTING = "STORE_FOLDER"
SETTINGS_WITHIN_S = 20.0


class Printed:
    """What a child prints, read as it comes: NAME=value lines are settings, the rest is dropped so that its pipe never fills."""

    def __init__(self, child: Child) -> None:
        self.settings: dict[str, str] = {}
        self.whole = threading.Event()
        threading.Thread(target=self._read, args=(child.process,), daemon=True).start()

    def _read(self, process: "subprocess.Popen[bytes]") -> None:
        for line in process.stdout or ():
            name, sign, value = line.decode(errors="replace").strip().partition("=")
            if sign and name.isupper() and name.replace("_", "").isalnum():
                self.settings[name] = value
            if name == LAST_SETTING:
                self.whole.set()


def easy_password() -> str:
    """Twelve random letters and digits that cannot be mistaken for each other, in groups that can be typed."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))


def answers(url: str) -> bool:
    """Does anything but an error of the server come back? A login page does."""
    with suppress(OSError):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own loopback address
                return int(answer.status) < 500
        except urllib.error.HTTPError as error:
            return error.code < 500
    return False


def tell(url: str, said: dict[str, object]) -> None:
    """Raises Trouble when it is not taken."""
    request = urllib.request.Request(url, data=json.dumps(said).encode(), method="POST")  # noqa: S310 - our own loopback address
    try:
        urllib.request.urlopen(request, timeout=5).close()  # noqa: S310
    except OSError as error:
        raise Trouble(f"The make-believe partners did not listen: {error}") from error


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False
