"""The mobile rule says what the library says, names the fault, and never guesses a digit."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockers.rules import phone
from tests.lockers.rules.numbers import LABELLED, PROPOSED

DIGITS = st.text("0123456789", min_size=9, max_size=9)


def in_some_form(ten: str, form: int) -> str:
    """The ways in which people write the ten digits."""
    forms = (
        *(f"0{ten}", ten, f"+44{ten}", f"+44 (0){ten}", f"0044{ten}", f"+440{ten}", f"44{ten}", f"0{ten[:4]} {ten[4:]}"),
        *(f"(0{ten[:4]}) {ten[4:]}", f"0044 (0){ten}", f"440{ten}", f"+44-{ten}", f"044{ten}", f"+44+44{ten}", f"0{ten}/"),
        *(f"\u202a0{ten}\u202c", f"0{ten}#2", f"++44{ten}"),
    )
    return forms[form % len(forms)]


@pytest.mark.parametrize(("raw", "fault"), LABELLED, ids=[ascii(raw) for raw, _ in LABELLED])
def test_each_labelled_number_gets_its_verdict(raw: str, fault: str):
    verdict = phone.judge(raw)

    assert verdict.fault == fault
    assert verdict.ok == (fault == "")
    assert not fault or fault in phone.FAULTS


def test_the_labelled_table_is_worth_its_name():
    assert len(LABELLED) >= 100
    assert {fault for _, fault in LABELLED} == {"", *phone.FAULTS}


@pytest.mark.parametrize(("raw", "proposal"), PROPOSED, ids=[ascii(raw) for raw, _ in PROPOSED])
def test_a_safe_correction_is_proposed_and_nothing_else(raw: str, proposal: str):
    assert phone.judge(raw).proposal == proposal


@pytest.mark.parametrize("raw", ["+44 (0)7700 900123", "7700900123", "0044 7700 900123", "\u202a07700 900123\u202c"])
def test_a_right_number_comes_back_in_both_forms(raw: str):
    assert phone.judge(raw) == phone.Mobile(True, "", "+447700900123", "7700900123", "")


@given(st.text(max_size=40))
def test_any_text_gets_a_verdict(raw: str):
    verdict = phone.judge(raw)

    assert verdict.ok == (verdict.fault == "")
    if verdict.ok:
        assert re.fullmatch(r"7\d{9}", verdict.ten_digits)
        assert verdict.e164 == f"+44{verdict.ten_digits}"


@given(st.text("0123456789+ ()-/.OoIlabc", max_size=30))
def test_a_proposal_is_itself_right_and_uses_the_digits_that_were_typed(raw: str):
    proposal = phone.judge(raw).proposal
    if not proposal:
        return

    assert phone.judge(proposal).ok
    typed = "".join(letter for letter in raw.translate(str.maketrans("OoIl", "0011")) if letter.isdecimal())
    assert phone.judge(proposal).ten_digits in typed


@given(DIGITS, st.integers(0, 17))
def test_writing_the_same_number_differently_changes_nothing(nine: str, form: int):
    ten = "7" + nine
    if phone.judge("0" + ten).ok and form not in (12, 13, 16):  # 044…, +44+44… and #2 are faults of their own
        assert phone.judge(in_some_form(ten, form)).ten_digits == ten


@given(DIGITS, st.integers(0, 17))
def test_the_verdict_is_the_library_s(nine: str, form: int):
    raw = in_some_form("7" + nine, form)

    assert phone.judge(raw).ok == phone.library_verdict(raw)


def test_no_verdict_differs_from_the_library_s_over_twenty_thousand_numbers():
    chance = random.Random(20_000)  # noqa: S311 - a fixed seed, nothing secret
    numbers = [in_some_form(f"7{chance.randrange(10**9):09}", chance.randrange(18)) for _ in range(15_000)]
    numbers += [f"{chance.randrange(10**11):0{chance.randint(7, 12)}}" for _ in range(5_000)]

    assert [raw for raw in numbers if phone.judge(raw).ok != phone.library_verdict(raw)] == []
