"""A PostgreSQL of one's own for tests and benchmarks: started on a free port, stopped and deleted at the end."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from config.environment import BASE_DIR

PLACES = (Path("/usr/lib/postgresql"), Path("/opt/homebrew/opt"), Path("/usr/local/opt"))
SAFE = ("-c", "fsync=on", "-c", "synchronous_commit=on")
FAST = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


@dataclass(frozen=True)
class Server:
    """A running server, or the reason why there is none (`dsn` empty)."""

    dsn: str = ""
    pid: int = 0
    home: Path | None = None
    why_not: str = ""

    def __bool__(self) -> bool:
        return bool(self.dsn)

    def database(self, name: str) -> str:
        """The address of another database of the same server."""
        return f"{self.dsn.rsplit('/', 1)[0]}/{name}"


@contextmanager
def throwaway(*, durable: bool = False, settings: tuple[str, ...] = ()) -> Iterator[Server]:
    """Start a server, yield it, stop it and delete its files.

    `durable=False` switches fsync off: right for tests, wrong for a benchmark that compares writes. Where PostgreSQL is not
    installed the yielded server is falsy and says why. Only the process started here is ever stopped.
    """
    tools = binaries()
    if tools is None:
        yield Server(why_not="no initdb and postgres on PATH or under /usr/lib/postgresql")
        return
    home = Path(tempfile.mkdtemp(prefix="lockstep-pg-"))
    server: subprocess.Popen[bytes] | None = None
    try:
        _create(tools, home)
        port = _free_port()
        server = _start(tools, home, port, (*(SAFE if durable else FAST), *settings))
        _wait_until_it_answers(server, port, home)
        yield Server(dsn=f"postgres://lockstep@127.0.0.1:{port}/postgres", pid=server.pid, home=home)
    finally:
        if server is not None:
            _stop(server)
        shutil.rmtree(home, ignore_errors=True)


def binaries() -> Path | None:
    """The folder that holds initdb and postgres, the newest version first; None where there is none."""
    found = shutil.which("initdb")
    candidates = [Path(found).resolve().parent] if found else []
    for place in PLACES:
        candidates += sorted(place.glob("*/bin"), key=_version, reverse=True)
    return next((folder for folder in candidates if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


def _version(folder: Path) -> float:
    digits = "".join(letter for letter in folder.parent.name if letter.isdigit() or letter == ".")
    return float(digits) if digits.replace(".", "", 1).isdigit() else 0.0


def _create(tools: Path, home: Path) -> None:
    _own(home)
    done = subprocess.run(  # noqa: S603
        [tools / "initdb", "-D", home / "data", "-U", "lockstep", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
        capture_output=True,
        text=True,
        cwd=home,
        check=False,
        user=_uid(),
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr.strip()[-500:]}")


def _start(tools: Path, home: Path, port: int, settings: tuple[str, ...]) -> subprocess.Popen[bytes]:
    with (home / "log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603
            [
                tools / "postgres", "-D", home / "data", "-p", str(port),
                "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={home}", "-c", "max_connections=100", *settings,
            ],
            stdout=log,
            stderr=log,
            cwd=home,
            start_new_session=True,
            user=_uid(),
        )  # fmt: skip


def _wait_until_it_answers(server: subprocess.Popen[bytes], port: int, home: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start: {(home / 'log').read_text(errors='replace')[-800:]}")
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="lockstep", dbname="postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Ask for a fast shutdown; a server that does not obey within 20 s gets SIGQUIT, then SIGKILL."""
    for sign, patience in ((signal.SIGINT, 20), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
        if server.poll() is not None:
            return
        server.send_signal(sign)
        try:
            server.wait(patience)
        except subprocess.TimeoutExpired:
            continue


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _uid() -> int | None:
    """PostgreSQL refuses to run as root: then run it as `postgres`, or as `nobody`."""
    return _somebody().pw_uid if os.geteuid() == 0 else None


def _somebody() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody.")


def _own(home: Path) -> None:
    home.chmod(0o700)
    if os.geteuid() == 0:
        os.chown(home, _somebody().pw_uid, -1)


def create_database(server: Server, name: str, *, like: str = "") -> str:
    """Create a database and return its address: empty, or a copy of the one called `like`, which nobody may have open."""
    template = sql.Identifier(like) if like else sql.SQL("DEFAULT")
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), template))
    return server.database(name)


def migrate(dsn: str) -> None:
    """Bring the database at `dsn` up to date, in a process of its own: this one may be bound to another database."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, BASE_DIR / "manage.py", "migrate", "--verbosity", "0"],
        env={**os.environ, "DATABASE_URL": dsn, "SECRET_KEY": os.environ.get("SECRET_KEY", "only-for-a-database-thrown-away")},
        capture_output=True,
        text=True,
        cwd=BASE_DIR,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"migrate failed: {done.stderr.strip()[-800:]}")
