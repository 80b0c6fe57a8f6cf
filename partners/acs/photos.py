"""Photos that ACS took, from the hosts that somebody has allowed, without credentials and never past ten megabytes."""

from collections.abc import Callable, Collection
from urllib.parse import SplitResult, urlsplit

from partners.errors import Rejected
from partners.http import Wire

PARTNER = "photos"
MOST_BYTES = 10_000_000
_USUAL = {"https": 443, "http": 80}

WireTo = Callable[[str, int], Wire]


class PhotoSource:
    """`wire_to(base, byte_cap)` opens the line to one host. `hosts` are names, with a port where it is not the usual one."""

    def __init__(self, wire_to: WireTo, *, hosts: Collection[str], allow_http: bool) -> None:
        self._wire_to, self._allow_http = wire_to, allow_http
        self._hosts = frozenset(host.strip().lower() for host in hosts if host.strip())
        self._wires: dict[str, Wire] = {}

    def fetch(self, url: str) -> bytes:
        """The bytes behind an address, whatever they are. Raises Rejected, with a sentence, where it must not be asked, and PartnerError.

        What is larger than the cap is Unreadable, and no more than the cap of it is read.
        """
        parts = self._allowed(url)
        base = f"{parts.scheme}://{_named(parts)}"
        if base not in self._wires:
            self._wires[base] = self._wire_to(base, MOST_BYTES)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return self._wires[base].get(target, label="/photo", headers={"Accept": "image/jpeg, image/png, image/webp"}).body

    def _allowed(self, url: str) -> SplitResult:
        try:
            parts = urlsplit(url)
            named = _named(parts)
        except ValueError as error:
            raise Rejected(PARTNER, "Its address is not a URL.") from error
        if parts.scheme not in ("https", "http") or not named or (parts.scheme == "http" and not self._allow_http):
            raise Rejected(PARTNER, "Its address does not start with https.")
        if parts.username or parts.password:
            raise Rejected(PARTNER, "Its address holds a name or a password.")
        if named not in self._hosts:
            raise Rejected(PARTNER, f"The host {named[:100]} is not among those allowed by RETURN_PHOTO_HOSTS.")
        return parts


def _named(parts: SplitResult) -> str:
    """The host, with its port where that is not the usual one. Raises ValueError for a port that cannot be."""
    host = parts.hostname or ""
    return host if parts.port in (None, _USUAL.get(parts.scheme)) else f"{host}:{parts.port}"
