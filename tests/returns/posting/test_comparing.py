"""Register and ledger, both ways: what drifted, what is gone, what nobody approved, and what came to light too late."""

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.running import run_feed
from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState
from partners.ledger import DocStatus, JournalDraft
from partners.models import SyncRun
from returns.models import ChartAccount, Journal, LedgerAccount, LedgerDocument, WriteOff
from returns.rules.posting import ledger_lines
from returns.states import JournalState
from returns.sync import read_documents
from returns.tasks import compare_ledger, post_journals
from tests.partners.xero.fake_xero import FakeXero
from tests.returns.posting.approved import Clock, approved, lines_of

pytestmark = pytest.mark.django_db


def faults() -> list[str]:
    cases = ExceptionCase.objects.filter(state=CaseState.OPEN, code=Code.JRN_MISMATCH)
    return sorted(case.evidence["fault"] for case in cases)


@pytest.fixture
def posted(folder, clock: Clock) -> Journal:
    """One verified journal, which the mirror has seen."""
    approved(at=clock.now)
    post_journals(clock)
    read(clock)
    return Journal.objects.get()


def read(clock: Clock) -> SyncRun:
    """A reading that began after everything before it, by the test's clock."""
    clock.turn(minutes=1)
    run = run_feed("ledger.journals", full=True)
    assert run.outcome == SyncRun.Outcome.OK, run.why
    SyncRun.objects.filter(pk=run.pk).update(started_at=clock.now)
    return run


def compare(clock: Clock) -> dict[str, object]:
    read(clock)
    return compare_ledger(clock)


def write(tmp_path: Path, clock: Clock, external_id: str, **more: object) -> None:
    """Somebody else changes a document in the folder."""
    line = {"id": external_id, "at": clock.now.isoformat().replace("+00:00", "Z"), **more}
    with (tmp_path / "books" / "journals.jsonl").open("a") as file:
        file.write(json.dumps(line) + "\n")


def wrong(pence: int) -> list[dict[str, object]]:
    return [{"account": "410", "amount_pence": pence, "memo": ""}, {"account": "310", "amount_pence": -pence, "memo": ""}]


def test_what_agrees_is_no_case_and_no_journal_of_others_is_mirrored(posted: Journal, folder, clock: Clock):
    folder.draft(JournalDraft("", clock.now.date(), "Somebody's accrual", ledger_lines(lines_of(1, ""))), idempotency_key="theirs")

    assert compare(clock) == {"dropped": 0, "differing": 0, "nobodys": 0}
    assert list(LedgerDocument.objects.values_list("key", "total_pence")) == [(posted.key, 4205)]


def test_a_journal_changed_afterwards_drifts_and_is_verified_again_once_put_back(posted: Journal, clock: Clock, tmp_path):
    write(tmp_path, clock, posted.external_id, lines=wrong(1))
    compare(clock)
    posted.refresh_from_db()
    drifted, case = posted.state, ExceptionCase.objects.get()
    fields = case.evidence["fields"]

    write(tmp_path, clock, posted.external_id, lines=wrong(4205))
    compare(clock)
    posted.refresh_from_db()

    assert (drifted, fields) == (JournalState.DRIFTED, ["amount"])
    assert (posted.state, posted.shown_hash == posted.lines_hash, faults()) == (JournalState.VERIFIED, True, [])


@pytest.mark.parametrize(
    ("change", "fault"),
    [({"status": "void"}, "void"), ({"on": "2026-06-08"}, "changed"), ({"status": "draft"}, "changed"), ({"status": "parked"}, "changed")],
    ids=["void", "another day", "a draft again", "a word of its own"],
)
def test_whatever_was_changed_is_one_case(posted: Journal, clock: Clock, tmp_path, change, fault):
    write(tmp_path, clock, posted.external_id, **change)
    compare(clock)
    compare(clock)

    posted.refresh_from_db()
    assert (faults(), posted.state) == ([fault], JournalState.DRIFTED)


def test_a_journal_that_lost_its_key_in_the_ledger_is_compared_all_the_same(posted: Journal, clock: Clock, tmp_path):
    clock.turn(hours=1)
    write(tmp_path, clock, posted.external_id, narration="Somebody's own words", lines=wrong(9999))

    told = compare(clock)

    assert (told["differing"], faults()) == (1, ["changed"])


def test_a_reading_that_is_cut_off_leaves_the_cursor_where_it_was(folder, clock: Clock, monkeypatch):
    monkeypatch.setattr("partners.folder.ledger.PAGE", 1)
    for number in (1, 2, 3):
        folder.draft(JournalDraft("", clock.turn(hours=-1).date(), "x", ledger_lines(lines_of(1, ""))), idempotency_key=str(number))

    cursors = [page.cursor for page in read_documents("")]

    assert cursors == [None, None, clock.turn(hours=2).isoformat()]


def test_a_journal_that_is_gone_is_a_case_once_the_ledger_was_read_since(posted: Journal, clock: Clock, tmp_path):
    LedgerDocument.objects.all().delete()
    SyncRun.objects.update(started_at=clock.now - timedelta(days=1))
    compare_ledger(clock)
    before = faults()
    (tmp_path / "books" / "journals.jsonl").write_text("")

    compare(clock)

    posted.refresh_from_db()
    assert (before, faults(), posted.state) == ([], ["missing"], JournalState.DRIFTED)


def test_a_journal_with_our_key_that_nobody_approved_is_a_case_of_its_own(posted: Journal, folder, clock: Clock):
    fake = JournalDraft("ber:BER-260609-00099:1", clock.now.date(), "Mine ber:BER-260609-00099:1", ledger_lines(lines_of(9900, "")))
    folder.post(folder.draft(fake, idempotency_key="x").external_id)

    told = compare(clock)

    assert (told["nobodys"], faults()) == (1, ["unknown"])
    folder_doc = folder.find(fake.key)[0]
    LedgerDocument.objects.filter(external_id=folder_doc.external_id).update(status=DocStatus.VOID.value)
    compare_ledger(clock)
    assert faults() == []


def test_a_second_posted_one_under_our_key_is_a_case(posted: Journal, folder, clock: Clock):
    again = JournalDraft(posted.key, posted.post_on, posted.narration, ledger_lines(posted.lines))
    folder.post(folder.draft(again, idempotency_key="again").external_id)

    assert (compare(clock)["nobodys"], faults()) == (1, ["twice"])


def test_a_draft_that_came_to_light_too_late_is_dropped(posted: Journal, folder, clock: Clock):
    late = JournalDraft(posted.key, posted.post_on, posted.narration, ledger_lines(posted.lines))
    folder.draft(late, idempotency_key="late")

    told = compare(clock)

    assert (told["dropped"], faults()) == (1, [])
    assert [doc.status for doc in folder.find(posted.key)] == [DocStatus.POSTED, DocStatus.VOID]


def test_in_observe_mode_nothing_is_dropped(posted: Journal, folder, clock: Clock, settings):
    late = JournalDraft(posted.key, posted.post_on, posted.narration, ledger_lines(posted.lines))
    folder.draft(late, idempotency_key="late")
    settings.MODES = {**settings.MODES, "ledger": "observe"}

    assert compare(clock)["dropped"] == 0
    assert [doc.status for doc in folder.find(posted.key)] == [DocStatus.POSTED, DocStatus.DRAFT]


def test_a_journal_read_back_otherwise_is_verified_once_the_ledger_is_put_right(folder, clock: Clock, tmp_path):
    row = approved(at=clock.now)
    post_journals(clock)
    journal = Journal.objects.get()
    Journal.objects.update(state=JournalState.POSTED, verified_at=None, shown_hash="other")
    WriteOff.objects.update(state="posted")

    compare(clock)

    journal.refresh_from_db()
    row.refresh_from_db()
    assert (journal.state, row.state, faults()) == (JournalState.VERIFIED, "verified", [])


@pytest.mark.parametrize("number", [3, 30])
def test_comparing_costs_the_same_for_few_and_many(folder, clock: Clock, number: int, django_assert_max_num_queries):
    for each in range(number):
        approved(each + 1, at=clock.now)
    post_journals(clock)
    read(clock)

    with django_assert_max_num_queries(12):
        assert compare_ledger(clock) == {"dropped": 0, "differing": 0, "nobodys": 0}


def test_what_the_ledger_shows_is_kept_with_the_journal_and_why_it_drifted(posted: Journal, clock: Clock, tmp_path):
    write(tmp_path, clock, posted.external_id, on="2026-06-08", lines=wrong(1))

    compare(clock)

    posted.refresh_from_db()
    assert posted.shown == {"on": "2026-06-08", "lines": wrong(1)}
    assert (posted.shown_hash, posted.why) == (LedgerDocument.objects.get().content_hash, "It was changed in the ledger.")


@pytest.fixture
def differing(folder, clock: Clock) -> Callable[[int], None]:
    """So many journals more, each of which the ledger shows otherwise by now, and a document beside each that nobody approved."""
    numbers = count(1)

    def make(number: int) -> None:
        for _ in range(number):
            approved(next(numbers), at=clock.now)
        post_journals(clock)
        read(clock)
        documents = LedgerDocument.objects.exclude(key__endswith=":9")
        documents.update(lines=wrong(1), content_hash="other")
        again = [LedgerDocument.objects.get(pk=pk) for pk in documents.values_list("pk", flat=True)]
        for one in again:
            one.pk, one.external_id, one.key = None, f"copy of {one.external_id}", f"{one.key[:-1]}9"
        LedgerDocument.objects.bulk_create(again, ignore_conflicts=True)

    return make


def test_what_differs_for_the_first_time_costs_the_same_for_few_and_many(differing, clock: Clock):
    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            compare_ledger(clock)
        return len(queries)

    differing(3)
    counted()  # what is kept between two is kept now
    differing(3)
    few = counted()
    differing(30)

    assert (counted(), faults()) == (few, ["changed"] * 36 + ["unknown"] * 36)


def test_more_than_is_worked_through_at_a_time_is_found_all_the_same(differing, clock: Clock, monkeypatch):
    monkeypatch.setattr("returns.actions.posting.comparing.AT_ONCE", 2)
    differing(5)

    told = compare_ledger(clock)

    assert (told["differing"], told["nobodys"], faults()) == (5, 5, ["changed"] * 5 + ["unknown"] * 5)


def test_no_more_drafts_are_dropped_at_a_time_than_may_be_and_the_next_time_goes_on(posted: Journal, folder, clock: Clock, monkeypatch):
    monkeypatch.setattr("returns.actions.posting.comparing.AT_ONCE", 1)
    late = JournalDraft(posted.key, posted.post_on, posted.narration, ledger_lines(posted.lines))
    for key in ("late", "later"):
        folder.draft(late, idempotency_key=key)

    told = [compare(clock)["dropped"] for _ in range(3)]

    assert told == [1, 1, 0]


class TestAccounts:
    def test_the_chart_is_mirrored_with_why_not_and_names_our_purposes(self, xero: FakeXero, clock: Clock):
        LedgerAccount.objects.create(purpose="stock", code="310", name="Old name", changed_at=clock.now)
        first, again = run_feed("ledger.accounts"), run_feed("ledger.accounts")

        assert ((first.seen, first.created), (again.created, again.changed, again.unchanged)) == ((8, 8), (0, 0, 8))
        assert "invoices" in ChartAccount.objects.get(code="610").why_not
        assert LedgerAccount.objects.get().name == "Stock at ACS"

    def test_an_account_that_the_chart_no_longer_names_is_gone_and_may_come_back(self, folder, tmp_path):
        books = tmp_path / "books" / "books.json"
        books.parent.mkdir()
        named = [{"code": str(number)} for number in range(10)]
        for accounts in (named, named[1:], named):
            books.write_text(json.dumps({"accounts": accounts}))
            run = run_feed("ledger.accounts")
            gone = ChartAccount.objects.filter(gone_at__isnull=False).count()
            assert (run.outcome, gone) == (SyncRun.Outcome.OK, 10 - len(accounts))

    def test_a_code_that_cannot_be_kept_is_refused_and_the_others_go_on(self, folder, tmp_path):
        books = tmp_path / "books" / "books.json"
        books.parent.mkdir()
        books.write_text(json.dumps({"accounts": [{"code": "1" * 30}, *({"code": str(number)} for number in range(30))]}))

        run = run_feed("ledger.accounts")

        assert (run.seen, run.created, run.rejected) == (31, 30, 1)
