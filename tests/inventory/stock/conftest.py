"""A folder into which ACS drops its stock files."""

from pathlib import Path

import pytest

from tests.inventory.stock.files import Drop


@pytest.fixture
def drop(db, tmp_path: Path) -> Drop:
    return Drop(tmp_path)
