"""The books as files: only ever added to, by one at a time, whole after any crash, and honest about what somebody else did to them."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from partners.errors import Conflict, PeriodClosed, Unreachable, Unreadable
from partners.folder.ledger import FolderLedger
from partners.ledger import DocStatus
from tests.partners.ledger.test_ledger_contract import CREDIT, JOURNAL, KEY

NOON = datetime(2026, 6, 9, 11, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> FolderLedger:
    return FolderLedger(tmp_path / "books", clock=lambda: NOON)


def file_of(tmp_path: Path) -> Path:
    return tmp_path / "books" / "journals.jsonl"


def test_nothing_that_was_written_is_ever_rewritten(ledger, tmp_path):
    made = ledger.draft(JOURNAL, idempotency_key="one")
    before = file_of(tmp_path).read_bytes()
    ledger.post(made.external_id)
    ledger.draft(replace(JOURNAL, key="ber:B:1", narration="ber:B:1"), idempotency_key="two")

    assert file_of(tmp_path).read_bytes().startswith(before)
    assert len(file_of(tmp_path).read_bytes().splitlines()) == 3


def test_a_line_torn_by_a_crash_is_not_read_and_is_cut_off(ledger, tmp_path):
    first = ledger.draft(JOURNAL, idempotency_key="one")
    whole = file_of(tmp_path).read_bytes()
    file_of(tmp_path).write_bytes(whole + whole[:50])

    assert [doc.external_id for doc in FolderLedger(tmp_path / "books").find(KEY)] == [first.external_id]
    assert ledger.draft(JOURNAL, idempotency_key="two").external_id == "00000002"
    assert [json.loads(line)["id"] for line in file_of(tmp_path).read_bytes().splitlines()] == ["00000001", "00000002"]


def test_two_processes_number_their_documents_one_after_the_other(tmp_path):
    each = [FolderLedger(tmp_path / "books", clock=lambda: NOON) for _ in range(4)]
    journals = [(f"k{n}", replace(JOURNAL, key=f"ber:B-{n}:1", narration=f"ber:B-{n}:1")) for n in range(24)]

    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(lambda n: each[n % 4].draft(journals[n][1], idempotency_key=journals[n][0]).external_id, range(24)))

    assert sorted(ids) == [f"{n:08d}" for n in range(1, 25)]
    assert [len(page) for page in each[0].journals(changed_since=None)] == [24]


def test_what_somebody_else_changed_shows(ledger, tmp_path):
    made = ledger.post(ledger.draft(JOURNAL, idempotency_key="one").external_id)
    lines = [{"account": "410", "amount_pence": 1}, {"account": "310", "amount_pence": -1}]
    with file_of(tmp_path).open("a") as file:
        file.write(json.dumps({"id": made.external_id, "at": "2026-06-10T08:00:00Z", "lines": lines}) + "\n")

    shown = ledger.document(made.external_id)

    assert (shown.status, [line.amount_pence for line in shown.lines]) == (DocStatus.POSTED, [1, -1])
    assert shown.content_hash != made.content_hash


def test_a_status_that_is_not_ours_is_kept_as_it_is(ledger, tmp_path):
    made = ledger.draft(JOURNAL, idempotency_key="one")
    with file_of(tmp_path).open("a") as file:
        file.write(json.dumps({"id": made.external_id, "at": "2026-06-10T08:00:00Z", "status": "parked"}) + "\n")

    assert (ledger.document(made.external_id).status, ledger.document(made.external_id).raw_status) == (DocStatus.OTHER, "parked")


@pytest.mark.parametrize("line", ["{", '{"id":"9"}', '{"id":"9","at":"2026-06-10T08:00:00Z"}', "\xff", '{"id":1,"at":2}'])
def test_a_line_that_is_not_as_we_wrote_it_is_never_half_read(ledger, tmp_path, line):
    ledger.draft(JOURNAL, idempotency_key="one")
    with file_of(tmp_path).open("a", encoding="latin-1") as file:
        file.write(line + "\n")

    with pytest.raises(Unreadable):
        ledger.find(KEY)


@pytest.mark.parametrize("told", ["{", '{"locked_to":"soon"}', '{"accounts":[{}]}', "[]"])
def test_books_that_cannot_be_read_post_nothing(ledger, tmp_path, told):
    made = ledger.draft(JOURNAL, idempotency_key="one")
    (tmp_path / "books" / "books.json").write_text(told)

    with pytest.raises(Unreadable):
        ledger.post(made.external_id)


def test_books_of_ones_own_name_their_own_accounts(ledger, tmp_path):
    (tmp_path / "books").mkdir()
    accounts = [{"code": "1", "name": "One"}, {"code": "2", "why_not": "Not that one."}]
    (tmp_path / "books" / "books.json").write_text(json.dumps({"name": "Ours", "accounts": accounts}))

    assert [(account.code, account.why_not) for account in ledger.accounts()] == [("1", ""), ("2", "Not that one.")]


def test_a_folder_that_cannot_be_used_is_unreachable(tmp_path):
    (tmp_path / "books").write_text("a file")

    with pytest.raises(Unreachable):
        FolderLedger(tmp_path / "books").check()


def test_the_same_key_with_other_content_is_a_conflict(ledger):
    ledger.draft(JOURNAL, idempotency_key="one")

    with pytest.raises(Conflict):
        ledger.draft(replace(JOURNAL, key="ber:B:1", narration="ber:B:1"), idempotency_key="one")


def test_a_credit_note_is_written_once_for_each_number(ledger, tmp_path):
    first = ledger.credit(CREDIT, idempotency_key="one")

    assert ledger.credit(CREDIT, idempotency_key="two") == first
    with pytest.raises(Conflict):
        ledger.credit(replace(CREDIT, amount_pence=1), idempotency_key="three")
    assert len((tmp_path / "books" / "credits.jsonl").read_bytes().splitlines()) == 1


def test_no_credit_note_in_a_closed_month(ledger, tmp_path):
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "books.json").write_text('{"locked_to":"2026-06-30"}')

    with pytest.raises(PeriodClosed) as closed:
        ledger.credit(CREDIT, idempotency_key="one")

    assert closed.value.locked_to == date(2026, 6, 30)
