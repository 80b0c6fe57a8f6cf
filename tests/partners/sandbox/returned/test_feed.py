"""ACS's returns feed, its file and its photos, from outside."""

import csv
import struct
import zlib
from datetime import timedelta

import httpx
import pytest

from partners.sandbox import acs
from partners.sandbox.returned.files import COLUMNS
from partners.sandbox.returned.pictures import drawn
from partners.sandbox.server import world_app
from tests.partners.sandbox.conftest import BASIC, START, arm

ITEM = {"lineId", "rfid", "sku", "grade", "gradedAt", "grader", "station", "reason", "note", "repairPence", "photos"}


@pytest.fixture
def there(seven):
    """The default world; nothing of it is changed here."""
    with httpx.Client(transport=httpx.WSGITransport(app=world_app(seven)), base_url="http://sandbox.test", auth=BASIC) as client:
        yield client


def read(client: httpx.Client, **params: str) -> dict:
    return client.get("/acs/returns", params=params, auth=BASIC).raise_for_status().json()


class TestFeed:
    def test_it_is_of_the_agreed_shape(self, there):
        said = read(there)

        assert set(said) == {"returns", "next"}
        assert all(set(one) == {"id", "orderNumber", "trackingNumber", "arrivedAt", "updatedAt", "items"} for one in said["returns"])
        assert all(set(item) == ITEM for one in said["returns"] for item in one["items"])
        photos = [photo for one in said["returns"] for item in one["items"] for photo in item["photos"]]
        assert all(set(photo) == {"url", "takenAt"} for photo in photos)
        assert all(photo["url"].startswith("http://sandbox.test/acs/photos/") for photo in photos)

    def test_pages_follow_one_another_and_end(self, there, seven):
        first = read(there)
        second = read(there, after=first["next"])
        ids = [one["id"] for page in (first, second) for one in page["returns"]]

        assert (len(first["returns"]), second["next"]) == (20, None)
        assert ids == sorted(seven.returned.returns)

    def test_only_what_changed_since(self, there, seven):
        instants = sorted(one.updated_at for one in seven.returned.returns.values())
        found = read(there, since=instants[-3].isoformat())["returns"]

        assert len(found) == sum(at >= instants[-3] for at in instants)
        assert read(there, since=(START + timedelta(seconds=1)).isoformat()) == {"returns": [], "next": None}

    def test_either_way_in_and_no_other(self, there):
        by_key = there.get("/acs/returns", headers={"Ocp-Apim-Subscription-Key": acs.KEY}, auth=None)
        nobody = [there.get("/acs/returns", auth=auth) for auth in (None, ("lockstep", "wrong"))]

        assert by_key.status_code == 200
        assert [answer.status_code for answer in nobody] == [401, 401]

    @pytest.mark.parametrize(
        ("params", "sentence"),
        [
            ({"since": "yesterday"}, "since must be an instant in ISO 8601"),
            ({"since": "2026-11-23T09:00:00"}, "since must have a zone"),
            ({"page": "2"}, "Unknown parameter: page"),
        ],
    )
    def test_a_question_it_does_not_understand(self, there, params, sentence):
        answer = there.get("/acs/returns", params=params)

        assert (answer.status_code, answer.text) == (400, sentence)
        assert there.post("/acs/returns").status_code == 405

    def test_the_file_says_the_same(self, there):
        rows = list(csv.DictReader(there.get("/acs/returns.csv").text.splitlines()))
        first = read(there)
        said = [(one, item) for one in [*first["returns"], *read(there, after=first["next"])["returns"]] for item in one["items"]]

        assert tuple(rows[0]) == COLUMNS
        assert [(row["return_id"], row["rfid"], row["grade"]) for row in rows] == [(o["id"], i["rfid"], i["grade"]) for o, i in said]
        assert [row["photo_urls"].split() for row in rows] == [[photo["url"] for photo in item["photos"]] for _, item in said]

    def test_faults_meet_it_as_they_meet_orders(self, client):
        arm(client, "acs", "503", path="/returns")

        assert [client.get("/acs/returns", auth=BASIC).status_code for _ in range(2)] == [503, 200]


class TestPhotos:
    def test_every_address_shows_a_photo_of_its_type(self, there):
        for page in (read(there), read(there, after=read(there)["next"])):
            for url in [photo["url"] for one in page["returns"] for item in one["items"] for photo in item["photos"]]:
                answer = there.get(url, auth=None)
                start, kind = (b"\x89PNG\r\n\x1a\n", "image/png") if url.endswith(".png") else (b"\xff\xd8\xff\xe0", "image/jpeg")
                assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)
                assert answer.content.startswith(start)
        assert not answer.content.startswith(b"\xff\xd8")

    def test_no_other_name_is_answered(self, there):
        assert there.get(f"/acs/photos/{'0' * 24}.jpg").status_code == 404
        assert there.get("/acs/photos/../orders").status_code == 404

    def test_the_same_name_always_shows_the_same(self):
        assert drawn("abc.jpg") == drawn("abc.jpg") != drawn("abd.jpg")

    def test_a_png_is_whole(self):
        body, _ = drawn("abc.png")
        at, chunks = 8, []
        while at < len(body):
            size, kind = struct.unpack(">I4s", body[at : at + 8])
            inner, crc = body[at + 8 : at + 8 + size], body[at + 8 + size : at + 12 + size]
            assert struct.unpack(">I", crc)[0] == zlib.crc32(kind + inner)
            chunks.append((kind, inner))
            at += 12 + size

        assert [kind for kind, _ in chunks] == [b"IHDR", b"IDAT", b"IEND"]
        assert len(zlib.decompress(chunks[1][1])) == 160 * (1 + 120 * 3)

    def test_a_jpeg_has_its_segments_and_as_many_squares_as_it_says(self):
        body, _ = drawn("abc.jpg")
        at, markers = 2, []
        while body[at + 1] != 0xDA:
            markers.append(body[at + 1])
            at += 2 + struct.unpack(">H", body[at + 2 : at + 4])[0]

        assert markers == [0xE0, 0xDB, 0xC0, 0xC4, 0xC4]
        assert (body[:2], body[-2:]) == (b"\xff\xd8", b"\xff\xd9")
        assert _squares(body[at + 14 : -2]) == 15 * 20

    @pytest.mark.parametrize(("about", "start"), [("", b"<html>"), ("svg", b"<svg"), ("empty", b"")])
    def test_an_address_that_shows_no_photo(self, client, about, start):
        arm(client, "acs", "not_a_photo", about=about)
        url = read(client)["returns"][0]["items"][0]["photos"][0]["url"]
        answer = client.get(url)

        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
        assert answer.content.startswith(start)
        assert not answer.content.startswith(b"\xff\xd8")
        assert client.get(url).content.startswith(b"\xff\xd8")

    def test_an_address_that_never_ends(self, client):
        arm(client, "acs", "not_a_photo", about="huge")
        url = read(client)["returns"][0]["items"][0]["photos"][0]["url"]
        with client.stream("GET", url) as answer:
            read_so_far = sum(len(next(pieces)) for pieces in [answer.iter_raw()] for _ in range(3))

        assert answer.headers["Content-Length"] == "200000004"
        assert 0 < read_so_far < 200_000


def _squares(scan: bytes) -> int:
    """How many squares of three components a scan holds, read with the standard's codes for DC and one bit for the end of a block."""
    bits = "".join(f"{byte:08b}" for byte in scan.replace(b"\xff\x00", b"\xff"))
    codes = {"00": 0, "010": 1, "011": 2, "100": 3, "101": 4, "110": 5, "1110": 6, "11110": 7, "111110": 8, "1111110": 9}
    at, components = 0, 0
    while len(bits) - at >= 8 or "0" in bits[at:]:
        length = next(size for size in range(2, 8) if bits[at : at + size] in codes)
        at += length + codes[bits[at : at + length]]
        assert bits[at] == "0"
        at, components = at + 1, components + 1
    return components // 3
