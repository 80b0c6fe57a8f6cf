"""A folder into which ACS drops its stock files."""

from pathlib import Path

import pytest

from tests.inventory.stock.files import Drop
from tests.partners.conftest import migrated, processes  # noqa: F401 - fixtures


@pytest.fixture
def drop(db, tmp_path: Path) -> Drop:
    return Drop(tmp_path)
