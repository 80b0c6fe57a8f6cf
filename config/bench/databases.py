"""A migrated database of its own for each scenario. The migrations take longer than a small benchmark: they run once for each kind of
database, and what they leave is copied."""

import shutil
from pathlib import Path

from config import postgres

_FIRST = "migrated"


class Databases:
    """Databases on `server` and files in `folder`; both belong to the caller, who throws them away."""

    def __init__(self, server: postgres.Server, folder: Path) -> None:
        self._server, self._folder = server, folder
        self._ready: set[str] = set()

    def fresh(self, kind: str, name: str) -> str:
        """The address of a new database called `name`, as the migrations leave it. `kind` is "postgresql" or "sqlite"."""
        if kind == "postgresql":
            if kind not in self._ready:
                postgres.migrate(postgres.create_database(self._server, _FIRST))
            address = postgres.create_database(self._server, name, like=_FIRST)
        else:
            first, path = (self._folder / f"{each}.sqlite3" for each in (_FIRST, name))
            if kind not in self._ready:
                postgres.migrate(f"sqlite:///{first}")
            shutil.copy(first, path)  # nobody has it open, so all of it is in the one file
            address = f"sqlite:///{path}"
        self._ready.add(kind)
        return address
