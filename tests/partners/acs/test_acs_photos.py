"""Photos are asked for at the hosts that somebody has allowed, and nowhere else; never past the cap, never after a redirect."""

from collections.abc import Iterator

import httpx
import pytest

from partners.acs.photos import MOST_BYTES, PhotoSource
from partners.errors import Rejected, Unreadable
from partners.http import Wire
from tests.partners.fake_web import FakeWeb, always


def source(web: FakeWeb, *hosts: str, allow_http: bool = False) -> PhotoSource:
    def wire_to(base: str, cap: int) -> Wire:
        return Wire("photos", base, byte_cap=cap, transport=web.transport)

    return PhotoSource(wire_to, hosts=hosts or ("photos.test",), allow_http=allow_http)


def test_a_photo_of_an_allowed_host_is_fetched_without_credentials():
    web = always(200, b"bytes", Content_Type="image/jpeg")

    assert source(web).fetch("https://photos.test/R-1/1.jpg?sig=a%2Fb") == b"bytes"
    [asked] = web.asked
    assert (asked.path, asked.query, asked.headers["host"]) == ("/R-1/1.jpg", "sig=a%2Fb", "photos.test")
    assert "authorization" not in asked.headers


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/1.jpg",
        "https://photos.test.evil.test/1.jpg",
        "https://photos.test:8443/1.jpg",
        "https://photos.test@evil.test/1.jpg",
        "https://evil.test#@photos.test/1.jpg",
        "https://evil.test\\@photos.test/1.jpg",
        "http://photos.test/1.jpg",
        "file:///etc/passwd",
        "//photos.test/1.jpg",
        "https:///1.jpg",
        "https://[::1/1.jpg",
        "https://photos.test:99999999/1.jpg",
        "javascript:alert(1)",
        "",
    ],
)
def test_no_other_address_is_asked(url: str):
    web = always(200, b"bytes")

    with pytest.raises(Rejected):
        source(web).fetch(url)
    assert web.asked == []


def test_a_host_may_be_allowed_with_its_port_and_in_the_sandbox_over_http():
    assert source(always(200, b"x"), "127.0.0.1:8900", allow_http=True).fetch("http://127.0.0.1:8900/1.jpg") == b"x"


def test_a_redirect_to_elsewhere_is_not_followed():
    web = always(302, Location="https://evil.test/1.jpg")

    with pytest.raises(Unreadable):
        source(web).fetch("https://photos.test/1.jpg")
    assert len(web.asked) == 1


def test_of_two_hundred_megabytes_no_more_than_the_cap_is_read():
    sent = []

    def app(environ, start_response) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "image/jpeg")])
        for _ in range(200):
            sent.append(1_000_000)
            yield bytes(1_000_000)

    wire = Wire("photos", "https://photos.test", byte_cap=MOST_BYTES, transport=httpx.WSGITransport(app))

    with pytest.raises(Unreadable, match="photos: The answer is larger than 10000000 bytes"):
        PhotoSource(lambda base, cap: wire, hosts=["photos.test"], allow_http=False).fetch("https://photos.test/1.jpg")
    assert sum(sent) <= MOST_BYTES + 2_000_000
