"""Whatever a count does, a channel hears of it at most five times."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from exceptions_queue.rules import Step, next_step
from exceptions_queue.rules.alerts import GROWTH, MOST_UPDATES, Told

NOW = timedelta(minutes=30)


def said_of(counts: list[int], *, quiet: bool = False) -> list[Step]:
    """What one channel hears while the count goes through `counts`; nought is the end."""
    told, said = None, list[Step]()
    for count in counts:
        step = next_step(is_open=count > 0, age=NOW, delay=timedelta(), count=count, told=told, quiet=quiet)
        if step:
            said.append(step)
            told = Told(count, (told.updates if told else 0) + (step == Step.GREW))
        if step == Step.OVER:
            break
    return said


@given(st.lists(st.integers(min_value=0, max_value=10_000)))
def test_it_is_raised_once_grows_three_times_and_ends_once(counts):
    said = said_of(counts)

    assert said.count(Step.RAISED) <= 1
    assert said.count(Step.GREW) <= MOST_UPDATES
    assert said.count(Step.OVER) <= 1
    assert said[:1] in ([], [Step.RAISED])


@given(st.lists(st.integers(min_value=1, max_value=10_000), min_size=1))
def test_growth_is_told_only_at_five_times_what_was_told_last(counts):
    said = said_of([counts[0], counts[0] * GROWTH - 1])

    assert said == [Step.RAISED]


@given(st.lists(st.integers(min_value=0, max_value=10_000)))
def test_nothing_is_raised_in_a_quiet_time(counts):
    assert said_of(counts, quiet=True) == []


def test_what_was_raised_before_a_quiet_time_still_ends_in_it():
    step = next_step(is_open=False, age=NOW, delay=timedelta(), count=0, told=Told(7, 0), quiet=True)

    assert step == Step.OVER


def test_a_channel_waits_its_time_before_it_speaks():
    waiting = next_step(is_open=True, age=timedelta(minutes=4), delay=timedelta(minutes=5), count=9, told=None, quiet=False)
    due = next_step(is_open=True, age=timedelta(minutes=5), delay=timedelta(minutes=5), count=9, told=None, quiet=False)

    assert (waiting, due) == (None, Step.RAISED)
