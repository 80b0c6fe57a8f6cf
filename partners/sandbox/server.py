"""All make-believe partners behind one loopback address, or mounted in a process."""

import threading
from collections.abc import Iterable
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.handlers import SimpleHandler
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

from partners.sandbox import acs, inpost
from partners.sandbox.control import Control
from partners.sandbox.web import Broken, Environ, StartResponse, as_json, send
from partners.sandbox.world import World

PACE_S = 0.2


class Sandbox:
    """A WSGI application that hands each request to the partner whose name its path starts with."""

    def __init__(self, world: World) -> None:
        self.world, self.stop = world, threading.Event()
        self.partners = {
            "acs": acs.Acs(world, self.stop),
            "inpost": inpost.InPost(world, self.stop),
            "points": inpost.Points(world, self.stop),
            "_sandbox": Control(world, self.stop),
        }

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        _, name, rest = (environ.get("PATH_INFO", "/") + "//").split("/", 2)
        partner = self.partners.get(name)
        if partner is None:
            return send(as_json({"error": "no such partner"}, 404), start_response)
        return partner({**environ, "PATH_INFO": "/" + rest.rstrip("/")}, start_response)


def settings_for(base_url: str, folder: Path) -> dict[str, str]:
    """The settings that point Lockstep at a sandbox at `base_url` whose shop fills `folder`."""
    return {
        "SANDBOX": "1",
        "ACS_API_URL": f"{base_url}/acs",
        "ACS_ACCOUNT_CODE": acs.ACCOUNT,
        "ACS_USERNAME": acs.USERNAME,
        "ACS_PASSWORD": acs.PASSWORD,
        "ACS_LOCKER_FIELD": "Misc1",
        "ACS_SIZE_FIELD": "Misc2",
        "INPOST_API_URL": f"{base_url}/inpost",
        "INPOST_TOKEN_URL": f"{base_url}/inpost/oauth2/token",
        "INPOST_POINTS_URL": f"{base_url}/points/v1/points",
        "INPOST_CLIENT_ID": inpost.CLIENT_ID,
        "INPOST_CLIENT_SECRET": inpost.CLIENT_SECRET,
        "INPOST_ORGANIZATION_ID": inpost.ORGANIZATION,
        "STORE": "folder",
        "STORE_FOLDER": str(folder),
    }


def serve(world: World, *, port: int = 0, host: str = "127.0.0.1") -> "Server":
    """Listen on loopback; port 0 takes a free one. Call `run()` in a thread, `stop()` from another."""
    return Server((host, port), Sandbox(world))


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        super().__init__(address, _Handler)
        self.sandbox = sandbox
        self.set_app(sandbox)

    @property
    def base_url(self) -> str:
        return f"http://{self.server_address[0]}:{self.server_address[1]}"

    def run(self) -> None:
        self.serve_forever(poll_interval=0.1)

    def halt(self) -> None:
        self.sandbox.stop.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone away, or a fault that was asked for, is not worth a stack trace."""


class _Pacing(ServerHandler):
    """Drips or cuts where a fault asks for it, which WSGI itself cannot express."""

    pace = ""

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        self.pace = dict(headers).get("X-Sandbox-Pace", "")
        kept = [(name, value) for name, value in headers if name != "X-Sandbox-Pace"]
        return super().start_response(status, kept, exc_info)

    def _write(self, data: bytes) -> None:
        if self.pace not in ("drip", "drip_headers") or (self.pace == "drip" and not self.headers_sent):
            super()._write(data)
            return
        for byte in data:
            super()._write(bytes([byte]))
            self._flush()
            if self.stop.wait(PACE_S):
                raise Broken("the server stops")

    def log_exception(self, exc_info: Any) -> None:
        """Broken connections are what the fault was for."""

    def error_output(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        raise Broken("nothing more is said")

    stop: threading.Event


class _Handler(WSGIRequestHandler):
    def handle(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.parse_request():
            return
        handler = _Pacing(self.rfile, self.wfile, self.get_stderr(), self.get_environ(), multithread=True)
        handler.request_handler = self  # type: ignore[attr-defined]
        handler.stop = self.server.sandbox.stop  # type: ignore[attr-defined]
        SimpleHandler.run(handler, self.server.get_app())  # type: ignore[attr-defined]

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the caller's own log says what was asked."""
