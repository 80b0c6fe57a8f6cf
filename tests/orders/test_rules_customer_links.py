"""What a customer may put right by a link, how long it works, and whether it does."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exceptions_queue.catalogue import CATALOGUE, Code
from orders.rules.customer_links import (
    LOCKER,
    LONGEST,
    MOBILE,
    SHORTEST,
    Standing,
    Wants,
    standing_of,
    still_wanted,
    wants_of,
    works_until,
)

AT = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
CODES = st.sets(st.sampled_from(list(Code)))
ENDS = st.lists(st.timedeltas(timedelta(days=-9), timedelta(days=9)))
REASONS = ("revoked", "cancelled", "used", "sent", "expired")


@pytest.mark.parametrize(
    ("codes", "purpose"),
    [
        (set(), ""),
        ({Code.VAL_NAME}, ""),
        ({Code.VAL_MOB_FORMAT}, "mobile"),
        ({Code.LOC_CLOSED, Code.VAL_NAME}, "locker"),
        ({Code.VAL_MOB_MISSING, Code.LOC_SIZE}, "both"),
    ],
)
def test_what_is_asked_follows_from_the_open_cases(codes, purpose):
    assert wants_of(codes).purpose == purpose


@given(CODES, st.sampled_from(["mobile", "locker", "both"]))
def test_a_link_never_opens_more_than_it_was_made_for_nor_what_is_right(codes, purpose):
    wants = still_wanted(purpose, codes)

    assert not (wants.mobile and purpose == "locker")
    assert not (wants.locker and purpose == "mobile")
    assert Wants(wants.mobile or wants_of(codes).mobile, wants.locker or wants_of(codes).locker) == wants_of(codes)


@given(ENDS)
def test_it_works_for_three_days_at_the_most_and_long_enough_to_be_used(ends):
    until = works_until(AT, [AT + end for end in ends])

    assert AT + SHORTEST <= until <= AT + LONGEST
    assert not [end for end in ends if end >= SHORTEST and AT + end < until]


@given(st.fixed_dictionaries({**dict.fromkeys(REASONS, st.booleans()), "wanted": st.booleans()}))
def test_it_opens_only_where_nothing_speaks_against_it(facts):
    opens = standing_of(**facts) == Standing.OPEN

    assert opens == (facts["wanted"] and not any(facts[reason] for reason in REASONS))


@given(st.fixed_dictionaries({**dict.fromkeys(REASONS[1:], st.booleans()), "wanted": st.booleans()}))
def test_one_that_was_ended_says_nothing_else(facts):
    assert standing_of(revoked=True, **facts) == Standing.REVOKED


def test_every_case_that_a_customer_can_put_right_offers_to_ask_them():
    offers = {code for code, kind in CATALOGUE.items() if any(fix.url_name == "orders:ask-customer" for fix in kind.fixes)}

    assert offers == MOBILE | LOCKER
