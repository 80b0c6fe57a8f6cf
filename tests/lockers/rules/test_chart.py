"""The flat map: what an address may name, and that places land where they belong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockers.rules import chart

LATITUDES, LONGITUDES = st.floats(49.8, 60.9), st.floats(-8.4, 2.0)


@given(LATITUDES, LONGITUDES)
def test_every_place_of_the_islands_lands_inside_the_drawing(latitude, longitude):
    box = chart.islands(latitude)
    x, y = box.place(latitude, longitude)

    assert 0 <= x <= chart.WIDTH
    assert 0 <= y <= box.height


@given(LATITUDES, LONGITUDES, st.floats(0, 12))
def test_a_box_around_a_place_holds_it_and_reads_back(latitude, longitude, tall):
    box = chart.around(latitude, longitude, tall)

    assert box.south <= latitude <= box.north
    assert box.west <= longitude <= box.east
    assert chart.read_box(box.text()) == pytest.approx(box, abs=0.001)


@given(st.lists(st.tuples(LATITUDES, LONGITUDES), min_size=1, max_size=20))
def test_a_box_holds_all_the_places_it_was_made_for(places):
    box = chart.holding(places)

    assert all(box.south <= latitude <= box.north and box.west <= longitude <= box.east for latitude, longitude in places)


@given(LATITUDES, LONGITUDES, st.floats(0.1, 5))
def test_looking_from_further_shows_what_was_seen_and_ends_with_the_whole_map(latitude, longitude, tall):
    box = chart.around(latitude, longitude, tall)
    steps = 0
    while away := chart.wider(box):
        assert away.south < box.south
        assert away.east > box.east
        box, steps = away, steps + 1

    assert steps < 12


@pytest.mark.parametrize(
    "text",
    ["", "1,2,3", "a,b,c,d", "52,-1,51,0", "nan,-1,52,0", "inf,0,1,1", "51,0,52,0", "51,-200,52,0", "-91,0,1,1", "1,2,3,4,5", "\x00"],
)
def test_what_names_no_part_of_the_globe_is_none(text):
    assert chart.read_box(text) is None


@given(st.text(max_size=40))
def test_any_text_is_read_without_a_fault(text):
    box = chart.read_box(text)

    assert box is None or box.height > 0


def test_land_is_where_it_is():
    leeds, box = (53.8, -1.55), chart.around(53.8, -1.55, 2)

    assert chart.cell_of(box, *leeds)[1] == chart.CELLS // 2
    assert len(chart.coast(chart.ISLANDS, chart.BRITAIN).split()) == len(chart.BRITAIN)
