"""What every test may ask for: a known instant, the seven known people, shared builders."""

from datetime import UTC, datetime

import pytest


@pytest.fixture
def noon() -> datetime:
    """A Tuesday noon in London summer: 11:00 UTC, five and a half hours before the collection."""
    return datetime(2026, 6, 9, 11, 0, tzinfo=UTC)
