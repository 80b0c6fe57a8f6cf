"""The label at ACS: in a spare field beside an order that stays as it is, or as a file that is there whole or not at all."""

import hashlib
import json
from dataclasses import replace

import pytest

from partners.acs.client import AcsClient
from partners.acs.labels import LabelFolder
from partners.acs.records import differences, from_payload, to_payload
from partners.errors import Rejected, Unreachable
from tests.partners.acs.fake_acs import ORDER, FakeAcs, client_of
from tests.partners.fake_web import FakeWeb, always, wire_to

ADDRESS = "https://desk.test/labels/1.sig.pdf"


@pytest.fixture
def acs() -> FakeAcs:
    return FakeAcs()


@pytest.fixture
def client(acs: FakeAcs) -> AcsClient:
    return client_of(FakeWeb(acs.reply), label_field="Misc3")


def test_the_address_stands_beside_everything_that_acs_shows(acs, client):
    client.put_order(ORDER)
    acs.orders["LS-10001"] |= {"Misc9": "x", "Delivery_Address4": "y", "DeliveryCharge": 4.5}
    before = dict(acs.orders["LS-10001"])

    client.put_label(client.get_order("LS-10001"), ADDRESS)

    assert acs.orders["LS-10001"] == before | {"Misc3": ADDRESS, "DeliveryCharge": "4.50"}
    assert client.get_order("LS-10001").content.label_url == ADDRESS


def test_what_is_acs_own_is_not_sent_back(acs, client):
    client.put_order(ORDER)
    acs.facts |= {"PackedWeight": 700, "TrackingNumber": "JJD1"}
    client.put_label(client.get_order("LS-10001"), ADDRESS)
    assert {"Status", "StatusDate", "PackedWeight", "TrackingNumber"} & set(acs.orders["LS-10001"]) == set()


def test_a_release_neither_minds_the_label_nor_sends_one(client):
    client.put_order(ORDER)
    client.put_label(client.get_order("LS-10001"), ADDRESS)

    assert differences(ORDER, client.get_order("LS-10001")) == ()
    assert from_payload(to_payload(ORDER)) == ORDER


def test_an_intent_from_before_there_were_labels_can_be_read():
    old = {name: value for name, value in to_payload(ORDER).items() if name != "label_url"}
    assert from_payload(old) == ORDER


def test_without_a_field_for_it_the_field_is_neither_read_nor_written(acs):
    client = client_of(FakeWeb(acs.reply))
    client.put_order(replace(ORDER, label_url=ADDRESS))
    assert "Misc3" not in acs.orders["LS-10001"]
    acs.orders["LS-10001"]["Misc3"] = "somebody else's"

    there = client.get_order("LS-10001")
    assert there.content.label_url == ""
    with pytest.raises(Rejected, match="ACS_LABEL_FIELD"):
        client.put_label(there, ADDRESS)


def test_a_refusal_repeats_neither_the_customer_nor_the_address(acs, client):
    client.put_order(ORDER)
    there = client.get_order("LS-10001")
    said = f"Misc3 must be shorter than {ADDRESS} for Ada Byron".encode()
    refusing = AcsClient(
        wire_to(always(400, said, Content_Type="text/plain")),
        account_code="",
        newer_host=False,
        locker_field="Misc1",
        size_field="Misc2",
        label_field="Misc3",
    )

    with pytest.raises(Rejected) as refused:
        refusing.put_label(there, ADDRESS)

    assert "Misc3 must be shorter" in refused.value.sentence
    assert [word for word in ("desk.test", "sig", "Ada", "Byron") if word in refused.value.sentence] == []


def test_prices_are_said_as_acs_showed_them(acs, client):
    client.put_order(ORDER)
    acs.orders["LS-10001"]["OrderItems"][0]["ItemPrice"] = 84.1

    client.put_label(client.get_order("LS-10001"), ADDRESS)

    assert json.dumps(acs.orders["LS-10001"]["OrderItems"][0]["ItemPrice"]) == '"84.10"'


class TestFolder:
    def test_a_file_is_there_whole_and_its_hash_is_read_from_it(self, tmp_path):
        drop = LabelFolder(tmp_path)

        assert drop.put("a.pdf", b"%PDF") == drop.hash_of("a.pdf") == hashlib.sha256(b"%PDF").hexdigest()
        assert [path.name for path in tmp_path.iterdir()] == ["a.pdf"]

    def test_what_cannot_be_written_leaves_nothing_behind(self, tmp_path):
        (tmp_path / "a.pdf").mkdir()

        with pytest.raises(Unreachable, match="LABELS_FOLDER"):
            LabelFolder(tmp_path).put("a.pdf", b"%PDF")
        assert [path.name for path in tmp_path.iterdir()] == ["a.pdf"]

    def test_a_folder_that_is_not_there_is_not_made(self, tmp_path):
        drop = LabelFolder(tmp_path / "typo")
        with pytest.raises(Unreachable, match="LABELS_FOLDER"):
            drop.put("a.pdf", b"%PDF")
        assert not (tmp_path / "typo").exists()
        assert drop.hash_of("a.pdf") == ""

    def test_a_file_is_taken_away_once(self, tmp_path):
        drop = LabelFolder(tmp_path)
        drop.put("a.pdf", b"")
        assert [drop.remove("a.pdf"), drop.remove("a.pdf")] == [True, False]

    @pytest.mark.parametrize("name", ["../a.pdf", "a/b", "", ".", ".."])
    def test_no_name_leads_out_of_it(self, tmp_path, name):
        with pytest.raises(Rejected):
            LabelFolder(tmp_path).put(name, b"")

    def test_checking_it_leaves_nothing(self, tmp_path):
        assert "may be written" in LabelFolder(tmp_path).check()
        assert list(tmp_path.iterdir()) == []
