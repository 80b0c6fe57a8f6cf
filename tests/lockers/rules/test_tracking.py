"""Every code of InPost's catalogue means something, and the facts are the same however the events arrive."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockers.rules.tracking import MEANING, Event, event, fold, is_known
from lockers.rules.words import WORDS, in_words
from lockers.states import Carriage

START = datetime(2026, 6, 9, 17, 30, tzinfo=UTC)


def story(*codes: str, hours: int = 1) -> list[Event]:
    """Events an hour apart, the first at START."""
    return [event(f"e{n}#{code}", code, START + timedelta(hours=n * hours)) for n, code in enumerate(codes)]


HAPPY = ("CRE.1001", "FMD.1001", "FMD.1002", "MMD.1001", "MMD.1002", "MMD.1003", "LMD.1001", "LMD.1002", "LMD.1005", "EOL.1002")


def test_all_codes_of_the_catalogue_are_mapped(shared: Path):
    catalogue = json.loads((shared / "data/inpost/tracking_event_catalogue_2026-06.json").read_text())

    codes = [said["code"] for said in catalogue["events"]]

    assert (len(codes), sorted(set(codes) - set(MEANING)), sorted(set(MEANING) - set(codes))) == (119, [], [])


def test_every_code_that_means_something_has_words_and_no_other():
    assert set(WORDS) == set(MEANING)
    assert in_words("LMD.1005") == "put it in the locker and sent the code"
    assert in_words("XXX.0001") == "said something that is not known to us"


def test_a_happy_parcel_is_handed_over_waits_and_is_collected():
    facts = fold(story(*HAPPY))

    assert (facts.carriage, facts.last_code) == (Carriage.COLLECTED, "EOL.1002")
    assert facts.handed_over_at == START + timedelta(hours=2)
    assert (facts.in_locker_at, facts.collect_by) == (START + timedelta(hours=8), START + timedelta(hours=80))
    assert facts.collected_at == START + timedelta(hours=9)


@pytest.mark.parametrize(
    ("codes", "carriage"),
    [
        ((*HAPPY[:9], "LMD.9001"), Carriage.EXPIRING),
        ((*HAPPY[:9], "LMD.9001", "LMD.9002"), Carriage.EXPIRED),
        ((*HAPPY[:9], "LMD.9002", "RTS.1001", "MMD.1001", "LMD.1001"), Carriage.RETURNING),
        ((*HAPPY[:9], "LMD.9002", "RTS.1001", "RTS.1002"), Carriage.RETURNED),
        ((*HAPPY[:8], "LMD.9022"), Carriage.NO_ROOM),
        ((*HAPPY[:8], "LMD.3016"), Carriage.REDIRECTED),
        (("CRE.1001", "FMD.1001", "FMD.9002"), Carriage.TOO_BIG),
        (("CRE.1001", "FMD.1001", "FMD.1012", "FMD.1013"), Carriage.NOT_TAKEN),
        (("CRE.1001", "FMD.1012", "FMD.1002"), Carriage.HANDED_OVER),
        ((*HAPPY[:5], "EOL.9001"), Carriage.LOST),
        ((*HAPPY[:5], "EOL.9001", "MMD.1003"), Carriage.IN_TRANSIT),
        ((*HAPPY[:7], "LMD.9030", "EOL.9002"), Carriage.DAMAGED),
        ((*HAPPY[:9], "INF.9001"), Carriage.IN_LOCKER),
        ((*HAPPY, "LMD.9001", "INF.9001"), Carriage.COLLECTED),
    ],
)
def test_each_script_ends_where_it_should(codes, carriage):
    assert fold(story(*codes)).carriage == carriage


def test_the_clock_starts_again_in_another_locker_and_not_by_a_second_word_of_the_same():
    moved = story(*HAPPY[:8], "LMD.9022", "LMD.3014", "LMD.1005", "LMD.1003")
    moved[9] = event("e9", "LMD.3014", moved[9].happened_at, new_point="UK00000002")

    facts = fold(moved, sent_to="UK00000001")

    assert (facts.carriage, facts.now_at_point, facts.in_locker_at) == (Carriage.IN_LOCKER, "UK00000002", START + timedelta(hours=10))


def test_a_redirect_that_is_cancelled_leaves_nothing():
    on_its_way = [*story(*HAPPY[:8]), event("r", "LMD.3014", START + timedelta(hours=9), new_point="UK00000002")]

    assert fold(on_its_way).now_at_point == "UK00000002"
    assert fold([*on_its_way, event("c", "LMD.3012", START + timedelta(hours=10))]).now_at_point == ""


def test_a_code_that_nobody_told_us_of_is_kept_and_moves_nothing():
    facts = fold([*story(*HAPPY[:3]), event("x", "LMD.7777", START + timedelta(hours=5))])

    assert (facts.carriage, facts.last_code, is_known("LMD.7777")) == (Carriage.HANDED_OVER, "LMD.7777", False)


happened = st.builds(
    lambda n, code, hours, point: event(f"{n}#{code}", code, START + timedelta(hours=hours), point=point, new_point=point),
    st.integers(0, 30),
    st.sampled_from([*MEANING, "ZZZ.1"]),
    st.integers(0, 6),
    st.sampled_from(["", "UK00000001", "UK00000002"]),
)


@given(events=st.lists(happened, max_size=25, unique_by=lambda one: one.event_id), data=st.data())
def test_no_order_of_arrival_and_no_repetition_changes_the_outcome(events, data):
    again = data.draw(st.lists(st.sampled_from(events), max_size=20)) if events else []
    shuffled = data.draw(st.permutations(events + again))

    assert fold(shuffled, sent_to="UK00000001") == fold(events, sent_to="UK00000001")
    assert fold(reversed(events * 3), sent_to="UK00000001") == fold(events, sent_to="UK00000001")
