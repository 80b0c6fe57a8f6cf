"""A customer's data are found however they are typed, taken out, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exceptions_queue.rules.erasing import GONE, Traces, without_contacts

ADA = Traces(
    emails=frozenset({"ada.byron@example.com"}),
    phones=frozenset({"07712 345 068"}),
    names=frozenset({"Ada", "Byron"}),
    places=frozenset({"1 High Street", "LS1 4AB"}),
    order_numbers=frozenset({"LS-1001"}),
)


@pytest.mark.parametrize(
    "typed", ["07712345068", "07712 345068", "+44 7712 345068", "+44 (0)7712-345-068", "0044 7712 345068", "7712345068", "tel:07712345068"]
)
def test_a_number_is_found_however_it_is_typed(typed):
    assert ADA.stand_in(f"Ring {typed}.")
    assert "345" not in ADA.out_of(f"Ring {typed}.")


@pytest.mark.parametrize(
    "typed", ["ADA.BYRON@example.com", "ADA", "Byron", "1 high  street", "ls1 4ab", "q=ada.byron%40example.com&state=open"]
)
def test_a_name_and_an_address_are_found_however_they_are_typed(typed):
    assert ADA.stand_in(typed)


@pytest.mark.parametrize("typed", ["", "Adaptor", "ada as in a language", "LS-1001", "077123450689", "11 High Street", "Byronic"])
def test_what_only_looks_like_it_stays(typed):
    assert not ADA.stand_in(typed)
    assert ADA.out_of(typed) == typed


def test_an_order_number_points_at_a_customer_and_names_nobody():
    assert ADA.point_at('{"name":"LS-1001"}')
    assert not ADA.point_at('{"name":"LS-10012"}')
    assert ADA.out_of("LS-1001 of Ada Byron") == f"LS-1001 of {GONE} {GONE}"


def test_in_a_partners_bytes_a_line_break_hides_nothing():
    assert ADA.point_at('{"note":"write to\\nada.byron@example.com"}')


def test_who_left_nothing_is_found_nowhere():
    assert not Traces().stand_in("anything at all")
    assert not Traces(phones=frozenset({"123"}), names=frozenset({"A"}), places=frozenset({"12"})).stand_in("A 123 12")


@given(st.text(max_size=200), st.text(max_size=50))
def test_nothing_is_left_of_them_and_twice_is_once(before, after):
    cleaned = ADA.out_of(f"{before} ada.byron@example.com {after}")

    assert "ada.byron@example.com" not in cleaned
    assert ADA.out_of(cleaned) == cleaned


@pytest.mark.parametrize("typed", ["ada@example.com", "07712 345 068", "+44 7712 345068", "0113 496 0123"])
def test_a_reason_loses_whatever_somebody_can_be_reached_by(typed):
    assert without_contacts(f"Rang from {typed} today") == "Rang from [contact] today"


@pytest.mark.parametrize(
    "typed", ["LS-10012", "ticket 4711", "at 14:20 on 03/11/2026", "03-11-2026 14:20", "£1,200.00", "JJD0002233573700001", "12 of 30"]
)
def test_a_reason_keeps_numbers_dates_and_sums(typed):
    assert without_contacts(typed) == typed


@given(st.text(max_size=300))
def test_a_reason_is_cleaned_once_and_for_all(text):
    assert without_contacts(without_contacts(text)) == without_contacts(text)
