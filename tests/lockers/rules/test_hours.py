"""Opening hours as people say them."""

from hypothesis import given
from hypothesis import strategies as st

from lockers.rules.hours import DAY_AND_NIGHT, DAYS, hours_in_words

EIGHT_TO_EIGHT = [{"start": 480, "end": 1200}]
spans = st.lists(st.fixed_dictionaries({"start": st.integers(0, 1440), "end": st.integers(0, 1440)}), max_size=3)
weeks = st.dictionaries(st.sampled_from(DAYS), spans, max_size=7)


def test_days_alike_are_said_together():
    week = dict.fromkeys(DAYS[:6], EIGHT_TO_EIGHT) | {"sunday": [{"start": 600, "end": 960}]}

    assert hours_in_words(False, week) == "Mon to Sat 08:00–20:00, Sun 10:00–16:00"


def test_a_day_that_the_feed_leaves_out_is_not_bridged():
    assert hours_in_words(False, {"monday": EIGHT_TO_EIGHT, "wednesday": EIGHT_TO_EIGHT}) == "Mon 08:00–20:00, Wed 08:00–20:00"


def test_closed_day_and_night_and_not_said():
    assert hours_in_words(False, {"sunday": []}) == "Sun closed"
    assert hours_in_words(True, None) == DAY_AND_NIGHT
    assert (hours_in_words(False, None, " 24/7 "), hours_in_words(False, {}, "")) == ("24/7", "hours not said")


@given(weeks)
def test_every_day_of_the_feed_is_said_once(week):
    said = hours_in_words(False, week)

    named = sum(_days_in(part) for part in said.split(", ") if part[:3].lower() in {day[:3] for day in DAYS})
    assert named == len(week)


def _days_in(part: str) -> int:
    short = [day[:3].capitalize() for day in DAYS]
    words = part.split(" ")
    return short.index(words[2]) - short.index(words[0]) + 1 if words[1] == "to" else 1
