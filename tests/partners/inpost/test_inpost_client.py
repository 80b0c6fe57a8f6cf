"""InPost's token and the look-up of one point."""

import pytest

from partners.errors import Denied, Unreachable, Unreadable
from partners.gates import DbGate
from tests.partners.fake_web import FakeWeb, always
from tests.partners.inpost.fake_inpost import FakeInPost, Seconds, client_of

POINT = {
    "id": "GB_12345",
    "type": "APM",
    "country": "GB",
    "location247": True,
    "capabilities": [{"name": "parcel_collect"}, "parcel_send", {"type": "x"}, {}],
    "address": {"city": "Leeds", "postalCode": "LS1 4AB", "street": "High Street"},
    "somethingNew": {"a": 1},
}


@pytest.fixture
def inpost() -> FakeInPost:
    return FakeInPost(points={"GB_12345": POINT})


@pytest.fixture
def web(inpost: FakeInPost) -> FakeWeb:
    return FakeWeb(inpost.reply)


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


class TestPoint:
    def test_is_read_in_our_words(self, web, seconds):
        point = client_of(web, seconds).point("GB_12345")

        assert (point.point_id, point.kind, point.city, point.postcode, point.open_24_7) == ("GB_12345", "APM", "Leeds", "LS1 4AB", True)
        assert point.capabilities == ("parcel_collect", "parcel_send", "x", "")

    @pytest.mark.parametrize("point_id", ["GB_99999", "a/b", "..", ""])
    def test_that_inpost_does_not_know_is_none(self, web, seconds, point_id):
        assert client_of(web, seconds).point(point_id) is None

    @pytest.mark.parametrize("body", [b"[]", b"{}", b'{"id": ""}', b'{"id": 7.5e400}', b"<html>", b'{"id": "x", "type": {}}'])
    def test_that_is_not_as_agreed_is_unreadable(self, inpost, seconds, body):
        page = FakeWeb(lambda asked: inpost.reply(asked) if asked.method == "POST" else (200, {"Content-Type": "application/json"}, body))
        with pytest.raises(Unreadable):
            client_of(page, seconds).point("x")

    @pytest.mark.parametrize("odd", [{"address": "Leeds"}, {"capabilities": None}, {"capabilities": "all"}, {"location247": "yes"}])
    def test_with_an_odd_detail_is_still_a_point(self, inpost, web, seconds, odd):
        inpost.points["GB_12345"] = POINT | odd
        assert client_of(web, seconds).point("GB_12345").kind == "APM"


class TestToken:
    def test_is_asked_for_once_and_renewed_a_minute_early(self, inpost, web, seconds):
        client = client_of(web, seconds)
        for now in (0, 300, 538):
            seconds.now = 1_000 + now
            client.point("GB_12345")
        assert inpost.issued == 1

        seconds.now = 1_000 + 539
        client.point("GB_12345")
        assert inpost.issued == 2

    @pytest.mark.django_db
    def test_that_was_withdrawn_is_renewed_once_and_closes_no_line(self, inpost, web, seconds, noon):
        client = client_of(web, seconds, gate=DbGate(lambda: noon))
        client.point("GB_12345")
        inpost.valid = "withdrawn"

        assert client.point("GB_12345") is not None
        assert inpost.issued == 2

    def test_that_is_never_taken_is_a_matter_of_credentials(self, inpost, seconds):
        web = FakeWeb(lambda asked: inpost.reply(asked) if asked.method == "POST" else (401, {}, b""))
        with pytest.raises(Denied):
            client_of(web, seconds).point("GB_12345")
        assert inpost.issued == 2

    def test_without_the_scope_opens_nothing(self, inpost, web, seconds):
        inpost.scopes = "openid"
        with pytest.raises(Denied, match="does not allow"):
            client_of(web, seconds).point("GB_12345")

    def test_refused_to_a_wrong_secret_is_a_matter_of_credentials(self, web, seconds):
        with pytest.raises(Denied, match="Client authentication failed"):
            client_of(web, seconds, secret="wrong").point("GB_12345")

    def test_lost_on_the_way_is_no_unknown_outcome(self, seconds):
        with pytest.raises(Unreachable):
            client_of(always(500), seconds).point("GB_12345")

    @pytest.mark.parametrize(
        "body",
        [b"[]", b"{}", b'{"access_token": ""}', b'{"access_token": "a\\r\\nb"}', b'{"access_token": "\xc3\xa9"}', b'{"access_token": 7}'],
    )
    def test_that_could_not_be_sent_back_is_unreadable(self, seconds, body):
        with pytest.raises(Unreadable, match="token answer"):
            client_of(always(200, body, Content_Type="application/json"), seconds).point("x")

    @pytest.mark.parametrize("expires_in", [0, 30])
    def test_that_ends_at_once_is_used_once(self, inpost, web, seconds, expires_in):
        inpost.expires_in = expires_in
        client = client_of(web, seconds)
        client.point("GB_12345")
        client.point("GB_12345")
        assert inpost.issued == 2


def test_the_connection_test_names_the_scopes_it_was_granted(inpost, web, seconds):
    client = client_of(web, seconds)

    assert "accepts it" in client.check()
    assert client.granted == ("openid", "api:points:read")
    client.check()
    assert inpost.issued == 2
