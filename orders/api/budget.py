"""An answer in time, whatever becomes of the database: reading happens on threads of its own, and whoever asked waits no longer than told.

A statement alone could be bounded by the database. A connection that cannot be made, or that nobody answers any more, could not.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections

from lockers.queries.prepared import keep_statements

READERS = 8
TROUBLES, REST_S = 3, 2.0  # after so many in a row nobody waits again for so long
MOST_WAITING = 100  # notes for later; more are dropped, because an answer must never wait for them

Answer = TypeVar("Answer")
log = structlog.get_logger(__name__)


class OutOfTime(Exception):
    """There is no answer within the budget."""


class Readers:
    """Threads with database connections of their own, made when first needed and again in a forked process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = 0
        self._own = threading.local()
        self._room = threading.BoundedSemaphore(MOST_WAITING)
        self._troubles, self._rests_until = 0, 0.0

    def within(self, seconds: float | None, act: Callable[[], Answer]) -> Answer:
        """What `act` gives, within `seconds`; None for no limit, on this thread. Raises OutOfTime, or what `act` raises."""
        if seconds is None:
            return act()
        if time.monotonic() < self._rests_until:
            raise OutOfTime("resting")
        self._start()
        future = self._pool.submit(self._bounded, act, seconds)
        try:
            answer = future.result(timeout=max(seconds, 0))
        except TimeoutError as late:
            future.cancel()
            self._trouble()
            raise OutOfTime("late") from late
        except (OperationalError, InterfaceError):
            self._trouble()
            raise
        self._troubles = 0
        return answer

    def later(self, seconds: float | None, act: Callable[[], object]) -> None:
        """Do it after the answer. It may be lost, and raises nothing: it is a note, not a fact."""
        if seconds is None:
            with _no_matter():
                act()
            return
        self._start()
        if self._room.acquire(blocking=False):
            self._notes.submit(self._noted, act)

    def settle(self) -> None:
        """Wait for what is to be done later, and let every connection go. For tests and for the end of a process."""
        if self._pid != os.getpid():
            return
        for pool, threads in ((self._pool, READERS), (self._notes, 1)):
            gate = threading.Barrier(threads)
            for done in [pool.submit(_let_go, gate) for _ in range(threads)]:
                done.result(timeout=10)
        self._troubles, self._rests_until = 0, 0.0

    def _start(self) -> None:
        if self._pid == os.getpid():
            return
        with self._lock:
            if self._pid != os.getpid():
                self._pool = ThreadPoolExecutor(READERS, "checkout")
                self._notes = ThreadPoolExecutor(1, "checkout-notes")
                self._pid = os.getpid()

    def _bounded(self, act: Callable[[], Answer], seconds: float) -> Answer:
        """Once more on a new connection where the old one was lost meanwhile, as after a restart of the database."""
        self._limit()
        try:
            return act()
        except (DatabaseError, InterfaceError):
            if connection.is_usable():
                raise
            connection.close()
        self._limit()
        return act()

    def _limit(self) -> None:
        """What nobody waits for any more, the database ends too. Said once for each connection."""
        if connection.close_at is not None and time.monotonic() >= connection.close_at:
            connection.close()
        connection.ensure_connection()
        if getattr(self._own, "said_to", None) is connection.connection:
            return
        if connection.vendor == "postgresql":
            with connection.connection.cursor() as cursor:
                cursor.execute(f"SET statement_timeout = {int(settings.ELIGIBILITY_BUDGET_MS)}")
            keep_statements()
        self._own.said_to = connection.connection

    def _noted(self, act: Callable[[], object]) -> None:
        try:
            with _no_matter():
                act()
        finally:
            self._room.release()

    def _trouble(self) -> None:
        self._troubles += 1
        if self._troubles >= TROUBLES:
            self._troubles, self._rests_until = 0, time.monotonic() + REST_S


@contextmanager
def _no_matter() -> Iterator[None]:
    """Whatever goes wrong inside, nobody waits for it."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - see above
        log.warning("checkout note lost", why=type(error).__name__)
        with suppress(DatabaseError, InterfaceError):
            if not connection.in_atomic_block:
                connection.close()


def log_fallback(event: str, trouble: Exception) -> None:
    """A database in trouble is a warning; anything else is a mistake of ours, which nobody would see behind the fallback."""
    if isinstance(trouble, OutOfTime | OperationalError | InterfaceError):
        log.warning(event, why=type(trouble).__name__)
    else:
        log.error(event, why=type(trouble).__name__, exc_info=trouble)


def _let_go(gate: threading.Barrier) -> None:
    gate.wait(10)
    connections.close_all()


readers = Readers()
