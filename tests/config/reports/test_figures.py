"""Every figure of every report equals a count in plain SQL of the same rows."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from config.reports import acs, checkout, collections, cutoffs, first_pass, fixing, lockers, stock, stopped, write_offs
from config.reports.period import Period
from config.reports.registry import REPORTS
from config.reports.shape import Answer, Table
from tests.config.reports.world import FIRST, LAST, ask, make_world, number

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
PERIOD = Period(FIRST, LAST)
FROM, TO = datetime(2026, 5, 11, tzinfo=LONDON), datetime(2026, 6, 10, tzinfo=LONDON)
SCOPE = "('VAL-MOB-FORMAT', 'LOC-CLOSED', 'VAL-DIM-MISSING')"
FIRST_WORD = """
    FROM orders_gatedecision d JOIN orders_order o ON o.id = d.order_id
    WHERE d.gate = 'release' AND o.placed_at >= %s AND o.placed_at < %s
      AND d.id = (SELECT min(e.id) FROM orders_gatedecision e WHERE e.order_id = o.id AND e.gate = 'release')
"""


@pytest.fixture(autouse=True)
def world():
    make_world()


def figures(answer: Answer) -> dict[str, Any]:
    return {figure.label: figure.value for figure in answer.figures}


def table(answer: Answer, key: str) -> list[tuple[Any, ...]]:
    [found] = [table for table in answer.tables if table.key == key]
    return [row.values for row in found.rows]


def day_of(day: date) -> tuple[datetime, datetime]:
    """A London day's two midnights, worked out apart from the report."""
    after = day + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=LONDON), datetime(after.year, after.month, after.day, tzinfo=LONDON)


def seconds() -> str:
    if connection.vendor == "postgresql":
        return "extract(epoch FROM closed_at - opened_at) - waited_s"
    return "strftime('%%s', closed_at) - strftime('%%s', opened_at) - waited_s"


def test_first_time_pass():
    answer = first_pass.run(PERIOD)
    orders, passed = number(f"SELECT count(*) {FIRST_WORD}", FROM, TO), number(f"SELECT count(*) {FIRST_WORD} AND d.passed", FROM, TO)

    assert figures(answer) == {"Passed at once": passed / orders, "Orders validated": orders, "Stopped at first": orders - passed}
    assert 0 < passed < orders
    for day, count, good, stopped_, _ in table(answer, "days"):
        assert count == number(f"SELECT count(*) {FIRST_WORD}", *day_of(day))
        assert (good, stopped_) == (number(f"SELECT count(*) {FIRST_WORD} AND d.passed", *day_of(day)), count - good)


def test_stopped_before_release_beside_failed_at_the_label():
    answer = stopped.run(PERIOD)
    cases = "SELECT count(*) FROM exceptions_queue_exceptioncase WHERE opened_at >= %s AND opened_at < %s"
    before, failed = number(f"{cases} AND code IN {SCOPE}", FROM, TO), number(f"{cases} AND code = 'LBL-FAILED'", FROM, TO)
    released = number("SELECT count(*) FROM orders_order WHERE released_at >= %s AND released_at < %s", FROM, TO)

    assert figures(answer) == {
        "Stopped before release": before,
        "Failed at the label": failed,
        "Orders released": released,
        "Label failures per 1,000 released": round(failed * 1_000 / released, 1),
    }
    grouped = "SELECT code, count(*), sum(CASE WHEN state = 'open' THEN 1 ELSE 0 END) FROM exceptions_queue_exceptioncase"
    by_code = ask(f"{grouped} WHERE opened_at >= %s AND opened_at < %s AND code IN {SCOPE} GROUP BY code", FROM, TO)
    assert sorted((n, still) for _, n, _, still, _ in table(answer, "stopped")) == sorted((n, still) for _, n, still in by_code)
    assert [row[0] for row in table(answer, "failed")] == ["InPost names something to put right: phone"]


def test_time_to_fix():
    answer = fixing.run(PERIOD)
    took = f"SELECT {seconds()} FROM exceptions_queue_exceptioncase WHERE state <> 'open' AND closed_at >= %s AND closed_at < %s"  # noqa: S608

    def at(part: float, owner: str = "") -> float:
        of = f" AND owner = '{owner}'" if owner else ""
        count = number(took.replace(seconds(), "count(*)") + of, FROM, TO)
        place = -(-count * round(part * 10) // 10) - 1
        return float(number(f"{took}{of} ORDER BY 1 LIMIT 1 OFFSET {place}", FROM, TO))

    told = figures(answer)
    assert (told["Half were fixed within"], told["Nine in ten within"]) == pytest.approx((at(0.5), at(0.9)), abs=1)
    for desk, count, half, most in table(answer, "desks"):
        owner = {"CX": "cx", "Warehouse": "warehouse", "Merchandising": "merchandiser", "Integration admin": "integration"}[desk]
        assert count == number(took.replace(seconds(), "count(*)") + f" AND owner = '{owner}'", FROM, TO)
        assert (half, most) == pytest.approx((at(0.5, owner), at(0.9, owner)), abs=1)


def test_the_hours_of_the_week():
    answer = fixing.run(PERIOD)
    opened = ask("SELECT opened_at FROM exceptions_queue_exceptioncase WHERE opened_at >= %s AND opened_at < %s", FROM, TO)
    there = [(one if one.tzinfo else one.replace(tzinfo=UTC)).astimezone(LONDON) for (one,) in opened]

    told = {(day, row[0]): row[day] for row in table(answer, "hours") for day in range(1, 8)}
    assert {key: n for key, n in told.items() if n} == {
        (day, f"{hour:02}:00"): n
        for day in range(1, 8)
        for hour in range(24)
        if (n := sum((one.isoweekday(), one.hour) == (day, hour) for one in there))
    }
    assert figures(answer)["Cases opened"] == len(there)


def test_cut_offs():
    answer = cutoffs.run(PERIOD)
    gone = """SELECT count(*) FROM lockers_parcel p JOIN lockers_manifest m ON m.id = p.manifest_id
        WHERE p.state = 'manifested' AND m.state = 'closed' AND m.collection_on BETWEEN %s AND %s"""
    missed = "SELECT count(*) FROM exceptions_queue_exceptioncase WHERE code = 'MAN-MISSED' AND opened_at >= %s AND opened_at < %s"
    closed = "SELECT count(*) FROM exceptions_queue_exceptioncase WHERE state <> 'open' AND closed_at >= %s AND closed_at < %s"
    made, late = number(gone, FIRST, LAST), number(missed, FROM, TO)

    assert figures(answer) == {
        "Made their collection": made / (made + late),
        "Parcels collected": made,
        "Orders that missed it": late,
        "Cases closed in time": number(f"{closed} AND closed_at <= due_at", FROM, TO) / number(closed, FROM, TO),
    }
    for day, went, missing, _ in table(answer, "days"):
        assert (went, missing) == (number(gone, day, day), number(missed, *day_of(day)))


def test_lockers():
    answer = lockers.run(PERIOD)
    made = "FROM lockers_parcel WHERE state <> 'void' AND created_at >= %s AND created_at < %s"
    moved, expired = (
        "(carriage = 'redirected' OR now_at_point <> '')",
        "(carriage = 'expired' OR carriage IN ('returning', 'returned') AND in_locker_at IS NOT NULL AND collected_at IS NULL)",
    )
    closed = "SELECT count(*) FROM exceptions_queue_exceptioncase WHERE code = 'LOC-CLOSED' AND opened_at >= %s AND opened_at < %s"

    assert figures(answer) == {
        "Parcels": number(f"SELECT count(*) {made}", FROM, TO),
        "Redirected": number(f"SELECT count(*) {made} AND {moved}", FROM, TO),
        "Expired": number(f"SELECT count(*) {made} AND {expired}", FROM, TO),
        "Orders whose locker closed": number(closed, FROM, TO),
    }
    for point, count, moved_, expired_, closed_, _ in table(answer, "lockers"):
        of = f"AND point_id = '{point}'"
        assert count == number(f"SELECT count(*) {made} {of}", FROM, TO)
        assert moved_ == number(f"SELECT count(*) {made} AND {moved} {of}", FROM, TO)
        assert expired_ == number(f"SELECT count(*) {made} AND {expired} {of}", FROM, TO)
        assert closed_ == number(f"{closed} AND locker_id = '{point}'", FROM, TO)


def test_the_scorecard_of_acs():
    answer = acs.run(PERIOD)
    left = "FROM inventory_garmentchange WHERE event = 'status' AND at >= %s AND at < %s"
    opened = "SELECT count(*) FROM exceptions_queue_exceptioncase WHERE opened_at >= %s AND opened_at < %s AND code = "
    told = figures(answer)

    assert told["Short picks"] == number(f"{opened} 'ORD-SHORT'", FROM, TO)
    assert told["Stock files late"] == number(f"{opened} 'STK-FEED-LATE'", FROM, TO)
    assert told["Garments gone from the file"] == number(f"SELECT count(*) {left.replace('status', 'missing')}", FROM, TO)
    stay = (
        "extract(epoch FROM at - since_before)"
        if connection.vendor == "postgresql"
        else "strftime('%%s', at) - strftime('%%s', since_before)"
    )
    assert told["Average time in a state"] == pytest.approx(float(number(f"SELECT avg({stay}) {left}", FROM, TO)), abs=1)
    for state, count, average, longest in table(answer, "states"):
        [plain] = ask(f"SELECT count(*), avg({stay}), max({stay}) {left} AND was = %s", FROM, TO, state)
        assert (count, average, longest) == (plain[0], pytest.approx(float(plain[1]), abs=1), pytest.approx(float(plain[2]), abs=1))


def test_stock_as_each_day_ended():
    answer = stock.run(PERIOD)
    standing = """SELECT sum(on_hand), sum(waiting), sum(reserve), sum(on_hand - for_sale), sum(sellable), sum(for_sale)
        FROM inventory_stockday s WHERE "on" = (SELECT max("on") FROM inventory_stockday WHERE sku = s.sku AND "on" <= %s)"""
    oversold = "SELECT count(*) FROM exceptions_queue_exceptioncase WHERE code = 'STK-OVERSOLD' AND opened_at >= %s AND opened_at < %s"
    rows = table(answer, "days")

    assert [row[0] for row in rows] == PERIOD.days[::-1]
    for day, *counters, cases in rows:
        assert counters == list(ask(standing, day)[0][:5])
        assert cases == number(oversold, *day_of(day))
    [(_, waiting, reserve, _, sellable, for_sale)] = ask(standing, LAST)
    assert figures(answer) == {
        "Withheld on the last day": waiting + reserve,
        "Share of what could be sold": (waiting + reserve) / for_sale,
        "Sellable on the last day": sellable,
        "Oversold, cases opened": number(oversold, FROM, TO),
    }


def test_checkout_refusals():
    answer = checkout.run(PERIOD)
    refused = "FROM orders_checkoutrefusal WHERE day BETWEEN %s AND %s"

    assert figures(answer) == {
        "Baskets kept out of lockers": number(f"SELECT sum(carts) {refused}", FIRST, LAST),
        "SKUs to blame": number(f"SELECT count(DISTINCT sku) {refused} AND sku <> ''", FIRST, LAST),
        "For want of a size or weight": number(f"SELECT sum(carts) {refused} AND code = 'VAL-DIM-MISSING'", FIRST, LAST),
    }
    grouped = ask(f"SELECT sku, sum(carts) {refused} GROUP BY sku, code", FIRST, LAST)
    assert sorted((row[0], row[2]) for row in table(answer, "skus")) == sorted((sku or checkout.WHOLE, n) for sku, n in grouped)
    assert sorted(table(answer, "days")) == sorted(
        (day if isinstance(day, date) else date.fromisoformat(day), n)
        for day, n in ask(f"SELECT day, sum(carts) {refused} GROUP BY day", FIRST, LAST)
    )


def test_write_offs():
    answer = write_offs.run(PERIOD)
    written = "FROM returns_writeoff WHERE state NOT IN ('rejected', 'reversed') AND happened_on BETWEEN %s AND %s"
    garments = number(f"SELECT count(*) {written}", FIRST, LAST)

    assert figures(answer) == {
        "Garments written off": garments,
        "Carrying value": number(f"SELECT sum(carrying_pence) {written}", FIRST, LAST),
        "In the ledger": number(f"SELECT count(*) {written} AND state IN ('posted', 'verified')", FIRST, LAST) / garments,
        "Value not known": number(f"SELECT count(*) {written} AND carrying_pence IS NULL", FIRST, LAST),
    }
    of_ganni = f"SELECT count(*) {written} AND sku IN (SELECT sku FROM inventory_product WHERE brand = 'Ganni')"  # noqa: S608
    assert sum(row[3] for row in table(answer, "brands") if row[0] == "Ganni") == number(of_ganni, FIRST, LAST)


def test_the_funnel():
    answer = collections.run(PERIOD)
    made = "SELECT count(*) FROM lockers_parcel WHERE state <> 'void' AND created_at >= %s AND created_at < %s"
    steps = ["labelled_at", "manifested_at", "handed_over_at", "in_locker_at", "collected_at"]
    reached = [number(made, FROM, TO), *(number(f"{made} AND {step} IS NOT NULL", FROM, TO) for step in steps)]

    assert [row[1] for row in table(answer, "steps")] == reached
    assert figures(answer) == {
        "Collected": reached[-1] / reached[0],
        "Parcels made": reached[0],
        "Not collected in time": number(f"{made} AND carriage = 'expired'", FROM, TO),
        "Coming back or returned": number(f"{made} AND carriage IN ('returning', 'returned')", FROM, TO),
    }


@pytest.mark.parametrize("key", REPORTS)
def test_a_chart_says_in_words_what_it_shows_and_has_its_table_beneath(key):
    drawn = [table for table in REPORTS[key].run(PERIOD).tables if table.chart]

    assert drawn
    for shown in drawn:
        assert shown.chart.title
        assert len(shown.chart.description) > len(shown.chart.title)
        assert shown.rows


@pytest.mark.parametrize("key", REPORTS)
def test_days_without_anything_answer_with_nothing(key):
    quiet = Period(date(2031, 1, 1), date(2031, 1, 30))
    answer = REPORTS[key].run(quiet)

    assert [table.chart for table in answer.tables if table.chart and key != "stock"] == []
    assert all(not figure.value for figure in answer.figures if key != "stock")
    assert all(rows_are_empty(table) for table in answer.tables if key != "stock")


def rows_are_empty(table: Table) -> bool:
    return not any(value for row in table.rows for value in row.values[1:] if not isinstance(value, str))


@pytest.mark.parametrize("key", REPORTS)
def test_two_years_are_answered_too(key):
    answer = REPORTS[key].run(Period(date(2024, 7, 1), date(2026, 6, 30)))

    assert any(figure.value for figure in answer.figures)
