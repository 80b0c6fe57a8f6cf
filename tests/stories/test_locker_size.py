"""What the shop is told of one product is what the release check would say of an order with one of it: two rooms, one formula."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from inventory.actions import follow_limits
from inventory.models import ParcelLimits, Product, SizeCorrection
from inventory.queries import locker_size, rows, too_big
from lockers.rules.sizes import Item, fit
from partners.inpost.compartments import LIMITS, Limits
from tests.inventory.builders import LONG_AGO

EDGES = {side + by for side in (80, 190, 380, 410, 640) for by in (-1, 0, 1)}
SIDE = st.one_of(st.integers(1, 3_000), st.sampled_from(sorted(EDGES)))
WEIGHT = st.one_of(st.integers(1, 100_000), st.sampled_from([14_849, 14_850, 14_851, 15_000]))
FACTOR = st.one_of(st.none(), st.integers(1, 5_000))
LIMIT = {"weight_g": (1_000, 15_000), "packing_g": (0, 500), "fill": (500, 1_000), "softness": (300, 1_000)}
PUBLISHED = st.one_of(st.none(), st.builds(Limits, **{name: st.integers(*bounds) for name, bounds in LIMIT.items()}))
ITEM = st.tuples(SIDE, SIDE, SIDE, WEIGHT, st.booleans(), FACTOR)


@pytest.mark.django_db
class TestOneFormula(TestCase):
    @settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(st.lists(ITEM, min_size=1, max_size=20), PUBLISHED)
    def test_the_database_and_the_release_check_agree(self, items, limits):
        Product.objects.all().delete()
        ParcelLimits.objects.all().delete()
        if limits:
            follow_limits(limits, version=1)
        SizeCorrection.objects.all().delete()
        for number, (length, width, height, weight, rigid, factor) in enumerate(items):
            sizes = {"length_mm": length, "width_mm": width, "height_mm": height, "weight_g": weight, "rigid": rigid}
            Product.objects.create(sku=f"S-{number}", fetched_at=LONG_AGO, changed_at=LONG_AGO, **sizes)
            if factor:
                SizeCorrection.objects.create(
                    sku=f"S-{number}", factor=factor, learnt_at=LONG_AGO, accepted_factor=factor, accepted_at=LONG_AGO
                )

        said = dict(rows().values_list("sku", locker_size()))

        ours = [fit([Item(*item[:5], 1, item[5])], limits=limits or LIMITS).size or "none" for item in items]
        assert [said[f"S-{number}"] for number in range(len(items))] == ours
        assert set(rows().filter(too_big()).values_list("sku", flat=True)) == {sku for sku, size in said.items() if size == "none"}

    def test_a_product_whose_size_is_unknown_fits_nothing(self):
        for name in ("length_mm", "width_mm", "height_mm", "weight_g"):
            known = {"length_mm": 10, "width_mm": 10, "height_mm": 10, "weight_g": 10} | {name: None}
            Product.objects.create(sku=name, fetched_at=LONG_AGO, changed_at=LONG_AGO, **known)

        assert set(rows().values_list(locker_size(), flat=True)) == {"none"}
