"""A closed loop of callers on one machine: each sends its next request when the last is answered. One thread, so that it leaves the
processors to the server."""

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle

CALLERS = 4
_END = b"\r\n\r\n"


@dataclass
class Told:
    """How many answers came in how many seconds, how long each took, and how many were not 200."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    bodies: set[bytes] = field(default_factory=set)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds


def request(port: int, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """One POST as the bytes that go over the wire."""
    named = {"Host": f"127.0.0.1:{port}", "Content-Type": "application/json", "Content-Length": str(len(body))} | headers
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join(lines).encode() + _END + body


def drive(port: int, requests: Sequence[bytes], *, seconds: float) -> Told:
    """Send `requests` round and round from CALLERS connections for so long."""
    told, waiting = Told(), cycle(requests)
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for _ in range(CALLERS):
            wire = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(wire, selectors.EVENT_READ, _caller(wire, waiting, told))
        began = time.perf_counter()
        for key in selector.get_map().values():
            next(key.data)
        while time.perf_counter() - began < seconds:
            for key, _ in selector.select(timeout=5):
                next(key.data)
        told.seconds = time.perf_counter() - began
    return told


def _caller(wire: socket.socket, waiting: Iterator[bytes], told: Told) -> Iterator[None]:
    """Advanced whenever something has arrived."""
    while True:
        sent = time.perf_counter()
        wire.sendall(next(waiting))
        yield
        answer = wire.recv(65_536)
        while not _is_whole(answer):
            yield
            answer += (more := wire.recv(65_536))
            if not more:
                raise RuntimeError("the server closed the connection")
        told.latencies.append(time.perf_counter() - sent)
        told.refused += not answer.startswith(b"HTTP/1.1 200")
        if len(told.bodies) < CALLERS:
            told.bodies.add(answer.partition(_END)[2])


def _is_whole(answer: bytes) -> bool:
    head, end, body = answer.partition(_END)
    if not end:
        return False
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return len(body) >= int(length.partition(b":")[2])
