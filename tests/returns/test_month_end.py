"""The month-end room: what each list holds, what both books say, what is owed, and who may close it, on the figures they saw."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.ledger import LedgerLine, hash_of
from returns.actions.outcomes import Refused
from returns.models import Journal, LedgerDocument, WriteOff
from returns.queries.month_end import books, months, worklists
from returns.queries.month_end.figures import figures
from returns.states import JournalState, LedgerClass, Method, WriteOffState
from tests.returns.builders import People
from tests.returns.of_a_month import IN_MAY, JUNE, MAY, NOW, in_ledger, posted, read_the_ledger, sign
from tests.returns.written_off import make_write_off

pytestmark = pytest.mark.django_db
_S = WriteOffState


@pytest.fixture
def may(people: People) -> People:
    """May in order: two posted and verified, and the ledger read since."""
    posted(1, people.finance)
    posted(2, people.finance, pence=1_000)
    read_the_ledger()
    return people


def references(kind: str, month: date = MAY) -> set[str]:
    return set(worklists.standing(kind, month).values_list("reference", flat=True))


class TestWorklists:
    def test_each_write_off_stands_on_the_list_of_what_it_waits_for(self, people: People):
        first = {"first_by": people.finance}
        waits = [make_write_off(1, at=IN_MAY), make_write_off(2, at=IN_MAY, state=_S.EVIDENCE_NEEDED)]
        waits += [make_write_off(3, at=IN_MAY, state=_S.QUERIED), make_write_off(4, at=IN_MAY - timedelta(days=30))]
        on_the_way = [
            make_write_off(10 + place, at=IN_MAY, state=state, **first) for place, state in enumerate((_S.APPROVED, _S.POST_UNKNOWN))
        ]
        unread = [posted(20, people.finance, state=JournalState.POSTED), posted(21, people.finance, state=JournalState.DRIFTED)]
        make_write_off(30, at=NOW)  # of June
        make_write_off(31, at=IN_MAY, state=_S.REJECTED)
        posted(32, people.finance)

        assert references("approve") == {one.reference for one in waits}
        assert references("post") == {one.reference for one in on_the_way}
        assert references("verify") == {one.reference for one in unread}
        assert (worklists.tally("approve", MAY).count, worklists.tally("approve", MAY).pence) == (4, 4 * 4_210)

    def test_a_reversal_stands_where_its_own_journal_is(self, people: People):
        one = posted(1, people.finance)
        mirror = Journal.objects.create(
            key=f"ber:{one.reference}:r1", kind=Journal.Kind.REVERSAL, state=JournalState.SENDING, post_on=date(2026, 5, 30),
            narration="x", lines=one.lines, lines_hash="x", total_pence=4_210, reverses=one.journal, made_at=IN_MAY,
        )  # fmt: skip
        WriteOff.objects.filter(pk=one.pk).update(reversal=mirror)
        assert (references("post"), references("verify")) == ({one.reference}, set())

        Journal.objects.filter(pk=mirror.pk).update(state=JournalState.POSTED, posted_at=NOW)

        assert (references("post"), references("verify")) == (set(), {one.reference})

    def test_a_row_says_what_it_is_worth_since_when_it_waits_and_who_must_act(self, people: People):
        waits = make_write_off(1, at=IN_MAY)
        refused = make_write_off(2, at=IN_MAY, state=_S.APPROVED, first_by=people.finance)
        journal = Journal.objects.create(
            key=f"ber:{refused.reference}:1", kind=Journal.Kind.WRITE_OFF, state=JournalState.REFUSED, post_on=MAY, narration="x",
            lines=refused.lines, lines_hash="x", total_pence=4_210, made_at=IN_MAY, why="Account 7105 is archived.",
        )  # fmt: skip
        WriteOff.objects.filter(pk=refused.pk).update(journal=journal)
        drifted = posted(3, people.finance, state=JournalState.DRIFTED)

        observed = make_write_off(4, at=NOW - timedelta(days=4), state=_S.APPROVED, first_by=people.finance, happened_on=IN_MAY.date())
        [one], [two, four], [three] = (worklists.rows_of(worklists.first_of(kind, MAY), at=NOW) for kind in worklists.KINDS)

        assert (one.reference, one.value, one.waiting, one.acts) == (
            waits.reference,
            "£42.10",
            "22 d",
            "A finance approver or a finance manager",
        )
        assert (two.why, two.acts) == (
            "Account 7105 is archived.",
            "A finance manager: put right what the ledger named, then post it again",
        )
        assert (four.reference, four.acts) == (
            observed.reference,
            "An integration admin: nothing is posted while the ledger is only observed",
        )
        assert (three.reference, three.acts) == (drifted.reference, "A finance manager: the ledger shows something else")


class TestBooks:
    def test_both_books_of_a_month_in_order_say_the_same(self, may: People):
        found = books.books(MAY)

        assert (found.register, found.ledger) == (books.Side(2, 5_210), books.Side(2, 5_210))
        assert (found.differing, found.in_the_air, found.unverified) == (0, 0, 0)

    def test_every_difference_is_named_once_both_ways(self, may: People):
        missing = posted(3, may.finance, shown=False)
        changed = posted(4, may.finance)
        LedgerDocument.objects.filter(external_id="x-4").update(total_pence=9_900, content_hash="other", lines=[
            {"account": "7105", "amount_pence": 9_900, "memo": ""}, {"account": "1200", "amount_pence": -9_900, "memo": ""}
        ])  # fmt: skip
        moved = posted(5, may.finance)
        there = LedgerDocument.objects.get(external_id="x-5")
        LedgerDocument.objects.filter(pk=there.pk).update(
            dated_on=JUNE, content_hash=hash_of(JUNE, [LedgerLine(**line) for line in there.lines])
        )
        LedgerDocument.objects.filter(external_id=posted(6, may.finance).journal.external_id).update(status="void")
        in_ledger("ber:BER-260512-09999:1", "z-1", date(2026, 5, 20), pence=700)
        in_ledger(f"ber:{missing.reference}:1", "z-2", date(2026, 5, 20), pence=4_210)

        found = {each.why: each.reference for each in books.differences(MAY, read_at=NOW)}

        assert found == {
            "The ledger does not show it.": missing.reference,
            "Its amount differs.": changed.reference,
            "The ledger dates it 1 June 2026.": moved.reference,
            "The ledger shows it as void.": "BER-260512-00006",
            "Nobody here posted it.": "",
            "A second one under this key: nobody here approved it.": missing.reference,
        }
        assert books.books(MAY).differing == 6
        assert [each.why for each in books.differences(JUNE, read_at=NOW)] == ["Ours is dated 12 May 2026."]

    def test_what_was_posted_after_the_last_reading_is_not_missing_but_to_be_read(self, people: People):
        posted(1, people.finance, shown=False)
        read_the_ledger(IN_MAY - timedelta(days=1))

        found = figures(MAY, at=NOW)

        assert found.books.differing == 0
        with pytest.raises(Refused, match="has not been read since the last posting"):
            sign(people)


class TestAccrual:
    def test_it_sums_what_is_graded_and_not_posted_by_account_and_leaves_out_what_is_not_ours(self, people: People):
        make_write_off(1, at=IN_MAY, pence=4_000)
        make_write_off(2, at=IN_MAY, pence=500, state=_S.APPROVED, first_by=people.finance)
        make_write_off(3, at=IN_MAY - timedelta(days=40), pence=50)
        posted(4, people.finance, on=JUNE, pence=7)  # late: under a day of June
        posted(5, people.finance)
        make_write_off(6, at=NOW)
        make_write_off(7, at=IN_MAY, ledger_class=LedgerClass.CONSIGNED, method=Method.NONE, lines=[])
        unvalued = make_write_off(8, at=IN_MAY, carrying_pence=None, cost_pence=None, lines=[], state=_S.EVIDENCE_NEEDED)
        make_write_off(9, at=IN_MAY, method=Method.STOCK_ADJUSTMENT)

        owed = figures(MAY, at=NOW).accrual

        assert [(line.account, line.debit_pence, line.credit_pence) for line in owed.lines] == [("7105", 4_557, 0), ("1200", 0, 4_557)]
        assert (owed.count, owed.pence, owed.reverses_on) == (4, 4_557, JUNE)
        assert (owed.not_valued, owed.anothers, owed.adjusted) == ([unvalued.reference], 1, 1)

    def test_it_is_the_same_after_what_was_owed_is_posted_under_the_next_month(self, people: People):
        waits = make_write_off(1, at=IN_MAY, pence=4_000)
        before = figures(MAY, at=NOW).accrual
        waits.delete()

        posted(1, people.finance, on=JUNE, pence=4_000, item=waits.item)

        assert figures(MAY, at=NOW).accrual == before


class TestMonths:
    def test_the_newest_comes_first_each_with_its_state_and_what_it_holds(self, may: People):
        sign(may)
        make_write_off(9, at=NOW)

        found = months.page(today=NOW.date())

        told = [(row.key, row.state.word, row.graded, row.not_approved, row.posted, row.value) for row in found.rows]
        assert told == [("2026-06", "Not over yet", 1, 1, 0, "£0.00"), ("2026-05", "Signed off", 2, 0, 2, "£52.10")]
        assert (found.older, found.newer) == ("", "")

    def test_two_years_stand_on_a_page_and_every_month_is_reached(self, people: People):
        make_write_off(1, at=datetime(2022, 2, 5, tzinfo=UTC))
        keys, start = [], None
        while start != "":
            page = months.page(today=NOW.date(), start=None if start is None else date.fromisoformat(f"{start}-01"))
            keys += [row.key for row in page.rows]
            start = page.older

        assert (len(keys), len(set(keys)), keys[0], keys[-1]) == (53, 53, "2026-06", "2022-02")
        assert page.newer

    def test_before_anything_was_written_off_there_is_the_running_month(self, people: People):
        assert [row.key for row in months.page(today=NOW.date()).rows] == ["2026-06"]


@pytest.mark.parametrize("kind", ["figures", "rows", "months"])
def test_statements_are_the_same_for_three_rows_and_for_thirty(people: People, kind: str):
    read_the_ledger()

    def ask() -> int:
        with CaptureQueriesContext(connection) as statements:
            if kind == "figures":
                found = figures(MAY, at=NOW)
                books.differences(MAY, read_at=found.books.read_at)
            elif kind == "rows":
                worklists.rows_of([one for each in worklists.KINDS for one in worklists.first_of(each, MAY)], at=NOW)
            else:
                months.page(today=NOW.date())
        return len(statements)

    def make(numbers: range) -> None:
        for number in numbers:
            make_write_off(number, at=IN_MAY)
            make_write_off(100 + number, at=IN_MAY, state=_S.APPROVED, first_by=people.finance)
            posted(200 + number, people.finance, state=JournalState.POSTED, shown=number % 2 == 0)
            in_ledger(f"ber:BER-260512-{9_000 + number:05}:1", f"z-{number}", MAY, pence=1)

    make(range(1, 4))
    few = ask()
    make(range(4, 31))

    assert ask() == few <= 20
