"""How long a label's address works, and what is said of who asked."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockers.rules.addresses import LONGEST, caller, works_until

MADE = datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
instants = st.integers(-10_000_000, 10_000_000).map(lambda seconds: MADE + timedelta(seconds=seconds))


def test_without_a_manifest_it_works_for_a_fortnight():
    assert works_until(labelled_at=MADE, closed_at=None) == MADE + timedelta(days=14)


def test_a_closed_manifest_leaves_it_a_day():
    assert works_until(labelled_at=MADE, closed_at=MADE + timedelta(hours=6)) == MADE + timedelta(hours=30)


@given(made=instants, closed=st.none() | instants)
def test_it_never_outlives_the_fortnight_and_closing_never_lengthens_it(made, closed):
    until = works_until(labelled_at=made, closed_at=closed)

    assert until <= made + LONGEST
    assert closed is None or until <= closed + timedelta(hours=24)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1", "this machine"),
        ("10.1.2.3", "a private network"),
        ("fe80::1", "a private network"),
        ("8.8.8.8", "the internet, IPv4"),
        ("2001:4860:4860::8888", "the internet, IPv6"),
        ("", "an unknown address"),
        ("nobody", "an unknown address"),
    ],
)
def test_a_caller_is_named_by_the_kind_of_address_and_never_by_the_address(address, said):
    assert caller(address) == said
