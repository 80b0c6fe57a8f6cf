"""What keeps a month open, what it owes, and what a signature covers: pure rules, with any figures there can be."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returns.rules import journal
from returns.rules import month_end as rules
from returns.rules.months import next_month
from returns.states import LedgerClass

MAY, JULY = date(2026, 5, 1), date(2026, 7, 3)
POSTED_AT = datetime(2026, 5, 29, 9, 0, tzinfo=UTC)
READ_AT = POSTED_AT + timedelta(hours=1)
CLEAN = rules.Standing(month=MAY, today=JULY, last_posted_at=POSTED_AT, ledger_read_at=READ_AT, register_pence=4_200, ledger_pence=4_200)
BLOCKS = {
    "not over": {"today": date(2026, 5, 31)},
    "earlier": {"earlier": date(2026, 4, 1)},
    "in the air": {"in_the_air": 1},
    "unverified": {"unverified": 2},
    "unread": {"ledger_read_at": POSTED_AT},
    "never read": {"ledger_read_at": None},
    "mismatch": {"mismatches": 1},
    "totals": {"ledger_pence": 4_199},
}
ACCOUNTS = {"stock_write_off": "7105", "stock": "1200", "depreciation": "0051", "disposal_loss": "7110", "hire_fleet": "0050"}
worths = st.builds(
    lambda ledger_class, carrying, depreciation: journal.Worth(ledger_class, carrying + depreciation, depreciation),
    st.sampled_from([LedgerClass.STOCK, LedgerClass.HIRE_FLEET]),
    st.integers(1, 10**7),
    st.integers(0, 10**7),
)
months = st.dates(date(2000, 1, 1), date(2998, 12, 31)).map(lambda day: day.replace(day=1))


def test_a_month_in_order_has_nothing_against_it_and_asks_for_no_reason():
    assert {check.tone for check in rules.checks(CLEAN)} == {rules.OK}
    assert (rules.why_not(CLEAN), rules.needs_reason(CLEAN)) == ("", False)


@pytest.mark.parametrize("fault", BLOCKS)
def test_each_fault_keeps_it_open_by_itself_in_a_sentence(fault: str):
    standing = replace(CLEAN, **BLOCKS[fault])

    assert [check.tone for check in rules.checks(standing)].count(rules.BAD) == 1
    assert rules.why_not(standing).endswith(".")


@given(
    st.sets(st.sampled_from(sorted(BLOCKS)), min_size=1),
    st.integers(0, 50),
    st.integers(0, 50),
)
def test_nothing_is_signed_while_anything_keeps_it_open(faults: set[str], not_approved: int, not_posted: int):
    changed = {name: value for fault in faults for name, value in BLOCKS[fault].items()}

    standing = replace(CLEAN, not_approved=not_approved, not_posted=not_posted, **changed)

    assert rules.why_not(standing)
    assert rules.needs_reason(standing) == (not_approved + not_posted > 0)


def test_what_is_left_asks_for_a_reason_and_keeps_nothing_open():
    left = replace(CLEAN, not_approved=3, not_posted=1)

    assert (rules.why_not(left), rules.needs_reason(left)) == ("", True)
    assert rules.checks(left)[-1].sentence.startswith("3 graded and not approved and 1 approved and not posted:")


def test_a_month_under_which_nothing_was_posted_needs_no_reading():
    empty = rules.Standing(month=MAY, today=JULY)

    assert rules.why_not(empty) == ""


@given(months, st.integers(-400, 400))
def test_a_month_can_be_signed_from_the_first_day_of_the_next_and_not_before(month: date, days: int):
    today = next_month(month) + timedelta(days=days)

    assert bool(rules.why_not(rules.Standing(month=month, today=today))) == (days < 0)


@given(st.lists(worths, max_size=30))
def test_an_accrual_balances_and_is_the_sum_of_what_it_is_for(found: list[journal.Worth]):
    drafts = [journal.draft(worth, ACCOUNTS, memo="x") for worth in found]

    owed = rules.accrual((journal.as_rows(lines) for lines in drafts), memo="Accrual")

    assert journal.is_balanced(owed)
    assert sum(line.debit_pence for line in owed) == sum(journal.debits(journal.as_rows(lines)) for lines in drafts)
    assert len({(line.account, line.debit_pence > 0) for line in owed}) == len(owed)


@given(st.lists(worths, min_size=1, max_size=10))
def test_an_accrual_and_its_reversal_leave_nothing(found: list[journal.Worth]):
    owed = rules.accrual([journal.as_rows(journal.draft(worth, ACCOUNTS, memo="x")) for worth in found], memo="Accrual")

    both = rules.accrual([journal.as_rows(owed), journal.as_rows(journal.mirror(owed))], memo="")

    assert {
        account: sum(line.debit_pence - line.credit_pence for line in both if line.account == account) for account in ACCOUNTS.values()
    } == (dict.fromkeys(ACCOUNTS.values(), 0))


@given(st.lists(st.text("abc:1", max_size=6)), st.randoms())
def test_the_same_rows_in_any_order_are_the_same_figure(names: list[str], random):
    shuffled = random.sample(names, len(names))

    assert rules.digest_of(names) == rules.digest_of(shuffled)


def test_another_figure_is_another_hash():
    seen = {"register": {"count": 3, "pence": 4_200}, "mismatches": 0}

    assert rules.figures_hash(seen) == rules.figures_hash({"mismatches": 0, "register": {"pence": 4_200, "count": 3}})
    assert rules.figures_hash(seen) != rules.figures_hash(seen | {"mismatches": 1})
