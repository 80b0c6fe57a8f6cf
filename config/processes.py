"""Child processes that never outlive us: each in a session of its own, stopped politely, then for certain."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from config.environment import BASE_DIR

BACK_OFF_CAP_S = 60.0
HEALTHY_AFTER_S = 120.0
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def python(*arguments: str) -> list[str]:
    """The command that runs this same Python with `arguments`."""
    return [sys.executable, *arguments]


def manage(*arguments: str) -> list[str]:
    return python(str(BASE_DIR / "manage.py"), *arguments)


class Child:
    """One command kept running: restarted with a growing pause when it dies, its whole group killed when it is stopped.

    A Ctrl-C in the terminal reaches the parent only, because the child leads its own session. Should the parent be killed
    outright, the kernel (Linux) sends the child SIGTERM.
    """

    def __init__(self, name: str, command: Sequence[str], *, env: Mapping[str, str] | None = None, grace_s: float = 10.0) -> None:
        self.name, self.command, self.grace_s = name, list(command), grace_s
        self.env = {**os.environ, **(env or {})}
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self._started_at = self._not_before = 0.0
        self._pause_s = 1.0
        self._buried = False

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self, *, stdout: int | None = None) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.command,
            env=self.env,
            cwd=BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            start_new_session=True,
            preexec_fn=_end_with_parent if _LIBC else None,
        )
        self._buried = False
        self.starts += 1
        self._started_at = time.monotonic()

    def exit_code(self) -> int | None:
        """The exit code of a process that has ended, its orphans killed; None while it runs or before it started."""
        if self.process is None or self.process.poll() is None:
            return None
        self._kill_group()
        return self.process.returncode

    def restart_when_due(self) -> bool:
        """Start again what has ended, once its pause is over: 1 s, doubled at each quick death up to a minute."""
        if self.running:
            return False
        now = time.monotonic()
        if not self._not_before:
            self._pause_s = 1.0 if now - self._started_at > HEALTHY_AFTER_S else min(self._pause_s * 2, BACK_OFF_CAP_S)
            self._not_before = now + self._pause_s
        if now < self._not_before:
            return False
        self._not_before = 0.0
        self.start()
        return True

    def ask_to_stop(self) -> None:
        """SIGTERM to the main process only: a group-wide one kills the cluster's sentinel before it can stop cleanly."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self, *, grace_s: float | None = None) -> None:
        """Ask, wait, then kill the whole group. Returns when the process is gone."""
        if self.process is None:
            return
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(self.grace_s if grace_s is None else grace_s)
        self._kill_group()
        self.process.wait()

    def _kill_group(self) -> None:
        """Once only: afterwards the number may belong to somebody else."""
        if self._buried:
            return
        self._buried = True
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


def stop_all(children: Sequence[Child]) -> None:
    """Ask all of them first, so that their graces run side by side."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + max((child.grace_s for child in children), default=0.0)
    for child in children:
        child.stop(grace_s=max(0.0, deadline - time.monotonic()))


def _end_with_parent() -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
