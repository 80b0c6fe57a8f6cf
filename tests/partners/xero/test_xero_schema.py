"""Every body we send, and every answer we are tested with, against Xero's published description and its own examples."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from partners.http import Answer
from partners.ledger import DocStatus
from partners.xero.records import Accounts, Credits, Journals, Organisations, account_of, books_of, credit_of, decode, doc_of
from tests.partners.ledger.test_ledger_contract import CREDIT, JOURNAL
from tests.partners.xero.fake_xero import FakeXero, xero_of
from tests.partners.xero.schema import breaches, payload

SCHEMAS = {"ManualJournals": "ManualJournals", "CreditNotes": "CreditNotes", "Allocations": "Allocations"}


@pytest.fixture(scope="module")
def busy() -> FakeXero:
    """A make-believe Xero at which everything was done that we ever do."""
    fake = FakeXero(locked_to=date(2026, 3, 31))
    xero = xero_of(fake)
    kept, surplus = (xero.draft(JOURNAL, idempotency_key=key) for key in ("one", "two"))
    xero.post(kept.external_id)
    xero.drop(surplus.external_id)
    xero.credit(CREDIT, idempotency_key="three")
    xero.credit(replace(CREDIT, key="ref:LS-2:1", customer="430fa14a-f945-44d3-9f97-5df5e28441b8", invoice=""), idempotency_key="four")
    return fake


def test_every_outgoing_body_is_as_published(busy: FakeXero, shared):
    wrong = {path: breaches(shared, SCHEMAS[next(iter(body))], body) for _, path, body in busy.bodies}

    assert len(busy.bodies) == 7
    assert {path: found for path, found in wrong.items() if found} == {}


def test_every_answer_of_the_make_believe_xero_is_as_published(busy: FakeXero, shared):
    answered = {"ManualJournals": list(busy.journals.values()), "CreditNotes": list(busy.credits.values())}

    assert [breaches(shared, name, {name: rows}) for name, rows in answered.items()] == [[], []]


def test_the_judge_finds_what_is_wrong(shared):
    wrong = {"ManualJournals": [{"Narration": 1, "Sum": 2, "JournalLines": [{"LineAmount": "1.00"}]}, {}]}

    assert len(breaches(shared, "ManualJournals", wrong)) == 4


def test_the_recorded_request_reads_as_ours_does(busy: FakeXero, shared):
    theirs = json.loads(payload(shared, "manualjournals_create_request.json"))["ManualJournals"][0]
    ours = busy.bodies[0][2]["ManualJournals"][0]

    assert set(ours) - set(theirs) == {"LineAmountTypes", "Status", "Url"}
    assert set(ours["JournalLines"][0]) <= set(theirs["JournalLines"][0])


def answer_of(body: bytes) -> Answer:
    return Answer("ledger", 200, {"content-type": "application/json"}, body, "r")


def test_the_recorded_journals_are_read(shared):
    listed = [doc_of(one) for one in decode(answer_of(payload(shared, "manualjournals_list_response.json")), Journals).ManualJournals]
    made = doc_of(decode(answer_of(payload(shared, "manualjournals_create_response.json")), Journals).ManualJournals[0])

    assert [doc.status for doc in listed] == [DocStatus.POSTED, DocStatus.POSTED, DocStatus.DRAFT]
    assert (made.external_id, made.on, made.key) == ("d312dd5e-a53e-46d1-9d51-c569ef4570b7", date(2019, 3, 14), "")
    assert [(line.account, line.amount_pence) for line in made.lines] == [("400", 10000), ("400", -10000)]


def test_the_recorded_organisation_accounts_and_credit_note_are_read(shared):
    books = books_of(decode(answer_of(payload(shared, "organisation_response.json")), Organisations).Organisations[0])
    accounts = [account_of(one) for one in decode(answer_of(payload(shared, "accounts_list_response.json")), Accounts).Accounts]
    told = decode(answer_of(payload(shared, "creditnotes_create_response.json")), Credits).CreditNotes[0]

    assert (books.currency, books.locked_to) == ("NZD", date(2018, 12, 31))
    assert [(account.code, bool(account.why_not)) for account in accounts if account] == [("091", True), ("200", False)]
    assert (told.Total, credit_of(told).left_pence) == (Decimal("46.00"), 4600)
