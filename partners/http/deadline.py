"""A deadline for the whole call. A read time-out alone never fires on a server that drips one byte at a time."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

from partners.http import addresses

CHUNK = 65_536
Timeout = type[httpcore.ReadTimeout] | type[httpcore.WriteTimeout] | type[httpcore.ConnectTimeout]

# When the call that runs now must be over, by the monotonic clock. A call runs in one thread from start to end.
_ends_at: ContextVar[float] = ContextVar("ends_at", default=float("inf"))


@contextmanager
def over_in(seconds: float) -> Iterator[None]:
    """Whatever is called inside must be over in so many seconds, all its attempts together. An outer deadline that is nearer holds."""
    token = _ends_at.set(min(_ends_at.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _ends_at.reset(token)


def is_past() -> bool:
    return time.monotonic() >= _ends_at.get()


def _left(timeout: float | None, late: Timeout) -> float:
    left = _ends_at.get() - time.monotonic()
    if left <= 0:
        raise late("the whole call took too long")
    return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    """A stream each of whose reads and writes has only the time that is left."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), CHUNK):
            self._inner.write(buffer[start : start + CHUNK], _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout, httpcore.ConnectTimeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Opens lines to the very addresses that were checked, so that a name cannot lead elsewhere a moment later."""

    def __init__(self, *, allow_local: bool) -> None:
        self._inner, self._allow_local = httpcore.SyncBackend(), allow_local

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        places = [host] if self._allow_local else addresses.public_ips(host, port)
        options = list(socket_options or ())
        for other, place in enumerate(places, start=1):
            try:
                left = _left(timeout, httpcore.ConnectTimeout)
                return _Stream(self._inner.connect_tcp(place, port, left, local_address, options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if other == len(places):
                    raise
        raise addresses.Refused("Its name cannot be found in the DNS.")


def transport(*, allow_local: bool) -> httpx.HTTPTransport:
    """httpx's own transport, without proxies from the environment, on streams that know the deadline."""
    made = httpx.HTTPTransport(trust_env=False, retries=0)
    made._pool = httpcore.ConnectionPool(
        ssl_context=httpx.create_ssl_context(trust_env=False),
        max_connections=10,
        max_keepalive_connections=5,
        keepalive_expiry=15,
        network_backend=_Backend(allow_local=allow_local),
    )
    return made
