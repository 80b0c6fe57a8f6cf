"""Is money due, how much, and who may say so: for any sale and any grade."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from returns.rules.authority import Limit, Person, Signature, Signer, StandIn
from returns.rules.refunding import (
    ASKED,
    BY_HAND,
    DUE,
    FRESH,
    WORDS,
    Claim,
    Part,
    Sale,
    Why,
    judge,
    key_of,
    no_longer,
    signature,
    state_after,
)
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


ids = st.integers(1, 5)
limits = st.builds(Limit, st.just("finance"), st.integers(0, 600), st.integers(0, 600))
stand_ins = st.lists(st.builds(StandIn, ids, st.just("B. Lee"), limits), max_size=2).map(tuple)
persons = st.builds(Person, ids, st.sampled_from([True, True, False]), st.none() | limits, stand_ins)
signers = st.builds(Signer, persons, st.none() | persons)
parts = st.dictionaries(ids, st.sampled_from(Part), max_size=2)


@given(st.integers(1, 600_000), st.sampled_from(RefundState), st.booleans(), st.booleans())
def test_nobody_approves_above_a_limit_nor_what_does_not_wait_nor_with_a_part_in_it_nor_without_the_right(pence, state, part, may):
    claim = Claim(state, pence, {1: Part.GRADED} if part else {})
    signed = signature(Person(1, may, FINANCE), claim)

    reaches = pence <= 10_000 or state == RefundState.AWAITING_SECOND
    assert isinstance(signed, Signature) == (state in REFUND_WAITS and may and not part and reaches)


def in_turn(claim: Claim, people: list[Person]) -> tuple[Claim, list[tuple[Person, Signature]]]:
    """Everybody tries to approve it, one after the other: how it ends, and who signed."""
    signed = []
    for person in people:
        if isinstance(how := signature(person, claim), Signature):
            signed.append((person, how))
            claim = replace(claim, state=state_after(how, claim), first=frozenset({person.pk, how.for_whom} - {None}))
    return claim, signed


class TestTwoPeople:
    @settings(max_examples=500)
    @given(
        st.lists(persons, min_size=1, max_size=6),
        st.integers(1, 700),
        st.integers(0, 700),
        parts,
        st.frozensets(ids, max_size=2),
        st.sampled_from([RefundState.PROPOSED, RefundState.REFUSED]),
    )
    def test_nothing_is_approved_without_the_different_people_that_it_takes(self, people, pence, alone, of_others, before, state):
        ended, signed = in_turn(Claim(state, pence, of_others, before, alone), people)
        if not signed:
            assert ended.state == state
            return

        signing, limit = [{person.pk, how.for_whom} - {None} for person, how in signed], signed[0][1].limit
        takes = 2 if pence + alone > limit.second_above_pence else 1
        assert pence <= limit.limit_pence
        assert len(signed) <= takes
        assert ended.state == (RefundState.APPROVED if len(signed) == takes else RefundState.AWAITING_SECOND)
        assert not any(one & set(of_others) for one in signing)
        assert len(signing) == 1 or not signing[0] & signing[1]
        assert all(person.may for person, _ in signed)

    def test_who_stands_in_for_the_first_is_no_second_under_their_limit(self):
        taker = Person(3, True, None, (StandIn(1, "Martin", MANAGER),))
        told = signature(taker, Claim(RefundState.AWAITING_SECOND, 60_000, first=frozenset({1})))

        assert told == "Martin, for whom you stand in, is its first approver already, so someone else must be the second."

    def test_the_second_may_stand_in_for_another(self):
        taker = Person(3, True, None, (StandIn(2, "Agnes", FINANCE),))

        assert signature(taker, Claim(RefundState.AWAITING_SECOND, 60_000, first=frozenset({1}))) == Signature(FINANCE, 2)

    @settings(max_examples=500)
    @given(st.integers(1, 700), parts, signers, st.none() | signers)
    def test_what_is_given_has_signatures_that_would_still_do(self, pence, of_others, first, second):
        told = no_longer(Claim(RefundState.APPROVED, pence, of_others), first, second)
        if told:
            assert (told[0].isupper(), told[-1]) == (True, ".")
            return

        both = [first, second] if second else [first]
        bearers = [signer.giver or signer.person for signer in both]
        assert all(signer.person.may for signer in both)
        assert all(bearer.may and bearer.limit for bearer in bearers)
        assert not any(person.pk in of_others for signer in both for person in signer if person)
        assert pence <= bearers[0].limit.limit_pence
        assert second or pence <= bearers[0].limit.second_above_pence

    def test_a_second_of_a_lower_tier_still_does(self):
        claim = Claim(RefundState.APPROVED, 60_000)

        assert no_longer(claim, Signer(Person(1, True, MANAGER)), Signer(Person(2, True, FINANCE))) == ""
        assert no_longer(claim, Signer(Person(1, True, MANAGER))) == "Above £500.00 a second person must approve it now."


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
