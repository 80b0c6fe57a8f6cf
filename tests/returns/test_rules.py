"""The pure rules of write-offs: every journal balances, money is read in words, who may approve, what looks split."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from returns.rules import authority, evidence, grading, journal, money
from returns.rules.authority import Facts, Limit, Person, StandIn, why_not, why_not_delegate
from returns.rules.economics import advise
from returns.rules.waiting import stale
from returns.states import WAITS_FOR_APPROVAL, LedgerClass, WriteOffState
from tests.returns.builders import ACCOUNTS, NOON

DAY = date(2026, 6, 9)
pence = st.integers(0, 10**9)


class TestJournal:
    @given(st.sampled_from(["stock", "hire_fleet"]), pence, pence)
    def test_every_draft_balances_and_takes_out_what_the_garment_stands_at(self, ledger_class, cost, depreciation):
        worth = journal.Worth(ledger_class, cost, min(cost, depreciation))
        nothing = worth.carrying_pence == 0 if ledger_class == "stock" else cost == 0
        if nothing:
            with pytest.raises(journal.CannotDraft, match="nothing to write off"):
                journal.draft(worth, ACCOUNTS, memo="")
            return

        lines = journal.draft(worth, ACCOUNTS, memo="m")

        lost = sum(line.debit_pence for line in lines if line.purpose in ("stock_write_off", "disposal_loss"))
        assert journal.is_balanced(lines)
        assert lost == worth.carrying_pence
        assert journal.is_balanced(journal.mirror(lines))
        assert journal.mirror(journal.mirror(lines)) == lines

    @given(pence, pence)
    def test_what_is_anothers_has_no_lines(self, cost, depreciation):
        assert journal.draft(journal.Worth("consigned", cost, min(cost, depreciation)), {}, memo="") == ()
        assert journal.method_of("consigned") == "none"

    @pytest.mark.parametrize(
        ("worth", "fault"),
        [
            (journal.Worth("stock", -1), "negative"),
            (journal.Worth("stock", 0), "zero"),
            (journal.Worth("stock", 10, 10), "zero"),
            (journal.Worth("stock", 4.5), "fraction"),  # type: ignore[arg-type]
            (journal.Worth("hire_fleet", 10, 11), "depreciation"),
            (journal.Worth("", 10), "class"),
        ],
    )
    def test_a_value_that_cannot_be_right_is_refused_in_words(self, worth, fault):
        with pytest.raises(journal.CannotDraft) as refused:
            journal.draft(worth, ACCOUNTS, memo="")

        assert refused.value.fault == fault
        assert str(refused.value).endswith((".", "it."))

    def test_an_unbalanced_set_of_lines_is_seen(self):
        line = journal.Line("stock", "1200", 5, 0, "")

        assert not journal.is_balanced([line, journal.Line("x", "1", 0, 4, "")])
        assert not journal.is_balanced([journal.Line("x", "1", 5, 5, "")])
        assert not journal.is_balanced([journal.Line("x", "1", -5, 0, ""), journal.Line("y", "2", 0, -5, "")])

    def test_the_hash_is_another_for_another_amount_account_period_way_or_garment(self):
        rows = journal.as_rows(journal.draft(journal.Worth("stock", 100), ACCOUNTS, memo=""))
        said = {"reference": "R", "rfid": "E", "sku": "S", "ledger_class": "stock", "method": "journal", "post_on": DAY, "rows": rows}
        said |= {"reason": "Torn", "route": "recycled", "certificate": "", "photos": ["a", "b"]}
        changes = [
            {},
            {"rows": [{**rows[0], "debit_pence": 101}, rows[1]]},
            {"rows": [{**rows[0], "account": "9"}, rows[1]]},
            {"post_on": DAY + timedelta(days=1)},
            {"method": "none"},
            {"rfid": "F"},
            {"sku": "T"},
            {"reason": "Burnt"},
            {"route": "sold"},
            {"certificate": "RC-1"},
            {"photos": ["a"]},
            {"photos": ["a", "c"]},
        ]

        assert len({journal.hash_to_sign(**{**said, **change}) for change in changes}) == len(changes)
        assert journal.hash_to_sign(**said) == journal.hash_to_sign(**said | {"photos": ["b", "a"]})

    @given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)))
    def test_it_is_dated_in_an_open_period_and_never_before_it_happened(self, happened, closed):
        day = journal.day_to_post(happened, closed_to=closed)

        assert day >= happened
        assert closed is None or day > closed
        assert day == happened or day == closed + timedelta(days=1)


class TestMoney:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("42", 4200),
            ("£42.50", 4250),
            ("1,234.5", 123450),
            ("GBP 7.00", 700),
            ("0.100", 10),
            (" 3 ", 300),
        ],
    )
    def test_pounds_and_pence(self, text, said):
        assert money.pence_of(text) == said

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("€42", "sterling"),
            ("42 USD", "sterling"),
            ("-1", "below nothing"),
            ("(3.00)", "below nothing"),
            ("42.005", "fraction of a penny"),
            ("0", "nothing cannot be written off"),
            ("", "not an amount"),
            ("1,23", "not an amount"),
            ("٤٢", "not an amount"),
            ("1e9", "not an amount"),
            ("9" * 40, "too large"),
        ],
    )
    def test_anything_else_is_refused_in_words(self, text, why):
        with pytest.raises(money.NotMoney, match=why):
            money.pence_of(text)

    @given(st.integers(1, money.MOST))
    def test_what_is_shown_can_be_read_again(self, amount):
        assert money.pence_of(money.pounds(amount)) == amount

    @given(st.text(max_size=20))
    def test_no_text_breaks_it(self, text):
        try:
            assert money.pence_of(text) > 0
        except money.NotMoney as no:
            assert str(no).endswith(".")  # noqa: PT017 - both ends are fine


ids = st.integers(1, 5)
maybe = st.none() | ids
limits = st.builds(Limit, st.just("finance"), st.integers(0, 50_000), st.integers(0, 50_000))
stand_ins = st.lists(st.builds(StandIn, ids, st.just("B. Lee"), limits), max_size=3).map(tuple)
persons = st.builds(Person, ids, st.booleans(), st.none() | limits, stand_ins)
facts = st.builds(
    Facts,
    state=st.sampled_from(list(WriteOffState)),
    carrying_pence=st.none() | st.integers(0, 60_000),
    needs_second=st.booleans(),
    raised_by=maybe,
    valued_by=maybe,
    grader=maybe,
    first=st.frozensets(ids, max_size=2),
)


class TestAuthority:
    @settings(max_examples=500)
    @given(persons, facts)
    def test_whoever_signs_has_no_other_part_in_it_nor_has_whom_they_stand_in_for(self, person, write_off):
        signed = authority.signature(person, write_off)
        if isinstance(signed, str):
            assert signed.endswith(".")
            return

        signers = {person.pk, signed.for_whom} - {None}
        assert not signers & {write_off.raised_by, write_off.valued_by, write_off.grader}
        assert not (write_off.awaits_second and signers & write_off.first)
        assert person.may
        assert write_off.state in WAITS_FOR_APPROVAL
        assert write_off.awaits_second or write_off.carrying_pence <= signed.limit.limit_pence

    @given(persons, facts)
    def test_why_not_is_empty_exactly_where_they_may(self, person, write_off):
        assert (why_not(person, write_off) == "") == isinstance(authority.signature(person, write_off), authority.Signature)

    def test_who_stands_in_reads_whose_part_it_is(self):
        manager = Limit("finance_manager", 500_000, 50_000)
        taker = Person(1, True, Limit("finance", 100, 100), (StandIn(2, "B. Lee", manager),))
        waiting = {"state": WriteOffState.AWAITING_APPROVAL, "carrying_pence": 4_200}

        assert why_not(taker, Facts(**waiting)) == ""
        assert why_not(taker, Facts(**waiting, raised_by=2)) == (
            "B. Lee, for whom you stand in, raised this write-off, so someone else must approve it."
        )
        assert why_not(taker, Facts(**waiting, grader=2)).startswith("B. Lee, for whom you stand in, graded this garment")

    @pytest.mark.parametrize(
        ("limit", "first", "last", "sentence"),
        [
            (10_001, 0, 1, "above your own"),
            (0, 0, 1, "more than nothing"),
            (100, 1, 0, "ends before it begins"),
            (100, -9, -8, "over already"),
            (100, 0, 92, "at most"),
        ],
    )
    def test_what_cannot_be_handed_over(self, limit, first, last, sentence):
        giver, taker = Person(1, True, authority.DEFAULTS["finance"]), Person(2, True)
        days = {"from_day": DAY + timedelta(days=first), "to_day": DAY + timedelta(days=last), "today": DAY}

        assert sentence in why_not_delegate(giver, taker, limit_pence=limit, **days)

    def test_what_was_handed_over_is_not_handed_on(self):
        taken = Person(1, True, None, (StandIn(3, "C", authority.DEFAULTS["finance"]),))
        days = {"from_day": DAY, "to_day": DAY, "today": DAY}

        assert "cannot be passed on" in why_not_delegate(taken, Person(2, True), limit_pence=100, **days)
        assert why_not_delegate(Person(1, True, authority.DEFAULTS["finance"]), Person(2, True), limit_pence=100, **days) == ""


class TestEvidence:
    def test_each_line_of_the_checklist_is_missed(self):
        for photo, reason, value, route in product((False, True), repeat=4):
            found = evidence.Evidence(int(photo), "Torn" if reason else " ", "recycled" if route else "", "", value)
            there = {"photo": photo, "reason": reason, "cost": value, "route": route}

            assert list(evidence.missing(found)) == [name for name, is_there in there.items() if not is_there]

    def test_what_never_came_back_needs_a_certificate_in_place_of_photos(self):
        found = evidence.Evidence(0, "Gone", "destroyed", "", True, can_have_photos=False)

        assert evidence.missing(found) == ("certificate",)
        assert evidence.checklist(found)[0].name == "certificate"


class TestGrading:
    parts = st.builds(
        grading.Part,
        st.integers(1, 10**6),
        st.sampled_from(["A", "B"]),
        st.sampled_from(["Morag", ""]),
        st.none() | st.integers(1, 2),
        st.integers(0, 20).map(lambda days: DAY + timedelta(days=days)),
        st.integers(0, 600),
    )

    @given(st.lists(parts, max_size=12, unique_by=lambda part: part.pk))
    def test_split_is_what_some_seven_days_of_one_kind_sum_up_to(self, parts):
        limit, slow = 500, set()
        for kind in (lambda part: (part.sku, part.grader) if part.grader else None, lambda part: part.ret):
            for first in (part for part in parts if kind(part) is not None):
                same = [part for part in parts if kind(part) == kind(first) and part.carrying_pence <= limit]
                window = [part for part in same if 0 <= (part.happened_on - first.happened_on).days < 7]
                if sum(part.carrying_pence for part in window) > limit:
                    slow |= {part.pk for part in window}

        assert grading.look_split(parts, limit_pence=limit) == slow

    def test_only_a_grade_given_since_raises_again(self):
        assert grading.asks_anew(graded_at=NOON, decided_at=None)
        assert not grading.asks_anew(graded_at=NOON, decided_at=NOON)
        assert not grading.asks_anew(graded_at=None, decided_at=NOON)
        assert grading.asks_anew(graded_at=NOON + timedelta(1), decided_at=NOON)


def test_the_economic_test_advises_and_says_what_it_does_not_know():
    assert advise(repair_pence=2_000, cleaning_pence=500, income_pence=2_500).beyond is True
    assert advise(repair_pence=2_000, cleaning_pence=None, income_pence=2_500).beyond is False
    assert advise(repair_pence=None, cleaning_pence=None, income_pence=2_500).beyond is None


@pytest.mark.parametrize(
    ("raised", "happened", "today", "said"),
    [
        (DAY, DAY, DAY + timedelta(days=5), "waiting"),
        (DAY, DAY, DAY + timedelta(days=4), ""),
        (date(2026, 6, 27), date(2026, 6, 27), date(2026, 6, 28), "month_end"),
        (date(2026, 6, 27), date(2026, 6, 27), date(2026, 7, 1), ""),
    ],
)
def test_it_waits_too_long_after_days_or_at_the_end_of_its_month(raised, happened, today, said):
    assert stale(raised_on=raised, happened_on=happened, today=today, days=5) == said


def test_every_ledger_class_has_its_purposes():
    assert set(journal.PURPOSES) == set(LedgerClass)
