"""All make-believe partners behind one loopback address, or mounted in a process."""

import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from wsgiref.handlers import SimpleHandler
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

from partners.sandbox import acs, inpost, xero
from partners.sandbox.control import Control
from partners.sandbox.courier import Day
from partners.sandbox.feed import Points
from partners.sandbox.inpost.app import InPost
from partners.sandbox.inpost.book import Carrier
from partners.sandbox.inpost.webhooks import Postman
from partners.sandbox.shop import drop_beside
from partners.sandbox.shopify import book
from partners.sandbox.shopify.app import Shopify
from partners.sandbox.web import WIRE, App, Broken, Environ, StartResponse
from partners.sandbox.world import World
from partners.sandbox.xero.app import Xero
from partners.sandbox.xero.books import Books

PACE_S = 0.2
POST_EVERY_S = 0.2


class Sandbox:
    """A WSGI application that hands each request to the partner whose name its path starts with."""

    def __init__(self, world: World) -> None:
        self.world, self.stop = world, threading.Event()
        self.shop = book.Shop(world)
        self.carrier = Carrier(world)
        self.postman = Postman(self.carrier)
        self.books = Books(world)
        self.ledger = Xero(self.books, self.stop)
        self.partners: dict[str, App] = {
            "acs": acs.Acs(world, self.stop),
            "inpost": InPost(self.carrier, self.stop),
            "points": Points(world, self.stop),
            "shopify": Shopify(self.shop, self.stop),
            "xero": self.ledger,
            "_sandbox": Control(self.stop, self.shop, self.carrier, self.postman, self.ledger),
        }

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        _, name, rest = (environ.get("PATH_INFO", "/") + "//").split("/", 2)
        partner = self.partners.get(name)
        if partner is None:
            start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "16")])
            return [b"no such partner\n"]
        return partner({**environ, "PATH_INFO": "/" + rest.rstrip("/")}, start_response)


def world_app(world: World) -> Sandbox:
    """The same partners without a port: mount it in a WSGI transport: /acs, /inpost, /points, /shopify, /xero and /_sandbox."""
    return Sandbox(world)


def settings_for(base_url: str, folder: Path, store: str = "folder", *, drop: Path | None = None) -> dict[str, str]:
    """The settings that point Lockstep at a sandbox at `base_url` whose shop fills `folder`; `store` says which shop is asked.

    `drop` is where ACS drops its stock files, by default the folder beside the shop's that `open_shop` takes.
    """
    return {
        "SANDBOX": "1",
        "ACS_API_URL": f"{base_url}/acs",
        "ACS_ACCOUNT_CODE": acs.ACCOUNT,
        "ACS_USERNAME": acs.USERNAME,
        "ACS_PASSWORD": acs.PASSWORD,
        "ACS_RETURNS_URL": f"{base_url}/acs/returns",
        "ACS_LOCKER_FIELD": "Misc1",
        "ACS_SIZE_FIELD": "Misc2",
        "ACS_STOCK_DROP": str(drop or drop_beside(folder)),
        "INPOST_API_URL": f"{base_url}/inpost",
        "INPOST_TOKEN_URL": f"{base_url}/inpost/oauth2/token",
        "INPOST_POINTS_URL": f"{base_url}/points/v1/points",
        "INPOST_CLIENT_ID": inpost.CLIENT_ID,
        "INPOST_CLIENT_SECRET": inpost.CLIENT_SECRET,
        "INPOST_ORGANIZATION_ID": inpost.ORGANIZATION,
        "INPOST_WEBHOOK_SECRET": inpost.WEBHOOK_SECRET,
        "LEDGER": "xero",
        "XERO_API_URL": f"{base_url}/xero/api.xro/2.0",
        "XERO_TOKEN_URL": f"{base_url}/xero/connect/token",
        "XERO_CLIENT_ID": xero.CLIENT_ID,
        "XERO_CLIENT_SECRET": xero.CLIENT_SECRET,
        "XERO_TENANT_ID": xero.TENANT,
        "STORE": store,
        "SHOPIFY_URL": f"{base_url}/shopify",
        "SHOPIFY_ACCESS_TOKEN": book.TOKEN,
        "SHOPIFY_API_VERSION": book.VERSION,
        "SHOPIFY_WEBHOOK_SECRET": book.SECRET,
        "STORE_FOLDER": str(folder),
    }


def serve(world: World, port: int = 0, host: str = "127.0.0.1", *, work_every_s: float = 0.0) -> tuple["Server", threading.Thread]:
    """Listen (port 0 takes a free one) and serve from a thread that has been started; `server.halt()` ends both.

    `work_every_s`, where it is not 0: so often ACS's people move a few orders on by themselves, and the courier comes at 17:30 in London.
    Raises OSError when the port cannot be used.
    """
    server = Server((host, port), Sandbox(world))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="sandbox", daemon=True)
    thread.start()
    threading.Thread(target=_post_letters, args=(server.sandbox,), name="postmen", daemon=True).start()
    if work_every_s:
        day = Day(server.sandbox.carrier)
        threading.Thread(target=day.go_on, args=(work_every_s, server.sandbox.stop), name="day", daemon=True).start()
    return server, thread


def _post_letters(sandbox: Sandbox) -> None:
    """Until the server stops: the shop tells of its changes by itself, and InPost of its parcels."""
    shops, inposts = sandbox.shop.postman, sandbox.postman
    while not sandbox.stop.wait(POST_EVERY_S):
        if not shops.paused:
            shops.deliver(shops.due())
        inposts.deliver(inposts.due_by_itself())


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        super().__init__(address, _Handler)
        self.sandbox = sandbox
        self.set_app(sandbox)

    @property
    def base_url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def halt(self) -> None:
        """Stop listening; whoever waits for a slow answer is cut off."""
        self.sandbox.stop.set()
        self.shutdown()
        self.server_close()

    def server_bind(self) -> None:
        """As the parent, without asking the network what this machine is called."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone away, or a fault that was asked for, is not worth a stack trace."""


class _Wire(ServerHandler):
    """Drips or breaks where a fault asks for it, which WSGI itself cannot express."""

    pace = ""
    stop: threading.Event
    _among_headers = False

    def setup_environ(self) -> None:
        super().setup_environ()
        self.environ[WIRE] = self  # type: ignore[attr-defined]

    def send_headers(self) -> None:
        self._among_headers = True
        super().send_headers()
        self._among_headers = False

    def _write(self, data: bytes) -> None:
        if self.pace != ("drip_headers" if self._among_headers else "drip"):
            super()._write(data)
            return
        for byte in data:
            super()._write(bytes([byte]))
            self._flush()
            if self.stop.wait(PACE_S):
                raise Broken("the server stops")

    def handle_error(self) -> None:
        """A broken connection is what the fault was for: say no more. Anything else is a mistake of ours: trace and 500."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error()


class _Handler(WSGIRequestHandler):
    server: Server

    def handle(self) -> None:
        self.raw_requestline = self.rfile.readline(65_537)
        if len(self.raw_requestline) > 65_536 or not self.parse_request():
            return
        wire = _Wire(self.rfile, self.wfile, self.get_stderr(), self.get_environ(), multithread=True)  # type: ignore[arg-type]
        wire.request_handler = self  # type: ignore[attr-defined]
        wire.stop = self.server.sandbox.stop
        SimpleHandler.run(wire, self.server.sandbox)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the caller's own log says what was asked."""
