"""Is money due, how much, and who may say so: for any sale and any grade."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returns.rules.authority import Limit, Person, Signature, StandIn
from returns.rules.refunding import ASKED, BY_HAND, DUE, FRESH, WORDS, Claim, Part, Sale, Why, carries, judge, key_of, signature
from returns.states import REFUND_WAITS, Grade, RefundState

NOON = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
SOLD = Sale("LS-1", "1", unit=1, sold=1, paid_pence=8_400, is_paid=True)
KEY = re.compile(r"[a-z]{2,12}:[A-Za-z0-9-]{1,40}:[a-z]?\d{1,4}")
sales = st.builds(
    Sale,
    order_number=st.sampled_from(["", "LS-1"]),
    line_id=st.sampled_from(["", "1"]),
    unit=st.integers(0, 3),
    sold=st.integers(0, 3),
    paid_pence=st.integers(-5, 90_000),
    currency=st.sampled_from(["GBP", "EUR"]),
    is_paid=st.booleans(),
    is_cancelled=st.booleans(),
    is_hire=st.booleans(),
    is_counted=st.booleans(),
)


@given(sales, st.sampled_from(Grade), st.integers(0, 60))
def test_what_is_due_is_what_was_paid_in_pounds_for_a_garment_that_was_sold_and_is_there(sale: Sale, grade: Grade, days: int):
    told = judge(sale, grade=grade, graded_at=NOON - timedelta(days=days), at=NOON)

    assert 0 <= told.pence <= max(sale.paid_pence, 0)
    assert told.why in WORDS
    if told.is_due:
        assert (told.pence, sale.currency, sale.is_paid, sale.is_hire, sale.is_cancelled) == (sale.paid_pence, "GBP", True, False, False)
        assert grade in DUE
        assert sale.unit >= 1
        assert timedelta(days=days) <= FRESH
    if told.may_be_proposed:
        assert told.pence > 0


@pytest.mark.parametrize("grade", sorted(DUE))
def test_each_grade_of_a_garment_that_is_there_makes_it_due(grade):
    assert judge(SOLD, grade=grade, graded_at=NOON, at=NOON).pence == 8_400
    assert judge(SOLD, grade=grade, graded_at=NOON, at=NOON).is_due


@pytest.mark.parametrize(
    ("changed", "grade", "why"),
    [
        ({"order_number": ""}, Grade.A, Why.NO_ORDER),
        ({"line_id": ""}, Grade.A, Why.NOT_ORDERED),
        ({"is_paid": False}, Grade.A, Why.UNPAID),
        ({"is_cancelled": True}, Grade.A, Why.CANCELLED),
        ({"currency": "EUR"}, Grade.A, Why.CURRENCY),
        ({"paid_pence": 0}, Grade.A, Why.PRICE),
        ({"unit": 0}, Grade.A, Why.TAKEN),
        ({"is_counted": False}, Grade.A, Why.GONE),
        ({"is_hire": True}, Grade.BER, Why.HIRED),
        ({}, Grade.LOST, Why.LOST),
        ({}, Grade.QUARANTINE, Why.QUARANTINED),
        ({}, Grade.UNKNOWN, Why.UNGRADED),
        ({}, Grade.UNGRADED, Why.UNGRADED),
    ],
)
def test_why_nothing_is_proposed_by_itself(changed, grade, why):
    told = judge(replace(SOLD, **changed), grade=grade, graded_at=NOON, at=NOON)

    assert (told.why, told.is_due) == (why, False)
    assert told.may_be_proposed == (why in BY_HAND)
    assert not (why in ASKED and told.pence)


def test_an_old_story_is_for_a_person_to_propose():
    told = judge(SOLD, grade=Grade.A, graded_at=NOON - FRESH - timedelta(seconds=1), at=NOON)

    assert (told.why, told.may_be_proposed) == (Why.OLD, True)


FINANCE, MANAGER = Limit("finance", 10_000, 10_000), Limit("finance_manager", 500_000, 50_000)


@given(st.integers(1, 600_000), st.sampled_from(RefundState), st.booleans())
def test_nobody_approves_above_a_limit_nor_what_does_not_wait_nor_with_a_part_in_it(pence, state, part):
    claim = Claim(state, pence, {1: Part.GRADED} if part else {})
    signed = signature(Person(1, True, FINANCE), claim)

    assert isinstance(signed, Signature) == (state in REFUND_WAITS and not part and pence <= 10_000)
    assert carries(Person(1, True, FINANCE), claim) == (pence <= 10_000)


class TestStandingIn:
    def test_a_limit_that_was_handed_over_reaches_further(self):
        person = Person(1, True, FINANCE, (StandIn(2, "Martin", MANAGER),))

        assert signature(person, Claim(RefundState.PROPOSED, 20_000)) == Signature(MANAGER, 2)

    def test_not_what_the_person_they_stand_in_for_has_a_part_in(self):
        person = Person(1, True, None, (StandIn(2, "Martin", MANAGER),))
        told = signature(person, Claim(RefundState.PROPOSED, 20_000, {2: Part.PROPOSED}))

        assert told == "Martin, for whom you stand in, proposed this refund, so someone else must approve it."

    def test_nobody_without_a_limit(self):
        assert signature(Person(1, True), Claim(RefundState.PROPOSED, 1)) == "Your roles give you no limit to approve under."


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_key_is_one_that_every_partner_takes_and_that_is_found_again(acs_id, line_id):
    key = key_of(acs_id, line_id)

    assert KEY.fullmatch(key)
    assert key == key_of(acs_id, line_id)


def test_two_garments_have_two_keys_however_their_numbers_run_together():
    assert len({key_of("A-1", "2"), key_of("A", "1-2"), key_of("A-12", "")}) == 3
