"""What one more copy of a label asks for."""

from hypothesis import given
from hypothesis import strategies as st

from lockers.rules.copies import needs_reason, warnings

words = st.sampled_from(["", "14:02 on 9 June"])


def test_the_first_copy_asks_nothing_the_second_why_and_the_third_warns():
    assert [needs_reason(number) for number in (1, 2, 3)] == [False, True, True]
    assert [len(warnings(number, closed="", scanned="")) for number in (1, 2, 3)] == [0, 0, 1]


@given(number=st.integers(1, 1000), closed=words, scanned=words)
def test_a_manifest_and_a_scan_warn_of_any_copy(number, closed, scanned):
    said = " ".join(warnings(number, closed=closed, scanned=scanned))

    assert ("manifest closed at" in said) == bool(closed)
    assert ("InPost scanned it" in said) == bool(scanned)
    assert (f"copy {number}" in said) == (number >= 3)
