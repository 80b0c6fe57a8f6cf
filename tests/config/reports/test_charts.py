"""Where the marks of a chart lie, and what it says for whoever does not see it."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis.strategies import floats, integers, lists, none, one_of

from config.reports import charts
from config.reports.charts import BANDS, LINE_TALL, WIDE


def line(*values: float | None, full: float | None = None) -> charts.Chart | None:
    days = [date(2026, 6, 1) + timedelta(days=n) for n in range(len(values))]
    return charts.line("Passed", days, values, lambda day: f"{day.day} June", str, full=full)


def test_bars_are_as_long_as_their_share_of_the_longest():
    chart = charts.bars("Cases", [("A", 40), ("B", 10), ("C", 0)], str)

    assert [mark.width for mark in chart.marks] == [WIDE, WIDE / 4, 0]
    assert chart.description == "Cases: most for A, 40."


def test_only_the_first_twelve_bars_are_drawn_and_that_is_said():
    chart = charts.bars("Cases", [(f"L{n}", 20 - n) for n in range(15)], str)

    assert len(chart.marks) == 12
    assert chart.description.endswith("Of 15 lines the first 12 are drawn.")


def test_a_long_label_is_cut_and_kept_whole_in_its_title():
    [mark] = charts.bars("Cases", [("W" * 60, 1)], str).marks

    assert (len(mark.label), mark.label[-1], mark.title) == (40, "…", "W" * 60 + ": 1")


def test_nothing_is_no_chart():
    assert charts.bars("Cases", [], str) is None
    assert charts.bars("Cases", [("A", 0)], str) is None
    assert line(None, None) is None
    assert charts.heat("Cases", {(1, 9): 0}) is None


def test_a_line_has_a_gap_where_a_day_has_no_value():
    chart = line(0.5, 1.0, None, 0.25, full=1.0)

    assert chart.lines == ("4,48 108,4",)
    assert chart.dots == ((316.0, 70.0),)
    assert chart.ends == ("1 June", "4 June")
    assert chart.description == "Passed: 0.5 on 1 June, 0.25 on 4 June. Lowest 0.25 on 4 June, highest 1.0 on 2 June."


@given(lists(one_of(none(), floats(0, 1e9)), max_size=800))
def test_a_line_stays_inside_its_frame(values):
    chart = line(*values)
    points = [tuple(map(float, point.split(","))) for run in chart.lines for point in run.split()] if chart else []

    assert all(0 <= x <= WIDE and 0 <= y <= LINE_TALL for x, y in [*points, *(chart.dots if chart else ())])
    assert len(points) + len(chart.dots if chart else ()) == sum(value is not None for value in values)


@given(integers(1, 7), integers(0, 23), integers(1, 10**7), integers(1, 10**7))
def test_the_hour_with_the_most_is_the_darkest_and_only_nothing_is_ground(day, hour, count, other):
    counts = {(day, hour): count, (day % 7 + 1, hour): other}
    chart = charts.heat("Cases", counts)
    bands = {mark.title: mark.band for mark in chart.marks}

    assert len(chart.marks) == 7 * 24
    assert max(bands.values()) == BANDS
    assert sum(band > 0 for band in bands.values()) == 2
