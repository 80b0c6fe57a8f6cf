"""What InPost is told of a parcel, and what it may send in place of a label."""

import re

import pytest

from partners.errors import Rejected, Unreadable
from partners.http import Wire
from partners.inpost.client import InPostClient
from partners.inpost.shipments import PDF, ZPL, Customs, CustomsItem, Sender, create_body
from tests.lockers.shipping import JSON, FakeShipping, shipment
from tests.partners.fake_web import FakeWeb, Reply

SENDER = Sender(
    company="Demo Hire",
    first_name="Robin",
    last_name="Demo",
    email="warehouse@example.com",
    phone="+447700900000",
    street="Demo Way",
    house_number="1",
    city="Leeds",
    postcode="LS1 4AB",
)
CUSTOMS = Customs(
    contents="Clothes",
    value_pence=8450,
    items=tuple(
        CustomsItem(description="Dress", quantity=1, unit_value_pence=700, unit_weight_g=600, origin_country="GB") for _ in range(12)
    ),
)


class TestBody:
    def test_has_the_documented_fields_and_no_other(self):
        body = create_body(shipment(), SENDER)

        assert set(body) == {"sender", "recipient", "origin", "destination", "parcels", "references"}
        assert set(body["recipient"]) == {"firstName", "lastName", "email", "phone"}
        assert set(body["origin"]) == {"countryCode", "street", "houseNumber", "city", "postalCode"}
        assert [set(parcel) for parcel in body["parcels"]] == [{"type", "dimensions", "weight"}]

    def test_has_both_parts_of_the_name_and_the_mobile_in_e164(self):
        recipient = create_body(shipment(), SENDER)["recipient"]

        assert (recipient["firstName"], recipient["lastName"]) == ("Ada", "Byron")
        assert re.fullmatch(r"\+447[0-9]{9}", recipient["phone"])

    def test_to_northern_ireland_customs_is_told_of_at_most_ten_kinds(self):
        [parcel] = create_body(shipment(customs=CUSTOMS), SENDER)["parcels"]

        told = parcel["customsClearance"]
        assert (told["value"], told["currency"], told["contentsDescription"]) == ("84.50", "GBP", "Clothes")
        assert len(told["contents"]) == 10
        assert told["contents"][0] == {
            "description": "Dress",
            "quantity": 1,
            "unitValue": {"amount": "7.00", "currency": "GBP"},
            "unitWeight": {"amount": 600, "unit": "G"},
            "productOriginCountryCode": "GB",
        }

    def test_without_a_sender_nothing_is_sent(self):
        fake = FakeShipping()
        with pytest.raises(Rejected) as refused:
            client_of(fake, sender=None).create_shipment(shipment(), deduplication_id="x")
        assert (refused.value.fields, fake.asked) == ({"sender": ["required"]}, [])


def client_of(fake: FakeShipping, *, sender: Sender | None = SENDER) -> InPostClient:
    transport = FakeWeb(fake.reply).transport
    wires = [Wire("inpost", base, transport=transport) for base in ("http://inpost.test", "http://inpost.test/oauth2/token")]
    return InPostClient(*wires, client_id="x", client_secret="x", organization_id="org", sender=sender)


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        ((406, JSON, b'{"title": "Not Acceptable"}'), Rejected, "inpost"),
        ((200, {"Content-Type": "application/pdf"}, b""), Unreadable, "empty label"),
        ((200, {"Content-Type": "text/html"}, b"<html>Sign in</html>"), Unreadable, "not the label"),
        ((200, {"Content-Type": "application/pdf"}, b"PK\x03\x04 a zip"), Unreadable, "not the label"),
        ((200, {"Content-Type": "application/pdf"}, b"^XA a label of another kind ^XZ"), Unreadable, "not the label"),
        ((404, JSON, b'{"title": "Not Found"}'), Unreadable, "does not know the shipment"),
    ],
)
def test_what_is_no_label_is_never_taken_for_one(answer: Reply, error: type[Exception], said: str):
    with pytest.raises(error, match=said):
        client_of(FakeShipping(labels={PDF: answer})).label("JJD1", accept=PDF)


def test_a_label_is_taken_by_its_first_bytes():
    client = client_of(FakeShipping())
    assert (client.label("JJD1", accept=PDF)[:4], client.label("JJD1", accept=ZPL)[:3]) == (b"%PDF", b"^XA")
