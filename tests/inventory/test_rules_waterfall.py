"""From what ACS holds to what the website may sell: the steps add up, and each lever is said."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.rules import sellable
from inventory.rules.waterfall import Counters, OffSale, levers, steps
from inventory.rules.whynot import Usual
from inventory.states import ItemState

NOON = datetime(2026, 6, 9, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOW = Counters(120, 3, 50, 23, 8, 5, 72 * HOUR, ((NOON + HOUR, 9), (NOON + 40 * HOUR, 14)))
OFF = [
    OffSale(1, "In-Refurbishment", ItemState.REFURBISHMENT, 14, NOON - 30 * HOUR, Usual(60 * HOUR, 110 * HOUR)),
    OffSale(2, "QUAR-2", None, 9, NOON - 6 * HOUR),
    OffSale(3, "With customer", ItemState.ON_HIRE, 12, NOON - 90 * HOUR, Usual(40 * HOUR, 80 * HOUR)),
    OffSale(4, "Beyond Economic Repair", ItemState.BER, 6, NOON - 400 * HOUR),
    OffSale(5, "Ready, hung", ItemState.READY, 1, NOON),
    OffSale(6, "In-Limbo", ItemState.PROCESSING, 5, NOON),
]


def said() -> dict[str, str]:
    return {
        lever.key + (str(lever.status) if lever.status else ""): lever.sentence
        for lever in levers(NOW, OFF, at=NOON, say="{:%d.%H}".format)
    }


def test_the_steps_lead_from_the_first_to_the_last_number():
    lines = steps(NOW, OFF, sellable=37, shown=40)

    assert [(line.key, line.count) for line in lines if not line.less] == [
        ("on-hand", 120),
        ("for-sale", 73),
        ("sellable", 37),
        ("shown", 40),
    ]
    assert 120 - sum(line.count for line in lines if line.key == "status") == 73
    assert 73 - sum(line.count for line in lines if line.key in {"waiting", "allocated", "reserve"}) == 37


def test_what_is_doubted_is_a_step_of_its_own_and_a_lever():
    doubted = NOW._replace(on_hand=122, doubted=2)

    found = {line.key: (line.label, line.count, line.note) for line in steps(doubted, OFF, sellable=37)}

    assert found["for-sale"][1] == 75
    assert found["doubted"] == ("Came back from where nothing comes back", 2, "not for sale until confirmed")
    sentences = [lever.sentence for lever in levers(doubted, [], at=NOON, say=str)]
    assert "2 came back from where nothing comes back: not for sale until confirmed." in sentences


def test_each_bar_hangs_where_the_one_before_it_ended():
    less = [line for line in steps(NOW, OFF, sellable=37) if line.key == "status"]

    ends = [round(line.start + line.length, 1) for line in less]
    assert ends == [100.0, *[round(line.start, 1) for line in less[:-1]]]


def test_what_takes_nothing_away_is_left_out_and_the_shop_only_where_it_is_known():
    lines = steps(Counters(4, 0, 4, 0, 0, 0, 72 * HOUR), [], sellable=4)

    assert [line.key for line in lines] == ["on-hand", "for-sale", "sellable"]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300), st.integers(0, 300), st.lists(st.integers(1, 80), max_size=6))
def test_no_bar_leaves_the_chart(ripe: int, waiting: int, allocated: int, reserve: int, off: list[int]):
    now = Counters(ripe + waiting + sum(off), 0, ripe, waiting, allocated, reserve, 72 * HOUR)
    away = [OffSale(n, "x", None, count, NOON) for n, count in enumerate(off, start=1)]

    for line in steps(now, away, sellable=sellable(ripe=ripe, allocated=allocated, reserve=reserve)):
        assert 0 <= line.start <= line.start + line.length <= 100.1


def test_each_lever_says_how_many_and_what_has_to_happen():
    assert said() == {
        "waiting": "23 more leave the buffer by 11.04, the first 9 09.13.",
        "status1": "14 are in refurbishment: expected ready by 12.20 (four in five are), on sale 72 h later.",
        "unmapped2": "9 have a status nobody has mapped: “QUAR-2”.",
        "status3": "12 are with a renter, for longer than four in five take (3 days).",
        "kept-off5": "1 is ready, but the mapping of “Ready, hung” keeps them off.",
        "status6": "5 are being processed at the warehouse.",
        "reserve": "5 are kept back from sale.",
        "missing": "3 were not in ACS’s last file.",
    }


def test_the_largest_lever_comes_first_and_what_never_comes_back_is_none():
    found = levers(NOW, OFF, at=NOON, say=str)

    assert [lever.count for lever in found] == sorted((lever.count for lever in found), reverse=True)
    assert 4 not in {lever.status for lever in found}


def test_a_note_says_what_a_status_means_only_where_its_text_does_not():
    notes = {line.label: line.note for line in steps(NOW, OFF, sellable=37)}

    assert (notes["In-Refurbishment"], notes["With customer"], notes["QUAR-2"]) == ("", "with a renter", "not mapped")
