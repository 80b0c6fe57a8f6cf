"""One parcel, one compartment: the formula, its limits, and what may never happen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockers.rules.sizes import SIZES, Fit, Item, counted_volume, fit, size_of_parcel, stated_volume
from partners.inpost.compartments import LIMITS, Limits

SIDE = st.integers(1, 700)
FACTOR = st.none() | st.integers(50, 5_000)
ITEMS = st.lists(st.builds(Item, SIDE, SIDE, SIDE, st.integers(1, 4000), st.booleans(), st.integers(1, 4), FACTOR), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([Item(80, 380, 540, 500)], Fit("A")),
        ([Item(540, 80, 380, 500)], Fit("A")),  # any rotation
        ([Item(81, 300, 400, 500)], Fit("B")),
        ([Item(191, 300, 400, 500)], Fit("C")),
        ([Item(410, 380, 640, 500)], Fit(None, "too_big")),  # the sides fit, the box leaves no room for its wrapping
        ([Item(411, 411, 100, 500)], Fit(None, "too_big")),
        ([Item(641, 10, 10, 500)], Fit(None, "too_big")),
        ([Item(300, 200, 40, 14_850)], Fit("A")),
        ([Item(300, 200, 40, 14_851)], Fit(None, "too_heavy")),
        ([Item(300, 200, 40, 4_951, quantity=3)], Fit(None, "too_heavy")),
        ([Item(641, 641, 641, 15_001)], Fit(None, "too_heavy")),
        ([Item(900, 200, 40, 500, rigid=False)], Fit("A")),  # soft goods fold: only their volume counts
        ([Item(300, 250, 60, 400, quantity=3)], Fit("A")),
        ([Item(300, 250, 60, 400, quantity=4)], Fit("B")),  # each fits A, together they do not
        ([Item(300, 250, 60, 400, quantity=3), Item(400, 300, 60, 400, rigid=False)], Fit("B")),
        ([Item(900, 200, 40, 500, rigid=False, factor=2_500)], Fit("B")),  # a coat that never folds flat, as packed parcels taught
        ([Item(300, 250, 60, 400, quantity=4, factor=800)], Fit("A")),  # and boxes that nest
        ([Item(641, 10, 10, 500, factor=50)], Fit(None, "too_big")),  # whatever was learnt, a rigid side stays a side
        ([], Fit("A")),
    ],
)
def test_the_smallest_compartment_that_takes_everything(items: list[Item], expected: Fit):
    assert fit(items) == expected


def test_the_volume_limit_is_exact_to_the_cubic_millimetre():
    capacity = 80 * 380 * 640 * 85 // 100

    assert fit([Item(1, 1, capacity * 10 // 7, 1, rigid=False)]).size == "A"
    assert fit([Item(1, 1, capacity * 10 // 7 + 1, 1, rigid=False)]).size == "B"


def test_the_constants_are_an_argument():
    strict = Limits(weight_g=1_000, packing_g=0)

    assert fit([Item(10, 10, 10, 1_000)], limits=strict).size == "A"
    assert fit([Item(10, 10, 10, 1_001)], limits=strict).why == "too_heavy"
    assert fit([Item(10, 10, 10, 1)], limits=Limits(sides=(("XS", 20, 20, 20),))).size == "XS"


@given(ITEMS)
def test_an_accepted_parcel_keeps_every_limit(items: list[Item]):
    size = fit(items).size
    if size is None:
        return

    sides = sorted(SIZES[size])
    assert all(side <= limit for item in items if item.rigid for side, limit in zip(sorted(item[:3]), sides, strict=True))
    assert sum(item.weight_g * item.quantity for item in items) + LIMITS.packing_g <= LIMITS.weight_g
    counts = [item.factor or (1000 if item.rigid else 700) for item in items]
    volumes = [item.length_mm * item.width_mm * item.height_mm * item.quantity for item in items]
    assert sum(count * volume for count, volume in zip(counts, volumes, strict=True)) <= 850 * sides[0] * sides[1] * sides[2]


@given(ITEMS, ITEMS)
def test_more_goods_never_need_a_smaller_compartment(some: list[Item], more: list[Item]):
    order = [*SIZES, None]

    assert order.index(fit(some + more).size) >= order.index(fit(some).size)


@given(ITEMS, st.randoms())
def test_neither_order_nor_rotation_matters(items: list[Item], chance):
    turned = [Item(*chance.sample(item[:3], 3), *item[3:]) for item in items]
    chance.shuffle(turned)

    assert fit(turned) == fit(items)


@given(ITEMS)
def test_a_refusal_says_why(items: list[Item]):
    answer = fit(items)

    assert (answer.why == "") == (answer.size is not None)
    assert answer.why in ("", "too_big", "too_heavy")


@pytest.mark.parametrize(
    ("parcel", "size"),
    [
        ((640, 380, 80, 1_000), "A"),
        ((80, 640, 380, 15_000), "A"),
        ((640, 380, 81, 1_000), "B"),
        ((640, 380, 410, 1_000), "C"),
        ((641, 380, 410, 1_000), ""),
        ((100, 100, 50, 15_001), ""),
    ],
)
def test_a_packed_parcel_is_measured_as_it_is(parcel: tuple[int, int, int, int], size: str):
    assert size_of_parcel(*parcel) == size


def test_what_is_counted_and_what_is_stated():
    items = [Item(100, 100, 10, 1), Item(100, 100, 10, 1, rigid=False, quantity=2), Item(100, 100, 10, 1, factor=500)]

    assert (stated_volume(items), counted_volume(items)) == (400_000, 100_000 + 140_000 + 50_000)
