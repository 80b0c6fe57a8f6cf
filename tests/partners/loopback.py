"""A server on a loopback port that answers byte by byte as a test wants, and knows when to stop."""

import socket
import threading
from collections.abc import Callable
from types import TracebackType

Answer = Callable[[socket.socket, threading.Event], None]
STEP_S = 0.05


class Loopback:
    """Reads one request per connection into `requests`, then calls `answer(connection, stopped)`."""

    def __init__(self, answer: Answer) -> None:
        self._answer, self._stopped = answer, threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(STEP_S)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.requests: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> "Loopback":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stopped.set()
        self._thread.join(5)
        self._listener.close()

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(5)
                self.requests.append(_whole_request(connection))
                try:
                    self._answer(connection, self._stopped)
                except OSError:
                    continue  # the client has hung up, as it should


def _whole_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        if not (some := connection.recv(65_536)):
            return request
        request += some
    head, _, body = request.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def closed_port() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def says(data: bytes) -> Answer:
    """Send this and hang up."""
    return lambda connection, stopped: connection.sendall(data)


def drips(head: bytes, drop: bytes) -> Answer:
    """Send a beginning at once, then a little for ever."""

    def answer(connection: socket.socket, stopped: threading.Event) -> None:
        connection.sendall(head)
        while not stopped.wait(STEP_S):
            connection.sendall(drop)

    return answer


def is_silent(connection: socket.socket, stopped: threading.Event) -> None:
    """Take the request and say nothing."""
    stopped.wait(10)
