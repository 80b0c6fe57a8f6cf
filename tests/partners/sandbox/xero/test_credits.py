"""Credit notes: numbered once, authorised, set against an invoice as far as both reach."""

import pytest

from tests.partners.sandbox.xero.conftest import LOCKED, OPEN

NOTES = "/CreditNotes"
UNKNOWN = {"Description": "x", "UnitAmount": 1, "AccountCode": "999"}


def notes(**other: object) -> dict:
    item = {"Description": "Midi dress, beyond repair", "Quantity": 1, "UnitAmount": 84, "AccountCode": "205"}
    one = {"Type": "ACCRECCREDIT", "Contact": {"Name": "Web customers"}, "Date": OPEN, "LineItems": [item], "LineAmountTypes": "NoTax"}
    return {"CreditNotes": [one | {"Status": "AUTHORISED", "CreditNoteNumber": "ref:BER-1:1"} | other]}


@pytest.fixture
def made(call):
    return lambda **other: call("PUT", NOTES, notes(**other)).raise_for_status().json()["CreditNotes"][0]


@pytest.fixture
def allocate(call, sandbox):
    invoice = sandbox("/invoices", number="LS-10001", pence=5000)

    def allocate(note: str, amount: float, **wanted: str):
        body = {"Allocations": [{"Amount": amount, "Date": OPEN, "Invoice": wanted or {"InvoiceID": invoice["id"]}}]}
        return call("PUT", f"{NOTES}/{note}/Allocations", body)

    return allocate


def why(answer) -> list[str]:
    return [error["Message"] for one in answer.json()["Elements"] for error in one["ValidationErrors"]]


def test_every_answer_is_as_published(call, made, allocate, as_published):
    one = made()
    allocated = allocate(one["CreditNoteID"], 10)
    envelope = {"Id", "Status", "ProviderName", "DateTimeUTC"}
    answers = [("CreditNotes", call("GET", NOTES, params={"page": 1})), ("CreditNotes", call("GET", f"{NOTES}/ref:BER-1:1"))]
    for name, answer in [*answers, ("Allocations", allocated)]:
        said = {field: value for field, value in answer.json().items() if field not in envelope}
        assert as_published(name, said) == []


def test_one_is_found_by_its_number(call, made):
    one = made()
    found = call("GET", NOTES, params={"page": 1, "where": 'CreditNoteNumber=="ref:BER-1:1"'}).json()["CreditNotes"]

    assert [(note["CreditNoteID"], note["Total"], note["RemainingCredit"]) for note in found] == [(one["CreditNoteID"], 84.0, 84.0)]


@pytest.mark.parametrize(("types", "sums"), [("NoTax", (84, 0)), ("Exclusive", (84, 16.8)), ("Inclusive", (70, 14))])
def test_tax_is_on_top_inside_or_none(made, types, sums):
    item = {"Description": "x", "LineAmount": 84, "AccountCode": "205", "TaxType": "OUTPUT2"}
    one = made(LineAmountTypes=types, LineItems=[item])

    assert (one["SubTotal"], one["TotalTax"]) == sums


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"Contact": {}}, "A Contact must be specified for this type of transaction"),
        ({"LineItems": []}, "One or more line items must be specified"),
        ({"Status": "PAID"}, "Credit Note not of valid status for creation"),
        ({"CurrencyCode": "EUR"}, "Organisation is not subscribed to currency EUR"),
        ({"Date": LOCKED}, "The document date cannot be before the period lock date, currently set at 31-Oct-2026"),
        (
            {"LineItems": [{"Description": "x", "UnitAmount": 1, "AccountCode": "999"}]},
            "Account code '999' is not a valid code for this document.",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, other, sentence):
    answer = call("PUT", NOTES, notes(**other))

    assert (answer.status_code, why(answer)) == (400, [sentence])


def test_a_number_is_used_once(call, made):
    made()

    assert why(call("PUT", NOTES, notes())) == ["Credit Note number must be unique"]


def test_it_is_set_against_the_invoice_as_far_as_both_reach(call, made, allocate):
    one = made()["CreditNoteID"]

    assert why(allocate(one, 60)) == ["The amount to allocate is greater than the amount due on the invoice"]
    assert why(allocate(one, 90)) == ["The amount to allocate is greater than the remaining credit"]
    assert allocate(one, 50, InvoiceNumber="LS-10001").status_code == 200
    assert call("GET", f"{NOTES}/{one}").json()["CreditNotes"][0]["RemainingCredit"] == 34.0
    assert why(allocate(one, 1)) == ["The amount to allocate is greater than the amount due on the invoice"]


def test_a_draft_another_customers_and_a_missing_invoice(made, allocate):
    draft = made(Status="DRAFT", CreditNoteNumber="one")["CreditNoteID"]
    other = made(Contact={"Name": "Somebody else"}, CreditNoteNumber="two")["CreditNoteID"]

    assert why(allocate(draft, 1)) == ["Credit Note not of valid status for allocation"]
    assert why(allocate(other, 1)) == ["The Credit Note and the Invoice must be for the same contact"]
    assert why(allocate(other, 1, InvoiceNumber="nothing")) == ["An existing Invoice with the specified InvoiceID could not be found"]


def test_it_is_authorised_later_and_voided(call, made):
    one = made(Status="DRAFT")["CreditNoteID"]
    for status in ("AUTHORISED", "VOIDED"):
        changed = call("POST", f"{NOTES}/{one}", {"CreditNotes": [{"Status": status}]})
        assert changed.json()["CreditNotes"][0]["Status"] == status

    assert why(call("POST", f"{NOTES}/{one}", {"CreditNotes": [{"Status": "DRAFT"}]})) == [
        "Credit Note not of valid status for modification"
    ]


def test_every_order_that_came_back_has_an_invoice(client, world):
    found = {one["number"]: one for one in client.get("/_sandbox/xero/invoices").json()["invoices"]}
    back = {order.number: order for order in world.orders if order.number in found}

    assert back
    assert set(found) == set(back) == {one.order for one in world.returned.returns.values()} - {"LS-99999"}
    assert all(found[number]["due_pence"] == round(float(order.body["total"]) * 100) for number, order in back.items())


def test_an_invoice_is_found_by_its_number(call, as_published, sandbox):
    sandbox("/invoices", number="A-1", pence=5000)
    by_list = call("GET", "/Invoices", params={"InvoiceNumbers": "A-1,A-2"}).json()["Invoices"]
    by_filter = call("GET", "/Invoices", params={"where": 'InvoiceNumber=="A-1" AND Status=="AUTHORISED"'}).json()["Invoices"]

    assert by_list == by_filter
    assert [(one["InvoiceNumber"], one["AmountDue"]) for one in by_list] == [("A-1", 50.0)]
    assert as_published("Invoice", by_list[0]) == []
