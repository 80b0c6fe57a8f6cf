"""Whose word counts: whole sizes only, in the order chosen, and nobody's size is ever mixed with another's."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.rules import DEFAULT_ORDER, SIDES, Size, decide, middle_of, order_for, rescaled

MM = st.one_of(st.none(), st.integers(1, 3_000))
SIZES = st.builds(Size, MM, MM, MM, st.one_of(st.none(), st.integers(1, 100_000)), st.one_of(st.none(), st.booleans()))
SAID = st.dictionaries(st.sampled_from(DEFAULT_ORDER), SIZES)
ORDERS = st.permutations(DEFAULT_ORDER)
FULL = Size(340, 260, 40, 520, False)


def is_whole(size: Size) -> bool:
    return None not in size.sides


@given(SAID, ORDERS)
def test_the_first_source_that_knows_all_three_sides_decides_them(said: Mapping[str, Size], order):
    decided = decide(said, order)
    knowing = [source for source in order if source in said and is_whole(said[source])]

    if knowing:
        assert (decided.size.sides, decided.by["length_mm"]) == (said[knowing[0]].sides, knowing[0])


@given(SAID, ORDERS)
def test_the_sides_are_always_those_of_one_source(said: Mapping[str, Size], order):
    decided = decide(said, order)

    assert len({decided.by[side] for side in SIDES}) == 1
    assert decided.size.sides in {(None, None, None)} | {size.sides for size in said.values()}


@given(SAID, ORDERS, SIZES)
def test_a_source_heard_last_never_overrules_what_others_know(said: Mapping[str, Size], order, late: Size):
    others = {source: size for source, size in said.items() if source != order[-1]}
    before, after = decide(others, order), decide(others | {order[-1]: late}, order)

    if is_whole(before.size):
        assert after.size.sides == before.size.sides
    if before.size.weight_g is not None:
        assert after.size.weight_g == before.size.weight_g


@given(SAID, ORDERS)
def test_nothing_is_decided_that_nobody_said(said: Mapping[str, Size], order):
    decided = decide(said, order)

    for name, value in decided.size._asdict().items():
        if value is not None:
            assert getattr(said[decided.by[name]], name) == value


@given(SAID, ORDERS)
def test_the_order_of_speaking_does_not_matter(said: Mapping[str, Size], order):
    assert decide(dict(reversed(list(said.items()))), order) == decide(said, order)


@given(
    st.dictionaries(st.sampled_from(["", "arden", "wilde"]), ORDERS), st.sampled_from(["Arden", "ARDEN", "Other", ""]), st.text(max_size=8)
)
def test_every_product_hears_every_source_once(orders, brand: str, preferred: str):
    assert sorted(order_for(brand, orders, preferred=preferred)) == sorted(DEFAULT_ORDER)


@pytest.mark.parametrize(
    ("brand", "preferred", "first"),
    [("Arden", "", "csv"), ("arden", "pim", "pim"), ("Wilde", "", "pim"), ("Wilde", "csv", "csv"), ("", "nobody", "pim")],
)
def test_the_product_s_own_choice_comes_first_then_its_brand_s_then_all_others(brand: str, preferred: str, first: str):
    orders = {"arden": ("csv", "pim", "acs_measured"), "": ("pim", "csv", "acs_measured")}

    assert order_for(brand, orders, preferred=preferred)[0] == first


def test_the_house_hears_the_parcel_then_the_pim_then_the_file():
    assert order_for("Arden", {}) == ("acs_measured", "pim", "csv")


def test_one_parcel_measured_carelessly_does_not_move_the_middle():
    assert middle_of([[340, 260, 40, 520], [350, 260, 42, 530], [3_000, 1, 1, 99_999]]) == Size(350, 260, 40, 530)


@given(st.integers(50, 5_000), st.tuples(*[st.integers(1, 500)] * 6))
def test_a_factor_told_anew_keeps_the_parcel_as_large_as_it_was(factor: int, sides):
    before, after = Size(*sides[:3]), Size(*sides[3:])
    volumes = [size.length_mm * size.width_mm * size.height_mm for size in (before, after)]
    told = rescaled(factor, before, after)

    assert told >= 1
    assert abs(told * volumes[1] - factor * volumes[0]) <= volumes[1]  # within a thousandth


def test_a_factor_of_an_unknown_size_stays():
    assert (rescaled(700, Size(), FULL), rescaled(700, FULL, Size())) == (700, 700)
