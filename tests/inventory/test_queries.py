"""The list flags as too big exactly what the release check refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from inventory import queries
from inventory.models import AcsSku, Product
from lockers.rules.sizes import Item, fit
from partners.inpost.compartments import LIMITS
from tests.inventory.builders import LONG_AGO, make_product

SIDES = st.integers(1, 5000) | st.sampled_from([80, 190, 380, 381, 410, 411, 640, 641])
PRODUCTS = st.lists(
    st.tuples(SIDES, SIDES, SIDES, st.integers(14_000, 16_000) | st.integers(1, 200_000), st.booleans()), min_size=1, max_size=30
)


class TestTooBig(TestCase):
    @given(PRODUCTS)
    def test_the_database_and_the_rule_agree(self, sizes):
        Product.objects.all().delete()
        for number, (length, width, height, weight, rigid) in enumerate(sizes):
            make_product(f"S-{number}", length_mm=length, width_mm=width, height_mm=height, weight_g=weight, rigid=rigid)

        flagged = {product.sku for product in queries.rows().filter(queries.too_big())}
        assert flagged == {f"S-{number}" for number, size in enumerate(sizes) if fit([Item(*size)]).size is None}


@pytest.mark.django_db
@pytest.mark.parametrize("more", [0, 1])
def test_the_volume_limit_is_the_same_to_the_cubic_millimetre(more: int):
    room = LIMITS.smallest_first[-1].volume * LIMITS.fill
    soft = make_product(length_mm=room // LIMITS.softness // 10 + more, width_mm=10, height_mm=1, rigid=False)

    assert queries.is_too_big(soft) == (fit([Item(soft.length_mm, 10, 1, 520, False)]).size is None)


@pytest.mark.django_db
def test_counts_say_what_the_filters_show():
    make_product("A-1")
    make_product("B-2", height_mm=None)
    make_product("C-3", weight_g=20_000)
    AcsSku.objects.create(sku="A-1", source="setup_list", first_seen_at=LONG_AGO)

    assert queries.counts(LONG_AGO) == queries.Counts(
        every=3, unsized=1, too_big=1, packed_otherwise=0, absurd=0, changed=3, caused=0, at_acs=1
    )
