"""The same over real sockets: a sandbox in its own process that drips, cuts and stays silent, and clients that give up in time."""

import csv
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from partners.acs.client import AcsClient
from partners.acs.records import OutboundOrder, differences
from partners.errors import PartnerError, UnknownOutcome, Unreachable, Unreadable
from partners.http import Wire
from tests.partners.acs.fake_acs import LINE, ORDER
from tests.partners.loopback import closed_port

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S, PATIENCE_S = 0.7, 3.0
LAST = "STORE_FOLDER"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The settings that the sandbox prints, while it runs."""
    port = closed_port().rpartition(":")[2]
    folder = tmp_path_factory.mktemp("sandbox")
    command = [sys.executable, "manage.py", "sandbox", "--port", port, "--orders", "40", "--folder", str(folder / "shop")]
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder / 'none.sqlite3'}", "SECRET_KEY": "x" * 50, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield {"PORT": port, **_printed(process)}
        finally:
            process.kill()


def _printed(process: subprocess.Popen[str]) -> dict[str, str]:
    settings: dict[str, str] = {}
    assert process.stdout is not None
    for line in process.stdout:
        name, _, value = line.strip().partition("=")
        settings[name] = value
        if name == LAST:
            return settings
    raise AssertionError(f"The sandbox ended before it printed {LAST}.")


def arm(sandbox: dict[str, str], kind: str, *, times: int) -> None:
    body = json.dumps({"partner": "acs", "kind": kind, "times": times}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{sandbox['PORT']}/_sandbox/faults", data=body, headers={"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
        assert answer.status < 300


@pytest.fixture
def acs(sandbox: dict[str, str]) -> Iterator[AcsClient]:
    wire = Wire(
        "acs",
        sandbox["ACS_API_URL"],
        auth=(sandbox["ACS_USERNAME"], sandbox["ACS_PASSWORD"]),
        deadline_s=DEADLINE_S,
        allow_local=True,
    )
    client = AcsClient(wire, account_code=sandbox["ACS_ACCOUNT_CODE"], newer_host=False, locker_field="Misc1", size_field="Misc2")
    yield client
    for _ in range(5):  # what is left of a fault must not meet the next test
        with suppress(PartnerError):
            client.get_order("LS-0")
            break
    wire.close()


@pytest.mark.parametrize(("kind", "times"), [("drip", 1), ("drip_headers", 1), ("slow", 1), ("cut", 3), ("truncated", 1)])
def test_a_read_that_drags_or_breaks_is_over_in_time(sandbox, acs, kind, times):
    order = order_for(sandbox, f"read-{kind}")
    acs.put_order(order)
    arm(sandbox, kind, times=times)
    started = time.monotonic()

    with pytest.raises((Unreachable, Unreadable)):
        acs.get_order(order.number)

    assert time.monotonic() - started < PATIENCE_S


@pytest.mark.parametrize("kind", ["cut", "drip_headers"])
def test_a_write_that_drags_or_breaks_is_unknown_in_time(sandbox, acs, kind):
    arm(sandbox, kind, times=1)
    started = time.monotonic()

    with pytest.raises(UnknownOutcome):
        acs.put_order(order_for(sandbox, kind))

    assert time.monotonic() - started < PATIENCE_S


def test_an_order_that_was_taken_without_an_answer_is_found_by_asking(sandbox, acs):
    order = order_for(sandbox, "taken")
    arm(sandbox, "accept_then_timeout", times=1)

    with pytest.raises(UnknownOutcome):
        acs.put_order(order)

    assert differences(order, acs.get_order(order.number)) == ()


def order_for(sandbox: dict[str, str], name: str) -> OutboundOrder:
    """An order of our own with a SKU of the sandbox's world."""
    with (Path(sandbox["STORE_FOLDER"]) / "acs_setup.csv").open(newline="", encoding="utf-8") as file:
        sku = next(csv.DictReader(file))["product_sku"]
    return replace(ORDER, number=f"LS-{name}", lines=(replace(LINE, sku=sku),))
