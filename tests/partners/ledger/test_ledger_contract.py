"""What every ledger promises, whichever stands behind it: the same tests at the folder and at Xero."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from partners.errors import PeriodClosed, Rejected
from partners.folder.ledger import FolderLedger
from partners.http import Wire
from partners.ledger import CreditDraft, DocStatus, JournalDraft, LedgerLine
from partners.ports import Ledger
from partners.sandbox.server import Sandbox, settings_for
from partners.sandbox.world import World
from partners.xero.calls import Calls
from partners.xero.client import XeroLedger
from tests.partners.xero.fake_xero import FakeXero, xero_of

NOON = datetime(2026, 6, 9, 11, tzinfo=UTC)
KEY = "ber:BER-260609-00001:1"
JOURNAL = JournalDraft(
    key=KEY,
    on=date(2026, 6, 9),
    narration=f'Stock written off BER-260609-00001 "A\\B" {KEY}',
    lines=(LedgerLine("410", 4205, "BER-260609-00001"), LedgerLine("310", -4205, "BER-260609-00001")),
    link="https://desk.example.com/write-offs/BER-260609-00001/",
)
CREDIT = CreditDraft(
    key="ref:LS-1:1",
    on=date(2026, 6, 9),
    customer="Demo",
    description="Refund of LS-1",
    amount_pence=2999,
    account="420",
    invoice="c45720a1-ade3-4a38-a064-d15489be6841",
)


@dataclass
class Books:
    """One ledger, and how a test closes its books to a day."""

    ledger: Ledger
    close: Callable[[date], None]


def sandboxed() -> Books:
    """Our client at the sandbox's Xero, which shares no code with it: two readings of the same papers."""
    world = World(seed=7, orders=0)
    box = Sandbox(world)
    theirs = box.ledger.books
    theirs.name, theirs.period_lock, theirs.year_lock = "Demo Hire", None, None
    for code in ("410", "420"):
        theirs.open_account(code, "Stock written off", "EXPENSE", "EXPENSE")
    theirs.invoices[CREDIT.invoice] = replace(theirs.invoice("LS-1", 2999, CREDIT.customer), id=CREDIT.invoice)
    told = settings_for("http://sandbox.test", Path("/nowhere"))
    api, login = (Wire("ledger", told[name], transport=httpx.WSGITransport(box)) for name in ("XERO_API_URL", "XERO_TOKEN_URL"))
    names = {name: told[f"XERO_{name.upper()}"] for name in ("client_id", "client_secret", "tenant_id")}
    return Books(XeroLedger(Calls(api, login, **names)), lambda day: setattr(theirs, "period_lock", day))


@pytest.fixture(params=["folder", "xero", "sandbox"])
def books(request, tmp_path: Path) -> Books:
    if request.param == "sandbox":
        return sandboxed()
    if request.param == "xero":
        fake = FakeXero()
        return Books(xero_of(fake), lambda day: setattr(fake, "locked_to", day))
    ticks = iter(NOON + timedelta(seconds=n) for n in range(1000))
    close = lambda day: (tmp_path / "books.json").write_text(f'{{"name":"Demo Hire","currency":"GBP","locked_to":"{day}"}}')  # noqa: E731
    return Books(FolderLedger(tmp_path, clock=lambda: next(ticks)), close)


def test_the_connection_is_tested_in_words(books: Books):
    books.close(date(2026, 3, 31))

    assert "Demo Hire (GBP, closed to 31.03.2026)" in books.ledger.check()


def test_the_books_say_whose_they_are_and_to_when_they_are_closed(books: Books):
    assert (books.ledger.books().currency, books.ledger.books().locked_to) == ("GBP", None)

    books.close(date(2026, 3, 31))

    assert (books.ledger.books().name, books.ledger.books().locked_to) == ("Demo Hire", date(2026, 3, 31))


def test_accounts_say_why_a_journal_may_not_name_them(books: Books):
    accounts = {account.code: account for account in books.ledger.accounts()}

    assert accounts["410"].why_not == ""
    assert all(accounts[code].why_not for code in ("610", "960"))


def test_a_draft_is_no_money_and_is_posted_by_its_id(books: Books):
    drafted = books.ledger.draft(JOURNAL, idempotency_key="one")
    posted = books.ledger.post(drafted.external_id)

    assert (drafted.status, posted.status) == (DocStatus.DRAFT, DocStatus.POSTED)
    assert (posted.external_id, posted.key, posted.on, posted.narration) == (drafted.external_id, KEY, JOURNAL.on, JOURNAL.narration)
    assert [(line.account, line.amount_pence, line.memo) for line in posted.lines] == [
        (line.account, line.amount_pence, line.memo) for line in JOURNAL.lines
    ]
    assert books.ledger.document(drafted.external_id) == posted


def test_posting_again_changes_nothing(books: Books):
    external_id = books.ledger.draft(JOURNAL, idempotency_key="one").external_id
    books.ledger.post(external_id)

    assert books.ledger.post(external_id).status == DocStatus.POSTED
    assert len(books.ledger.find(KEY)) == 1


def test_it_is_found_by_its_key_with_and_without_its_narration(books: Books):
    made = [books.ledger.draft(JOURNAL, idempotency_key=key).external_id for key in ("one", "two")]
    books.ledger.draft(replace(JOURNAL, key="ber:BER-2:1", narration="Another ber:BER-2:1"), idempotency_key="three")

    found = books.ledger.find(KEY, narration=JOURNAL.narration)

    assert [doc.external_id for doc in found] == sorted(made)
    assert books.ledger.find(KEY) == found
    assert books.ledger.find("ber:BER-9:1", narration="Never sent ber:BER-9:1") == []


def test_the_same_idempotency_key_makes_no_second_draft(books: Books):
    first, again = (books.ledger.draft(JOURNAL, idempotency_key="one").external_id for _ in range(2))

    assert first == again
    assert len(books.ledger.find(KEY)) == 1


def test_a_surplus_draft_is_dropped_once_and_for_all(books: Books):
    external_id = books.ledger.draft(JOURNAL, idempotency_key="one").external_id
    books.ledger.drop(external_id)
    books.ledger.drop(external_id)

    assert [doc.status for doc in books.ledger.find(KEY)] == [DocStatus.VOID]


def test_a_posted_one_is_never_dropped(books: Books):
    external_id = books.ledger.draft(JOURNAL, idempotency_key="one").external_id
    books.ledger.post(external_id)

    with pytest.raises(Rejected):
        books.ledger.drop(external_id)

    assert [doc.status for doc in books.ledger.find(KEY)] == [DocStatus.POSTED]


@pytest.mark.parametrize("lines", [(), JOURNAL.lines[:1], (*JOURNAL.lines, LedgerLine("310", 1))], ids=["none", "one", "unequal"])
def test_what_does_not_balance_is_not_sent(books: Books, lines):
    with pytest.raises(ValueError, match="equal"):
        books.ledger.draft(replace(JOURNAL, lines=lines), idempotency_key="one")

    assert books.ledger.find(KEY) == []


@pytest.mark.parametrize("account", ["none", "610"])
def test_an_account_that_cannot_be_posted_to_is_refused_in_words(books: Books, account):
    lines = (LedgerLine(account, 1), LedgerLine("310", -1))

    with pytest.raises(Rejected) as refusal:
        books.ledger.draft(replace(JOURNAL, lines=lines), idempotency_key="one")

    assert "ccount" in refusal.value.sentence


def test_a_closed_month_takes_drafts_and_no_postings(books: Books):
    external_id = books.ledger.draft(JOURNAL, idempotency_key="one").external_id
    books.close(date(2026, 6, 30))

    with pytest.raises(PeriodClosed) as closed:
        books.ledger.post(external_id)

    assert closed.value.locked_to == date(2026, 6, 30)
    assert books.ledger.document(external_id).status == DocStatus.DRAFT


def test_what_nobody_knows_is_nothing(books: Books):
    assert books.ledger.document("00000000-0000-0000-0000-000000000009") is None
    assert books.ledger.find_credit("ref:LS-9:1") is None
    with pytest.raises(Rejected):
        books.ledger.post("00000000-0000-0000-0000-000000000009")


def test_journals_come_by_when_they_changed(books: Books):
    first = books.ledger.draft(JOURNAL, idempotency_key="one")
    books.ledger.draft(replace(JOURNAL, key="ber:BER-2:1", narration="Another ber:BER-2:1"), idempotency_key="two")
    posted = books.ledger.post(first.external_id)

    assert {doc.key for page in books.ledger.journals(changed_since=None) for doc in page} == {KEY, "ber:BER-2:1"}
    assert KEY in {doc.key for page in books.ledger.journals(changed_since=posted.changed_at) for doc in page}
    assert [doc for page in books.ledger.journals(changed_since=posted.changed_at + timedelta(days=1)) for doc in page] == []


def test_a_credit_note_is_set_against_its_invoice_and_found_by_its_key(books: Books):
    made = books.ledger.credit(CREDIT, idempotency_key="one")

    assert (made.key, made.status, made.amount_pence, made.left_pence) == (CREDIT.key, DocStatus.POSTED, 2999, 0)
    assert books.ledger.find_credit(CREDIT.key) == made


def test_without_an_invoice_the_credit_is_left(books: Books):
    made = books.ledger.credit(replace(CREDIT, invoice=""), idempotency_key="one")

    assert (made.amount_pence, made.left_pence) == (2999, 2999)
