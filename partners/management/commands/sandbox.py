"""The make-believe partners, alone."""

import json
import signal
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from partners.sandbox.server import serve, settings_for
from partners.sandbox.shop import open_shop
from partners.sandbox.world import World


class Command(BaseCommand):
    help = "Serve ACS, InPost and a shop's folder on this machine, from one seeded world."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8900)
        parser.add_argument("--points", nargs="+", default=[], help="saved pages of the real points feed, served as the whole feed")
        parser.add_argument("--orders", type=int, default=300)
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--days", type=int, default=5)
        parser.add_argument("--faults", default="", help="a JSON list of faults to arm at the start")
        parser.add_argument("--folder", default="", help="the shop's folder; var/sandbox/shop unless given")

    def handle(self, *args: object, **options: object) -> None:
        world = World(seed=int(str(options["seed"])), orders=int(str(options["orders"])), days=int(str(options["days"])))
        self._load_points(world, list(options["points"] or []))  # type: ignore[call-overload]
        self._arm(world, str(options["faults"]))
        folder = Path(str(options["folder"]) or settings.VAR_DIR / "sandbox" / "shop").resolve()
        open_shop(world, folder)
        self._serve(world, int(str(options["port"])), folder)

    def _load_points(self, world: World, files: list[str]) -> None:
        points = []
        for name in files:
            try:
                points += json.loads(Path(name).read_text(encoding="utf-8"))["items"]
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise CommandError(f"{name} is not a saved page of the points feed: {error}") from error
        if points:
            world.use_points(points)

    def _arm(self, world: World, name: str) -> None:
        if not name:
            return
        try:
            for fault in json.loads(Path(name).read_text(encoding="utf-8")):
                world.faults.arm(fault)
        except (OSError, ValueError, TypeError) as error:
            raise CommandError(f"{name} is not a JSON list of faults: {error}") from error

    def _serve(self, world: World, port: int, folder: Path) -> None:
        try:
            server = serve(world, port=port)
        except OSError as error:
            raise CommandError(f"Port {port} cannot be used: {error.strerror}. Choose another with --port.") from error
        signal.signal(signal.SIGTERM, _stop)
        for name, value in settings_for(server.base_url, folder).items():
            self.stdout.write(f"{name}={value}")
        self.stdout.flush()
        try:
            server.run()
        except KeyboardInterrupt:
            pass
        finally:
            server.sandbox.stop.set()
            server.server_close()


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
