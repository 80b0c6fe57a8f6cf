"""The settings of the rules: what may be typed, and that a more generous one never holds more."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exceptions_queue.catalogue import Code
from orders.problems.facts import Line
from orders.problems.parcel import pack
from orders.rules import address, customs, dates, settings
from orders.rules.settings import BY_KEY, DELIVERED, SETTINGS, BadValue, RuleSettings
from partners.inpost.compartments import LIMITS

TODAY = date(2026, 6, 9)

sides = st.integers(1, 700)
lines = st.lists(
    st.builds(
        lambda a, b, c, weight, rigid, quantity: Line("S", quantity, a, b, c, weight, rigid, "GB", known_to_acs=True),
        sides,
        sides,
        sides,
        st.integers(1, 9_000),
        st.booleans(),
        st.integers(1, 4),
    ),
    min_size=1,
    max_size=4,
)


def held(some: list[Line], stand: RuleSettings) -> bool:
    return Code.VAL_OVERSIZE in pack(some, limits=stand.limits).found


@pytest.mark.parametrize(
    ("key", "upwards"), [("parcel_weight_g", True), ("fill_percent", True), ("packing_g", False), ("softness_percent", False)]
)
@given(some=lines, values=st.data())
def test_a_larger_allowance_never_finds_an_order_too_big_that_a_smaller_one_takes(key, upwards, some, values):
    number = st.integers(BY_KEY[key].least, BY_KEY[key].most)
    low, high = sorted((values.draw(number), values.draw(number)))
    tighter, looser = (low, high) if upwards else (high, low)

    assert held(some, DELIVERED.but(key, looser)) <= held(some, DELIVERED.but(key, tighter))


@given(ahead=st.integers(-5, 20), fewer=st.integers(0, 14), more=st.integers(0, 14))
def test_a_hire_that_has_enough_time_has_enough_where_less_is_asked(ahead, fewer, more):
    fewer, more = sorted((fewer, more))
    event = TODAY + timedelta(days=ahead)

    def faults(days: int) -> list[tuple[str, str]]:
        return dates.date_faults(
            dispatch_on=None, deliver_on=None, event_on=event, return_on=None, is_hire=True, today=TODAY, hire_days=days
        )

    assert len(faults(fewer)) <= len(faults(more))
    assert bool(faults(fewer)) == (ahead < fewer)


@given(zone=st.sampled_from(["NI", "IM", "GY", "JE"]), asked=st.sets(st.sampled_from(["NI", "IM", "GY", "JE"])))
def test_only_the_zones_that_are_ticked_ask_for_the_origin(zone, asked):
    fault = customs.customs_fault(zone, contents="Dress", value_pence=4200, origins=["GB", ""], need_origin=asked)

    assert fault == ("origin" if zone in asked else "")


@given(served=st.sets(st.sampled_from(["GG", "IM", "JE"])))
def test_a_place_that_is_not_ticked_is_not_served_and_great_britain_always_is(served):
    stands = DELIVERED.but("served", BY_KEY["served"].read(sorted(served)))

    faults = {place: address.address_fault("1 High Street", "Town", "LS1 4AB", place, served=stands.served) for place in ("GB", "UK", "JE")}

    assert (faults["GB"], faults["UK"]) == ({}, {})
    assert bool(faults["JE"]) == ("JE" not in served)


def test_as_delivered_the_settings_are_what_everybody_else_reads():
    assert DELIVERED.limits is LIMITS
    assert DELIVERED.changed == ()


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_what_is_kept_comes_back_as_it_was(setting):
    value = ["IM"] if setting.choices else setting.least + 3

    stands = settings.of({**dict(DELIVERED.but(setting.key, value).changed), "version": 4, "of_another_release": 1})

    assert (stands.value(setting.key), stands.version) == (value, 4)


@pytest.mark.parametrize("typed", ["", " ", "-1", "1.5", "15,000", "999", "15001", "١٥٠٠", "1e4", "9" * 40])
def test_a_number_that_cannot_be_tried_is_refused_with_its_bounds(typed):
    with pytest.raises(BadValue, match="from 1,000 to 15,000 g"):
        BY_KEY["parcel_weight_g"].read([typed])


def test_a_place_that_the_list_does_not_offer_is_refused():
    with pytest.raises(BadValue, match="only what the list offers"):
        BY_KEY["origin_zones"].read(["FR"])


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("hire_days", 1, "1 day"),
        ("hire_days", 2, "2 days"),
        ("packing_g", 1_500, "1,500 g"),
        ("origin_zones", [], "none"),
        ("origin_zones", ["GY", "JE"], "Guernsey, Jersey"),
    ],
)
def test_a_value_is_said_in_words(key, value, said):
    assert BY_KEY[key].words(value) == said
