"""The make-believe partners, alone."""

import json
import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from partners.sandbox.points import Point
from partners.sandbox.server import Server, serve, settings_for
from partners.sandbox.shop import open_shop
from partners.sandbox.shopify.budget import PLANS
from partners.sandbox.world import World
from partners.sandbox.xero.limits import DAY, MINUTE


class Command(BaseCommand):
    help = "Serve ACS, InPost, a ledger and a shop (Shopify or a folder) from one seeded world. Prints the settings that point there."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8900, help="where to listen on this machine (default 8900; 0 takes a free one)")
        parser.add_argument("--points", nargs="+", default=[], help="saved pages of the real points feed, served as the whole feed")
        parser.add_argument("--orders", type=int, default=300, help="how many orders the shop has (default 300)")
        parser.add_argument("--seed", type=int, default=7, help="another number, another world (default 7)")
        parser.add_argument("--days", type=int, default=5, help="how many days ago the first order was placed (default 5)")
        parser.add_argument("--faults", help="a file with a JSON list of faults to arm at the start")
        parser.add_argument("--folder", type=Path, help="the shop's folder (default var/sandbox/shop)")
        parser.add_argument("--stock-drop", type=Path, help="where ACS drops its daily stock file (default a folder beside the shop's)")
        parser.add_argument("--store", choices=("shopify", "folder"), default="shopify", help="which shop is asked (default shopify)")
        parser.add_argument(
            "--plan", choices=tuple(PLANS), default="standard", help="how many calls the shop's plan allows (default standard)"
        )

        parser.add_argument(
            "--ledger-calls", type=int, default=MINUTE, help=f"how many calls a minute the ledger lets through (default {MINUTE})"
        )
        parser.add_argument(
            "--work-every",
            type=float,
            default=0.0,
            help="seconds between two steps of ACS's people by themselves (default 0: only when told)",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        stopped = threading.Event()
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, lambda *_: stopped.set())
        try:
            world = World(options["seed"], options["orders"], days=options["days"], points=read_points(options["points"]))
            arm(world, options["faults"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        folder = Path(options["folder"] or settings.VAR_DIR / "sandbox" / "shop").resolve()
        drop = Path(options["stock_drop"]).resolve() if options["stock_drop"] else None
        open_shop(world, folder, drop)
        server, thread = listen(world, options["port"], work_every_s=options["work_every"])
        server.sandbox.shop.budget.set(**dict(zip(("size", "restores"), PLANS[options["plan"]], strict=True)))
        server.sandbox.ledger.limits.set(minute=options["ledger_calls"], day=max(DAY, options["ledger_calls"] * 60))
        for name, value in settings_for(server.base_url, folder, options["store"], drop=drop).items():
            self.stdout.write(f"{name}={value}")
        self.stdout.flush()
        stopped.wait()
        server.halt()
        thread.join()


def listen(world: World, port: int, *, work_every_s: float = 0.0) -> tuple[Server, threading.Thread]:
    """Raises CommandError for a port that cannot be used."""
    try:
        return serve(world, port, work_every_s=work_every_s)
    except OSError as error:
        raise CommandError(f"Port {port} cannot be used: {error.strerror}. Choose another with --port.") from error


def read_points(files: list[str]) -> list[Point] | None:
    """The points of saved pages, None without a page. Raises CommandError for a file that is not one."""
    points: list[Point] = []
    for name in files:
        try:
            points += json.loads(Path(name).read_text(encoding="utf-8"))["items"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"{name} is not a saved page of the points feed: {error}") from error
    return points or None


def arm(world: World, file: str | None) -> None:
    """Arm the faults that a file lists. Raises CommandError when it cannot be read or names what does not exist."""
    if not file:
        return
    try:
        for fault in json.loads(Path(file).read_text(encoding="utf-8")):
            world.faults.arm(fault)
    except (OSError, ValueError, TypeError) as error:
        raise CommandError(f"{file} is not a JSON list of faults: {error}") from error
