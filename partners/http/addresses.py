"""Where may we connect? Public hosts over TLS; anything else only where SANDBOX says so."""

import ipaddress
import socket
from urllib.parse import urlsplit

import httpcore


class Refused(httpcore.ConnectError):
    """Nothing was sent, because of where it would have gone. `str()` is a sentence."""


def why_not(base_url: str, *, allow_local: bool) -> str:
    """Why no call may go to this address, in a sentence, or "". Where its name leads is looked at when the line is opened."""
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "Its address is not a URL."
    if parts.scheme not in ("https", "http") or not host:
        return "Its address must be a URL such as https://example.com."
    if parts.username or parts.password:
        return "Its address must not hold a name or a password."
    if parts.scheme != "https" and not allow_local:
        return "Its address must start with https."
    return ""


def public_ips(host: str, port: int) -> list[str]:
    """The addresses behind a name. Raises Refused when there is none, or when one of them is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused("Its name cannot be found in the DNS.") from error
    ips = list(dict.fromkeys(str(place[0]).partition("%")[0] for *_, place in found))
    if not all(map(is_public, ips)):
        raise Refused("Its name leads into a private network, which is refused.")
    return ips


def is_public(ip: str) -> bool:
    address = ipaddress.ip_address(ip)
    return address.is_global and not address.is_multicast
