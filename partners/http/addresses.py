"""Where may we connect? Public hosts over TLS; anything else only where SANDBOX says so."""

import ipaddress
import socket
from urllib.parse import urlsplit

from partners.errors import Unreachable


def check(partner: str, base_url: str, *, allow_local: bool) -> None:
    """Raises ValueError for an address no setting may hold, Unreachable when its name leads to a private network."""
    parts = urlsplit(base_url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError(f"The address of {partner} must be a URL such as https://example.com.")
    if parts.username or parts.password:
        raise ValueError(f"The address of {partner} must not hold a name or password.")
    if allow_local:
        return
    if parts.scheme != "https":
        raise ValueError(f"The address of {partner} must start with https.")
    _refuse_private(partner, parts.hostname, parts.port or 443)


def _refuse_private(partner: str, host: str, port: int) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable(partner, "Its name cannot be found in the DNS.") from error
    for *_, place in found:
        address = ipaddress.ip_address(str(place[0]).partition("%")[0])
        if not address.is_global or address.is_multicast:
            raise Unreachable(partner, "Its name leads to a private network address, which is refused.")
