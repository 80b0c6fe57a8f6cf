"""The demo as a person starts it: one process tree, an address, a login that works, and nothing left afterwards."""

import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from config.demo.stage import free_port
from config.postgres import BASE_DIR
from config.processes import manage
from tests.config.test_cluster import alive, descendants, until

# sandbox, web with one worker, watchdog, and the cluster's five: main, sentinel, worker, monitor, pusher.
WHOLE_TREE = 9

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def environment() -> dict[str, str]:
    """A shell in which somebody has been working with a real installation: the demo must not touch it."""
    real = {"MODE_ACS": "observe", "ALLOWED_HOSTS": "desk.example.com", "ACS_SUBSCRIPTION_KEY": "a-real-key", "NUM_PROXIES": "1"}
    return {**os.environ, **real}


@pytest.fixture
def demo(tmp_path):
    """A running demo in a folder of its own: (process, what it printed, address)."""
    port = free_port()
    env = {**environment(), "LOCKSTEP_DEMO_FOLDER": str(tmp_path / "demo")}
    with (tmp_path / "stderr").open("wb") as stderr:
        process = subprocess.Popen(
            manage("demo", "--port", str(port)),
            env=env,
            cwd=BASE_DIR,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )
    try:
        yield process, read_welcome(process, tmp_path / "stderr"), f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def read_welcome(process: subprocess.Popen, stderr: Path) -> str:
    printed = ""
    for line in process.stdout:
        printed += line
        if "Ctrl-C stops everything" in line:
            return printed
    pytest.fail(f"the demo ended by itself: {stderr.read_text()}")


def sign_in(address: str, username: str, password: str) -> urllib.request.OpenerDirector:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = browser.open(f"{address}/account/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "login": username, "password": password}).encode()
    browser.open(f"{address}/account/login/", data=form)
    return browser


@linux
def test_the_demo_serves_signs_in_and_leaves_nothing_behind(demo):
    process, welcome, address = demo
    password = re.search(r"^\s+cx\s+(\S+)", welcome, re.MULTILINE)[1]
    browser = sign_in(address, "cx", password)
    page = browser.open(f"{address}/queue/")
    assert until(lambda: len(descendants(process.pid)) >= WHOLE_TREE, within=30), "the workers never began"
    everyone = descendants(process.pid)

    assert address in welcome
    assert page.url == f"{address}/queue/"
    assert "landline" in page.read().decode()

    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    assert process.wait(15) == 0
    assert time.monotonic() - began < 10
    assert alive(everyone) == []


@pytest.mark.timeout(900)  # a whole life of 300 orders, beside whatever else the machine does
@pytest.mark.parametrize(("store", "seed"), [("shopify", 7), ("folder", 8)])
def test_the_story_ends_as_the_plan_says(store, seed, tmp_path):
    env = {**environment(), "LOCKSTEP_DEMO_FOLDER": str(tmp_path / "demo")} | ({"STORE": store} if store != "shopify" else {})

    done = subprocess.run(manage("demo", "--once", "--json", "--seed", str(seed)), env=env, cwd=BASE_DIR, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr[-2000:]
    result = json.loads(done.stdout.splitlines()[-1])
    orders, plan = result["orders"], result["plan"]
    assert orders["held"] == plan["orders"]["held"]
    assert orders["mirrored"] == plan["orders"]["mirrored"]
    assert orders["released"] == orders["read_back_equal"] == orders["at_acs"] > 0
    assert orders["at_acs_twice"] == 0
    shop, parcels = result["shop"], result["parcels"]
    assert (shop["store"], shop["held"], shop["still_held"]) == (store, sorted(plan["faults"]), [])
    assert parcels == plan["parcels"] | {"live_labels_twice": 0}
    assert result["stock"] == plan["stock"]
    assert min(plan["parcels"].values()) >= 1
    assert len({order for order, _ in shop["told"]}) == len(shop["told"]) == parcels["tracking_pushed"]
    assert result["invariants"]["broken"] == 0


def test_a_taken_port_is_a_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(manage("demo", "--port", str(port)), env=environment(), cwd=BASE_DIR, capture_output=True, text=True)

    assert done.returncode == 1
    assert f"Port {port} is taken. Choose another: --port {port + 1}" in done.stderr


def test_the_sandbox_s_settings_are_taken_only_when_all_are_printed():
    from types import SimpleNamespace

    from config.demo.stage import LAST_SETTING, Printed

    lines = (b"ACS_API_URL=http://127.0.0.1:1/acs\n", b"not a setting\n", f"{LAST_SETTING}=/tmp/shop\n".encode())

    printed = Printed(SimpleNamespace(process=SimpleNamespace(stdout=lines)))

    assert printed.whole.wait(5)
    assert printed.settings == {"ACS_API_URL": "http://127.0.0.1:1/acs", LAST_SETTING: "/tmp/shop"}


def test_the_setting_that_is_waited_for_is_the_last_that_the_sandbox_prints(tmp_path):
    from config.demo.stage import LAST_SETTING
    from partners.sandbox.server import settings_for

    assert list(settings_for("http://127.0.0.1:1", tmp_path))[-1] == LAST_SETTING
