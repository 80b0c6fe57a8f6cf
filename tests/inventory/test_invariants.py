"""What a person entered is always in the audit log."""

from datetime import datetime

import pytest

from inventory.actions import set_size
from inventory.invariants import INVARIANTS
from tests.inventory.builders import make_product

pytestmark = pytest.mark.django_db


def breaches(at: datetime) -> list[str]:
    return [breach for _, check in INVARIANTS for breach in check(at)]


def test_corrections_and_files_hold(noon: datetime):
    make_product("FILE-1")
    set_size("DESK-1", length_mm=1, width_mm=1, height_mm=1, weight_g=1, actor="system:test", at=noon)

    assert breaches(noon) == []


def test_a_silent_correction_is_named(noon: datetime):
    make_product("DESK-1", source="desk")

    assert breaches(noon) == ["DESK-1 was corrected at the desk and no audit row says by whom"]
