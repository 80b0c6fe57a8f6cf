"""A migrated database of its own for each scenario. The migrations take longer than a small benchmark: they run once for each kind of
database, and what they leave is copied."""

import shutil
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from config import postgres

_FIRST = "migrated"


class NoServer(Exception):
    """There is no PostgreSQL here; says why."""


class Own(NamedTuple):
    """What one scenario has for itself."""

    address: str
    folder: Path


class Databases:
    """Databases on `server` and files in `folder`; both belong to the caller, who throws them away. Several threads may ask."""

    def __init__(self, server: postgres.Server, folder: Path) -> None:
        self._server, self._folder = server, folder
        self._ready: set[str] = set()
        self._one_at_a_time = Lock()

    def fresh(self, kind: str, name: str) -> Own:
        """A new database as the migrations leave it, and an empty folder. `kind` is "postgresql" or "sqlite". Raises NoServer."""
        if kind == "postgresql" and not self._server:
            raise NoServer(self._server.why_not)
        folder = self._folder / f"{name}-{kind}"
        folder.mkdir()
        with self._one_at_a_time:
            copy = self._on_the_server if kind == "postgresql" else self._in_a_file
            address = copy(name, is_first=kind not in self._ready)
            self._ready.add(kind)
        return Own(address, folder)

    def _on_the_server(self, name: str, *, is_first: bool) -> str:
        if is_first:
            postgres.migrate(postgres.create_database(self._server, _FIRST))
        return postgres.create_database(self._server, name, like=_FIRST)

    def _in_a_file(self, name: str, *, is_first: bool) -> str:
        first, path = (self._folder / f"{each}.sqlite3" for each in (_FIRST, name))
        if is_first:
            postgres.migrate(f"sqlite:///{first}")
        shutil.copy(first, path)  # nobody has it open, so all of it is in the one file
        return f"sqlite:///{path}"
