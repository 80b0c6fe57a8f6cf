"""Nothing is sent to an address that was not meant: not over plain http, not into our own network, not where a name moved to."""

import socket

import httpcore
import pytest

from partners.errors import Unreachable
from partners.http import Wire
from partners.http.addresses import is_public, why_not

PRIVATE = ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255"]
PRIVATE += ["0.0.0.0", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"]  # noqa: S104 - refused, not bound


@pytest.mark.parametrize("ip", PRIVATE)
def test_private_addresses_are_not_public(ip):
    assert not is_public(ip)


@pytest.mark.parametrize("ip", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_are(ip):
    assert is_public(ip)


@pytest.mark.parametrize(
    ("url", "local", "says"),
    [
        ("http://partner.test/api", False, "must start with https"),
        ("ftp://partner.test/", True, "must be a URL"),
        ("partner.test/api", True, "must be a URL"),
        ("https://name:word@partner.test/", True, "must not hold a name"),
        ("https://partner.test:port/", True, "is not a URL"),
        ("https://[::1/", True, "is not a URL"),
        ("https://partner.test/api", False, ""),
        ("http://127.0.0.1:8900/acs", True, ""),
    ],
)
def test_what_an_address_must_look_like(url, local, says):
    said = why_not(url, allow_local=local)

    assert says in said
    assert bool(said) == bool(says)


def test_a_bad_address_is_a_sentence_on_each_call():
    wire = Wire("acs", "http://partner.test/")
    with pytest.raises(Unreachable, match="must start with https"):
        wire.get("/x", label="/x")
    wire.close()


def names_lead_to(monkeypatch, *answers: list[str]) -> list[str]:
    """Each look-up in the DNS gives the next answer; returns the list of addresses that get connected to."""
    left, opened = list(answers), []

    def look_up(host, port, **_options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in left.pop(0)]

    def connect(self, host, *_rest):
        opened.append(host)
        raise httpcore.ConnectError("nobody there")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    return opened


@pytest.mark.parametrize("ips", [["10.0.0.1"], ["93.184.216.34", "169.254.169.254"]])
def test_a_name_that_leads_home_is_refused(monkeypatch, ips):
    opened = names_lead_to(monkeypatch, ips)
    wire = Wire("acs", "https://partner.test/")

    with pytest.raises(Unreachable, match="private network"):
        wire.put("/x", {}, label="/x")

    assert opened == []
    wire.close()


def test_the_address_that_was_checked_is_the_one_that_is_called(monkeypatch):
    """A name may lead somewhere else a moment later: it is asked once for each line."""
    opened = names_lead_to(monkeypatch, ["93.184.216.34", "93.184.216.35"])
    wire = Wire("acs", "https://partner.test/")

    with pytest.raises(Unreachable, match="cannot be reached"):
        wire.put("/x", {}, label="/x")

    assert opened == ["93.184.216.34", "93.184.216.35"]
    wire.close()


def test_a_name_nobody_knows(monkeypatch):
    def unknown(*_args, **_options):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    wire = Wire("acs", "https://partner.test/")
    with pytest.raises(Unreachable, match="cannot be found"):
        wire.get("/x", label="/x")
    wire.close()


def test_this_machine_is_refused_by_name_too():
    wire = Wire("acs", "https://localhost:9/")
    with pytest.raises(Unreachable, match="private network"):
        wire.get("/x", label="/x")
    wire.close()
