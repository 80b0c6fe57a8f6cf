"""How old may the stock be that numbers are told from?"""

from datetime import UTC, datetime, timedelta

import pytest

from inventory.queries.levels import is_stale

NOON = datetime(2026, 6, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize(("hours", "seconds", "stale"), [(0, 0, False), (26, 0, False), (26, 1, True)])
def test_a_file_is_stale_after_the_hours_of_the_setting(settings, hours, seconds, stale):
    settings.STOCK_STALE_HOURS = 26

    assert is_stale(NOON - timedelta(hours=hours, seconds=seconds), at=NOON) is stale


def test_where_there_was_no_file_everything_is_stale():
    assert is_stale(None, at=NOON)
