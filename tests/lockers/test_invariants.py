"""Each invariant holds on a good mirror and names the point that breaks it."""

from datetime import datetime

import pytest

from lockers.invariants import INVARIANTS
from lockers.sync import apply_points
from tests.lockers.builders import LONG_AGO, feed_record, make_point, page_of

pytestmark = pytest.mark.django_db


def breaches(at: datetime) -> list[str]:
    return [breach for _, check in INVARIANTS for breach in check(at)]


def test_what_the_feed_wrote_holds(noon: datetime):
    apply_points(page_of(feed_record("UK1"), feed_record("UK2", status="Disabled"), feed_record("UK3", type=["pok"])), noon)
    make_point("UK4", gone_at=LONG_AGO, missing_crawls=2, may_receive=False)

    assert breaches(noon) == []


@pytest.mark.parametrize(
    "columns",
    [
        {"status": "Disabled"},
        {"may_receive": False},
        {"gone_at": LONG_AGO, "missing_crawls": 2},
        {"gone_at": LONG_AGO, "missing_crawls": 1, "may_receive": False},
        {"missing_crawls": 2},
    ],
)
def test_a_breach_names_the_point(columns: dict[str, object], noon: datetime):
    make_point("UK00000001")
    make_point("UK00000002", **columns)

    assert [breach.split()[0] for breach in breaches(noon)] == ["UK00000002"]
