"""A whole make-believe world on this machine: one command, nothing to install, nothing left behind."""

import json
import os
import sys
import time
from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import environment
from config.demo.stage import Stage, Stopped, Trouble, is_free

WORK_EVERY_S = "30"  # how often the make-believe warehouse does something, so that a person sees life

LEDGER_CALLS = "6000"  # a minute: nobody who looks at a demo waits for a ledger's limit


class Command(BaseCommand):
    help = (
        "Start Lockstep with a sandbox of its partners, seven people and 300 orders; print the address and the log-ins. Ctrl-C stops "
        "all of it. Each start builds the world anew under var/demo. --once tells the seeded story without a browser and ends."
    )
    requires_system_checks: list[str] = []  # this process only starts others; they check themselves

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="where the pages are (default 8000)")
        parser.add_argument("--once", action="store_true", help="tell the story, print its counts and end")
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
        parser.add_argument("--days", type=int, default=5, help="how many days ago the make-believe world began (default 5)")
        parser.add_argument("--seed", type=int, default=7, help="another number, another world (default 7)")
        parser.add_argument(
            "--store",
            choices=("shopify", "folder"),
            default=environment.text("STORE") or "shopify",
            help="where the orders come from (default STORE, or shopify)",
        )
        parser.add_argument("--inside", choices=("prepare", "story"), help=SUPPRESS)

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["inside"]:
            self._inside(options["inside"], as_json=options["json"])
            return
        began = time.monotonic()
        if not options["once"] and not is_free(options["port"]):
            raise CommandError(f"Port {options['port']} is taken. Choose another: --port {options['port'] + 1}")
        try:
            with Stage(port=options["port"], say=self._say) as stage:
                self._outside(stage, began, **options)
        except Stopped:
            self._say("Stopped.")
        except Trouble as trouble:
            raise CommandError(str(trouble)) from trouble

    def _outside(self, stage: Stage, began: float, **options: Any) -> None:
        stage.clear()
        self._say("starting the make-believe partners")
        wanted = {name: str(options[name]) for name in ("seed", "days", "store")} | {"folder": str(stage.folder / "shop"), "plan": "plus"}
        wanted["ledger-calls"] = LEDGER_CALLS
        if not options["once"]:
            wanted["work-every"] = WORK_EVERY_S
        stage.start_sandbox(*(part for name, value in wanted.items() for part in (f"--{name}", value)))
        if options["once"]:
            json_too = ["--json"] if options["json"] else []
            if code := stage.run("demo", "--inside", "story", *json_too):
                sys.exit(code)
            return
        if options["store"] == "shopify":
            stage.let_the_shop_write()
        if stage.run("demo", "--inside", "prepare"):
            raise Trouble("The world could not be prepared; the messages are above.")
        stage.serve()
        stage.let_inpost_write()
        self._welcome(stage, time.monotonic() - began)
        stage.watch()

    def _inside(self, what: str, *, as_json: bool) -> None:
        """In a child whose settings point at the sandbox: this is where the rooms are imported."""
        from config.demo import prepare

        try:
            prepare.lay_out(self._say)
            prepare.mirror(self._say)
            if what == "story":
                self._story(as_json=as_json)
            else:
                prepare.first_look(self._say)
        except Trouble as trouble:
            raise CommandError(str(trouble)) from trouble

    def _story(self, *, as_json: bool) -> None:
        from config import story

        result = story.tell(os.environ["SANDBOX_URL"], say=self._say)
        wrong = story.is_as_planned(result)
        for sentence in wrong:
            self.stderr.write(sentence)
        if not as_json:
            for what, number in (result["orders"] | result["parcels"] | result["stock"]).items():
                self.stdout.write(f"{what.replace('_', ' '):>18}  {number}")
        else:
            self.stdout.write(json.dumps(result))
        if wrong:
            sys.exit(1)

    def _welcome(self, stage: Stage, seconds: float) -> None:
        from config.roles import DEMO_PEOPLE, ROLES

        rows = [f"    {who.username:<16} {stage.password}    {who.first_name}, {ROLES[who.username].label}" for who in DEMO_PEOPLE]
        lines = ["", f"  Lockstep is at http://127.0.0.1:{stage.port}/   (ready after {seconds:.0f} s)", "", "  Sign in as"]
        self.stdout.write("\n".join([*lines, *rows, "", "  Start with cx and the queue. Ctrl-C stops everything.", ""]))
        self.stdout.flush()

    def _say(self, text: str) -> None:
        """Progress goes where logs go, so that stdout stays what was asked for."""
        self.stderr.write(f"  {text}")
