"""The same faults over a real socket, the settings that point there, and the command."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from django.conf import settings as django_settings

from partners.sandbox import server as sandbox_server
from partners.sandbox.server import serve, settings_for
from tests.partners.sandbox.conftest import arm, at_acs, get, order, put

FEED = "/points/v1/points"


def raw_answer(client: httpx.Client, path: str) -> list[bytes]:
    """What comes over the wire, in the pieces in which it came."""
    pieces = []
    with socket.create_connection((client.base_url.host, client.base_url.port), timeout=5) as wire:
        wire.sendall(f"GET {path} HTTP/1.1\r\nHost: sandbox\r\n\r\n".encode())
        while piece := wire.recv(65_536):
            pieces.append(piece)
    return pieces


class TestOverASocket:
    def test_a_good_day(self, wire, world):
        assert put(wire, order(world)).text == "Accepted"
        assert get(wire).json()["Status"] == "Acknowledged"
        assert wire.get(FEED, params={"per_page": 5000}).json()["count"] == 80

    @pytest.mark.parametrize(("kind", "status"), [("429", 429), ("429_bare", 429), ("500", 500), ("503", 503), ("html_502", 502)])
    def test_failing_answers(self, wire, kind, status):
        arm(wire, "points", kind)

        assert [wire.get(FEED).status_code for _ in range(2)] == [status, 200]

    @pytest.mark.parametrize("kind", ["empty_200", "plain_text_200", "truncated"])
    def test_answers_that_are_no_json(self, wire, kind):
        arm(wire, "points", kind)
        answer = wire.get(FEED)

        assert answer.status_code == 200
        with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
            answer.json()

    @pytest.mark.parametrize(("kind", "count"), [("empty_feed", 0), ("half_feed", 40)])
    def test_less_of_the_feed(self, wire, kind, count):
        arm(wire, "points", kind)

        assert wire.get(FEED).json()["count"] == count

    def test_other_content(self, wire, world):
        arm(wire, "acs", "other_content")
        put(wire, order(world))

        assert get(wire).json()["Delivery_Postcode"] == "ZZ9 9ZZ"

    def test_down_closes_before_an_answer(self, wire, world):
        arm(wire, "acs", "down")
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            put(wire, order(world))

        assert at_acs(wire) == {}

    def test_cut_breaks_off_in_the_body(self, wire):
        arm(wire, "points", "cut")
        with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
            wire.get(FEED)

    def test_slow_answers_in_the_end(self, wire):
        arm(wire, "points", "slow", seconds=0.3)
        began = time.monotonic()

        assert wire.get(FEED).status_code == 200
        assert time.monotonic() - began >= 0.3

    def test_slower_than_a_client_waits(self, wire):
        arm(wire, "points", "slow", seconds=5)

        with pytest.raises(httpx.ReadTimeout):
            wire.get(FEED, timeout=0.2)

    def test_a_dripped_body_comes_byte_by_byte_after_whole_headers(self, wire, monkeypatch):
        monkeypatch.setattr(sandbox_server, "PACE_S", 0.005)
        arm(wire, "points", "drip")
        pieces = raw_answer(wire, "/points/v1/points/GB/UK1")

        assert sum(len(piece) > 1 for piece in pieces) < 10
        assert sum(len(piece) == 1 for piece in pieces) > 40
        assert json.loads(b"".join(pieces).partition(b"\r\n\r\n")[2])["key"] == "point_not_found"

    def test_dripped_headers_come_byte_by_byte(self, wire, monkeypatch):
        monkeypatch.setattr(sandbox_server, "PACE_S", 0.005)
        arm(wire, "points", "drip_headers")
        pieces = raw_answer(wire, "/points/v1/points/GB/UK1")

        assert pieces[0] == b"H"
        assert pieces[-1].endswith(b"}")

    def test_a_drip_outlasts_a_client_that_never_times_out_on_one_read(self, wire):
        arm(wire, "points", "drip")
        began = time.monotonic()
        with wire.stream("GET", FEED) as answer:
            first = next(answer.iter_raw(1))

        assert len(first) == 1
        assert time.monotonic() - began < 1.5

    def test_accepted_and_never_answered(self, wire, world):
        arm(wire, "acs", "accept_then_timeout")
        with pytest.raises(httpx.ReadTimeout):
            put(wire, order(world), timeout=0.2)

        assert at_acs(wire)["LS-10001"]["creations"] == 1

    def test_accepted_and_hung_up_on(self, wire, world):
        arm(wire, "acs", "accept_then_timeout", seconds=0.1)
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            put(wire, order(world))

        assert get(wire).status_code == 200

    def test_applied_late(self, wire, world):
        arm(wire, "acs", "apply_late")
        with pytest.raises(httpx.ReadTimeout):
            put(wire, order(world), timeout=0.2)
        assert get(wire).status_code == 404

        wire.post("/_sandbox/clock", json={"advance_hours": 5 / 3600})
        assert get(wire).status_code == 200

    def test_one_slow_call_does_not_keep_another_waiting(self, wire):
        arm(wire, "points", "slow", seconds=5)

        def wait() -> None:
            with pytest.raises(httpx.ReadTimeout):
                wire.get(FEED, timeout=1)

        slow = threading.Thread(target=wait)
        slow.start()
        began = time.monotonic()
        while wire.get("/_sandbox/faults").json()["faults"]:
            assert time.monotonic() - began < 1

        assert wire.get(FEED).status_code == 200
        assert time.monotonic() - began < 1
        slow.join(3)

    def test_a_mistake_of_ours_is_a_500_with_a_trace_not_a_silence(self, wire, world, capfd):
        world.points["UK1"] = {"name": "UK1"}

        assert wire.get(FEED, params={"city": "Leeds"}).status_code == 500
        assert "KeyError" in capfd.readouterr().err

    def test_halting_ends_whoever_waits(self, world):
        server, thread = serve(world)
        world.faults.arm({"partner": "points", "kind": "slow", "seconds": 60})
        ended = []

        def wait() -> None:
            with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
                httpx.get(f"{server.base_url}{FEED}", timeout=30, trust_env=False)
            ended.append("cut off")

        waiting = threading.Thread(target=wait)
        waiting.start()
        while world.faults.armed:
            threading.Event().wait(0.01)
        server.halt()
        thread.join(5)
        waiting.join(5)

        assert ended == ["cut off"]


def test_a_day_goes_by_itself_where_it_is_asked_to(world):
    server, thread = serve(world, work_every_s=0.01)
    try:
        with httpx.Client(base_url=server.base_url, timeout=5, trust_env=False) as client:
            put(client, order(world))
            deadline = time.monotonic() + 10
            while get(client).json()["Status"] == "Acknowledged" and time.monotonic() < deadline:
                threading.Event().wait(0.01)
            assert get(client).json()["Status"] != "Acknowledged"
    finally:
        server.halt()
        thread.join(5)


def test_unless_asked_nobody_moves(wire, world):
    put(wire, order(world))
    threading.Event().wait(0.1)

    assert get(wire).json()["Status"] == "Acknowledged"


def test_the_settings_point_at_every_partner(tmp_path):
    settings = settings_for("http://127.0.0.1:8900", tmp_path)

    assert list(settings) == [
        "SANDBOX",
        "ACS_API_URL",
        "ACS_ACCOUNT_CODE",
        "ACS_USERNAME",
        "ACS_PASSWORD",
        "ACS_RETURNS_URL",
        "ACS_LOCKER_FIELD",
        "ACS_SIZE_FIELD",
        "ACS_STOCK_DROP",
        "INPOST_API_URL",
        "INPOST_TOKEN_URL",
        "INPOST_POINTS_URL",
        "INPOST_CLIENT_ID",
        "INPOST_CLIENT_SECRET",
        "INPOST_ORGANIZATION_ID",
        "INPOST_WEBHOOK_SECRET",
        "LEDGER",
        "XERO_API_URL",
        "XERO_TOKEN_URL",
        "XERO_CLIENT_ID",
        "XERO_CLIENT_SECRET",
        "XERO_TENANT_ID",
        "STORE",
        "SHOPIFY_URL",
        "SHOPIFY_ACCESS_TOKEN",
        "SHOPIFY_API_VERSION",
        "SHOPIFY_WEBHOOK_SECRET",
        "STORE_FOLDER",
    ]
    assert settings["INPOST_POINTS_URL"] == "http://127.0.0.1:8900/points/v1/points"
    assert settings["STORE_FOLDER"] == str(tmp_path)
    assert settings["STORE"] == "folder"
    assert settings_for("http://127.0.0.1:8900", tmp_path, "shopify")["STORE"] == "shopify"
    assert settings["SHOPIFY_URL"] == "http://127.0.0.1:8900/shopify"


class TestCommand:
    def run(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "manage.py", "sandbox", "--port", "0", *arguments]
        return subprocess.Popen(command, cwd=django_settings.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def read_settings(self, process: subprocess.Popen[str]) -> dict[str, str]:
        settings: dict[str, str] = {}
        while "STORE_FOLDER" not in settings:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            name, _, value = line.strip().partition("=")
            settings[name] = value
        return settings

    @pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
    def test_it_prints_its_settings_serves_and_ends_when_told(self, tmp_path, sign):
        faults = tmp_path / "faults.json"
        faults.write_text('[{"partner": "points", "kind": "503"}]')
        process = self.run("--folder", str(tmp_path / "shop"), "--orders", "20", "--seed", "9", "--faults", str(faults))
        try:
            settings = self.read_settings(process)
            assert [httpx.get(settings["INPOST_POINTS_URL"], trust_env=False).status_code for _ in range(2)] == [503, 200]
            assert len(list((Path(settings["STORE_FOLDER"]) / "orders").iterdir())) == 20
            process.send_signal(sign)
            out, error = process.communicate(timeout=10)
        finally:
            process.kill()

        assert (process.returncode, out, error) == (0, "", "")

    def test_saved_pages_are_served_as_the_whole_feed(self, tmp_path, shared):
        process = self.run("--folder", str(tmp_path), "--points", str(shared / "data/inpost/gb_points_page1_500_2026-05-12.json"))
        try:
            url = self.read_settings(process)["INPOST_POINTS_URL"]
            page = httpx.get(url, params={"country": "GB", "per_page": 5000}, trust_env=False).json()
        finally:
            process.terminate()
            process.communicate(timeout=10)

        assert (page["count"], page["total_pages"], len(page["items"])) == (500, 1, 500)

    @pytest.mark.parametrize(
        ("option", "content", "sentence"),
        [
            ("--points", "{}", "is not a saved page of the points feed"),
            ("--faults", '[{"partner": "acs", "kind": "explode"}]', "unknown kind"),
        ],
    )
    def test_a_wrong_file_is_a_sentence(self, tmp_path, option, content, sentence):
        file = tmp_path / "file.json"
        file.write_text(content)
        process = self.run("--folder", str(tmp_path), option, str(file))
        _, error = process.communicate(timeout=20)

        assert process.returncode == 1
        assert sentence in error
        assert "Traceback" not in error

    def test_a_taken_port_is_a_sentence(self, tmp_path):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            process = self.run("--folder", str(tmp_path), "--port", str(taken.getsockname()[1]))
            _, error = process.communicate(timeout=20)

        assert process.returncode == 1
        assert "Choose another with --port" in error
