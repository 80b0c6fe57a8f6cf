"""Journals under fire: `python -m tests.soak.posting` posts many while the cluster is killed at random and the ledger fails.

The ledger is the sandbox's Xero without any de-duplication of its own: a share of its answers is lost, a share of its writes is
done seconds late. Half of the journals are approved at the start, the others one by one as the kills are done, so that there is
always something to break. At the end every journal must stand in the ledger once. Exits 1 where one is doubled, lost or not
verified, or where fewer processes were killed than asked.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

RING_EVERY_S = 3
WHOLE_CLUSTER = 4  # main, sentinel, pusher, monitor, and a worker or two
LONGEST_PAUSE_S = 2.0
WRITES = ("accept_then_timeout", "accept_then_500", "500", "503", "cut")


def main(argv: list[str] | None = None) -> int:
    told = _arguments().parse_args(argv)
    from config.postgres import create_database, migrate, throwaway

    if told.database == "sqlite":
        with tempfile.TemporaryDirectory(prefix="soak-") as folder:
            address = f"sqlite:///{folder}/soak.sqlite3"
            migrate(address)
            return _soak(told, address)
    with throwaway() as server:
        if not server:
            sys.stderr.write(f"not run: {server.why_not}\n")
            return 1
        address = create_database(server, "soak")
        migrate(address)
        return _soak(told, address)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journals", type=int, default=250)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--failing", type=float, default=30, help="percent of the ledger's writes whose answer is lost or bad")
    parser.add_argument("--late", type=float, default=6, help="percent of its writes that are done 4 s late and never answered")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    parser.add_argument("--quarantine", type=float, default=8, help="seconds; more than the 4 s that a write may come late")
    parser.add_argument("--stale", type=float, default=10, help="seconds without a beat after which the cluster is replaced")
    parser.add_argument("--at-most", type=float, default=1500, help="seconds")
    return parser


def _soak(told: argparse.Namespace, address: str) -> int:
    from partners.sandbox.server import Sandbox, serve, settings_for
    from partners.sandbox.world import World

    server, _ = serve(World(seed=told.seed, orders=0))
    box: Sandbox = server.sandbox
    base = f"http://127.0.0.1:{server.server_address[1]}"
    os.environ.update(settings_for(base, Path("/nowhere")), DATABASE_URL=address, MODE="live", SOAK_QUARANTINE_S=str(told.quarantine))
    os.environ.update(DJANGO_SETTINGS_MODULE="config.settings", SECRET_KEY="only-for-a-soak-" + "x" * 40, LOG_LEVEL="ERROR")
    try:
        _prepare(told, box)
        began = time.monotonic()
        kills, restarts = _fire(told, random.Random(told.seed))  # noqa: S311 - which process dies
        found = _found(told, box) | {"kills": kills, "restarts": restarts, "seconds": round(time.monotonic() - began)}
    finally:
        server.halt()
    sys.stdout.write(json.dumps({"database": told.database, "seed": told.seed, **found}) + "\n")
    wanted = {"posted": told.journals, "verified": told.journals, "doubled": 0, "lost": 0, "kills": told.kills}
    return 0 if all(found[name] == number for name, number in wanted.items()) else 1


def _prepare(told: argparse.Namespace, box: Any) -> None:
    """Books there that are open, know our accounts, forget every key, let us call and fail as asked."""
    import django

    django.setup()
    from partners.sandbox.xero import once

    books = box.ledger.books
    books.period_lock = books.year_lock = None
    for code in ("310", "410"):
        books.open_account(code, "An account", "EXPENSE", "EXPENSE")
    box.ledger.limits.set(minute=10**6, day=10**6, at_once=100)
    once.KEPT_FOR = timedelta(0)
    # Each call takes at most one fault and the first that fits and falls due: a share is of what those before it left.
    left = 100.0
    for kind, percent in (("apply_late", told.late), *((kind, told.failing / len(WRITES)) for kind in WRITES)):
        if percent:
            for method in ("PUT", "POST"):
                box.ledger.world.faults.arm(
                    {"partner": "xero", "kind": kind, "times": 0, "method": method, "share": percent / left, "path": "/Manual"}
                )
            left -= percent


def _fire(told: argparse.Namespace, chance: random.Random) -> tuple[int, int]:
    """Ring for rounds and kill processes of the cluster at random until all is settled; (kills, starts of the cluster after the first).

    The watchdog's pause is short: this is about posting, not about its patience.
    """
    from django_q.tasks import async_task

    from config import processes
    from config.cluster import Rhythm, Supervisor
    from returns.models import WriteOff

    processes.BACK_OFF_CAP_S = LONGEST_PAUSE_S
    supervisor = Supervisor(Rhythm(ask_every=2, seal_every=5, stale_after=told.stale, grace=1, stop_grace=2))
    supervisor.start()
    kills, next_ring, next_kill, ends = 0, 0.0, time.monotonic() + 4, time.monotonic() + told.at_most
    try:
        while time.monotonic() < ends and (kills < told.kills or WriteOff.objects.exclude(state="verified").exists()):
            _approve(told, kills)
            supervisor.tick()
            if time.monotonic() >= next_ring:  # what a killed pusher had taken comes back only much later: ring by the clock
                async_task("tests.soak.work.post", save=False)
                next_ring = time.monotonic() + RING_EVERY_S
            if kills < told.kills and time.monotonic() >= next_kill:
                kills += _kill_one(supervisor.child.pid, chance)
                next_kill = time.monotonic() + chance.uniform(0.5, 3.5)
            time.sleep(0.5)
    finally:
        supervisor.stop()
    return kills, supervisor.child.starts - 1


def _approve(told: argparse.Namespace, kills: int) -> None:
    """Half of the journals before the first kill, all of them after the last."""
    from django.utils import timezone

    from returns.models import WriteOff
    from tests.returns.posting.approved import approved

    at_first = told.journals // 2
    due = at_first + (told.journals - at_first) * kills // told.kills if told.kills else told.journals
    for number in range(WriteOff.objects.count() + 1, due + 1):
        approved(number, at=timezone.now(), pence=100 + number)


def _kill_one(root: int, chance: random.Random) -> int:
    """kill -9 to the cluster's main process or one below it: sentinel, pusher, monitor or worker."""
    family = _family(root)
    if len(family) < WHOLE_CLUSTER:  # it is only just starting: the watchdog would wait longer and longer, and nothing be tested
        return 0
    with suppress(ProcessLookupError):
        os.kill(chance.choice(family), signal.SIGKILL)
    return 1


def _family(root: int) -> list[int]:
    """The process and everything below it, by the kernel's own book."""
    parents: dict[int, list[int]] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = place.read_text().rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(place.parent.name))
    found, queue = [], [root] if Path(f"/proc/{root}").exists() else []
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue += parents.get(pid, [])
    return found


def _found(told: argparse.Namespace, box: Any) -> dict[str, Any]:
    """What stands in the ledger, and what we say of it. Late drafts, which are no money, are counted apart."""
    from returns.models import Journal, WriteOff

    books = list(box.ledger.books.journals.values())
    posted = [one for one in books if one.status == "POSTED"]
    keys = {one.narration.split()[-1] for one in posted}
    settled = set(Journal.objects.filter(state__in=("posted", "verified", "refused")).values_list("key", flat=True))
    return {
        "journals": told.journals,
        "posted": len(keys),
        "doubled": len(posted) - len(keys),
        "lost": len(settled - keys),
        "unfinished": WriteOff.objects.exclude(state="verified").count(),
        "verified": WriteOff.objects.filter(state="verified").count(),
        "drafts_left": sum(one.status == "DRAFT" for one in books),
        "dropped": len(books) - len(posted) - sum(one.status == "DRAFT" for one in books),
        "debits_less_credits_pence": sum(line.pence for one in posted for line in one.lines),
    }


if __name__ == "__main__":
    sys.exit(main())
