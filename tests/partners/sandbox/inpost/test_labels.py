"""Labels: the format that was asked for, valid to the byte, and what goes wrong with them."""

import base64
import re

import pytest

from tests.partners.sandbox.conftest import arm
from tests.partners.sandbox.inpost.conftest import SHIPMENTS, a_locker


@pytest.fixture
def label(client, bearer, ship):
    number = ship().json()["trackingNumber"]

    def label(accept: str, of: str = number):
        return client.get(f"{SHIPMENTS}/{of}/label", headers=bearer | {"Accept": accept})

    label.number = number
    return label


def is_whole_pdf(pdf: bytes) -> bool:
    """Does its table of objects say where each of them begins?"""
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", pdf)[1])
    starts = [int(place) for place in re.findall(rb"(\d{10}) 00000 n \n", pdf[start:])]
    return pdf[start:].startswith(b"xref") and all(pdf[at:].startswith(b"%d 0 obj" % n) for n, at in enumerate(starts, start=1))


@pytest.mark.parametrize(("size", "box"), [("A6", b"[0 0 298 420]"), ("A4", b"[0 0 595 842]")])
def test_a_pdf_that_says_where_it_goes(label, world, size, box):
    answer = label(f"application/pdf;format={size}")
    content = re.search(rb"stream\n(.*)\nendstream", answer.content, re.DOTALL)[1]

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-1.4")
    assert is_whole_pdf(answer.content)
    assert int(re.search(rb"/Length (\d+)", answer.content)[1]) == len(content)
    assert box in answer.content
    assert all(text.encode() in content for text in (label.number, a_locker(world), "LS-10001"))


@pytest.mark.parametrize("dpi", [203, 300])
def test_zpl(label, world, dpi):
    answer = label(f"text/zpl; dpi={dpi}")

    assert answer.headers["Content-Type"] == "text/zpl"
    assert answer.text.startswith("^XA")
    assert answer.text.endswith("^XZ\n")
    assert f"^PW{dpi * 4}" in answer.text
    assert all(text in answer.text for text in (label.number, a_locker(world), "LS-10001"))


@pytest.mark.parametrize(
    ("asked", "plain"), [("application/pdf+json;format=A6", "application/pdf;format=A6"), ("text/zpl+json;dpi=203", "text/zpl;dpi=203")]
)
def test_within_json_it_is_the_same_in_base64(label, asked, plain):
    answer = label(asked)

    assert base64.b64decode(answer.json()["label"]["content"]) == label(plain).content


@pytest.mark.parametrize(
    "accept", ["application/pdf", "application/json", "text/epl2;dpi=203", "application/pdf;format=A5", "*/*", "text/zpl;dpi=600"]
)
def test_any_other_format_is_not_to_be_had(label, accept):
    answer = label(accept)

    assert (answer.status_code, answer.json()["title"]) == (406, "Not Acceptable")


def test_of_an_unknown_number_there_is_none(label):
    assert label("application/pdf;format=A6", of="JJD1").status_code == 404


def test_a_name_with_signs_of_the_format_in_it_breaks_nothing(label, world):
    world.points[a_locker(world)]["address_details"]["building_number"] = "Bar (back) \\ ^XZ Łódź"

    assert is_whole_pdf(label("application/pdf;format=A6").content)
    assert label("text/zpl;dpi=203").text.count("^XZ") == 1


def test_each_fetch_is_counted(label, client):
    label("application/pdf;format=A6")
    label("text/zpl;dpi=203")
    label("application/json")

    assert client.get("/_sandbox/inpost/shipments").json()["shipments"][0]["label_fetches"] == 2


class TestFaults:
    def test_not_to_be_had_once(self, label, client):
        arm(client, "inpost", "label_406")

        assert [label("application/pdf;format=A6").status_code for _ in range(2)] == [406, 200]

    def test_bytes_that_are_no_label(self, label, client):
        arm(client, "inpost", "not_a_pdf")
        answer = label("application/pdf;format=A6")

        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
        assert not answer.content.startswith(b"%PDF")

    @pytest.mark.parametrize(("kind", "status"), [("empty_200", 200), ("html_502", 502)])
    def test_nothing_and_a_page(self, label, client, kind, status):
        arm(client, "inpost", kind, path="/shipping", method="GET")
        answer = label("application/pdf;format=A6")

        assert answer.status_code == status
        assert b"%PDF" not in answer.content

    def test_they_befall_labels_alone(self, ship, client):
        arm(client, "inpost", "not_a_pdf")

        assert ship().json()["trackingNumber"]
        assert client.post("/_sandbox/faults", json={"partner": "acs", "kind": "label_406"}).status_code == 400
