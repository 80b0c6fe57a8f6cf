"""Ex-hired without a reason: nobody graded it out of use, and nobody decided about it."""

from datetime import timedelta

import pytest

from inventory.models import Garment
from returns.models import WriteOff
from returns.queries import ex_hired
from tests.inventory.builders import LONG_AGO, make_garments
from tests.returns.telling import make_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def garment() -> Garment:
    return make_garments("DRS-1", raw="Ex-hired")[0]


def write_off(garment: Garment, state: str, raised_days: int = 1) -> None:
    then = LONG_AGO + timedelta(days=raised_days)
    WriteOff.objects.create(
        reference="BER-260602-00001", rfid=garment.rfid, cause="manual", state=state, happened_on=then.date(), raised_at=then
    )


def test_the_longest_standing_come_first():
    young, old = make_garments("DRS-1", raw="Ex-hired", since=LONG_AGO + timedelta(days=1)) + make_garments("DRS-2", raw="Ex-hired")
    make_garments("DRS-3")

    assert [(each.rfid, each.sku) for each in ex_hired()] == [(old.rfid, "DRS-2"), (young.rfid, "DRS-1")]
    assert len(ex_hired(limit=1)) == 1


@pytest.mark.parametrize(("raw", "count"), [("BER", 0), ("Lost", 0), ("A", 1), ("BER?", 1), ("", 1)])
def test_only_a_grade_out_of_use_is_a_reason(garment: Garment, raw: str, count: int):
    make_item(raw=raw, rfid=garment.rfid)

    assert len(ex_hired()) == count


@pytest.mark.parametrize(("state", "days", "count"), [("awaiting_approval", 1, 0), ("rejected", 1, 0), ("rejected", -1, 1)])
def test_a_write_off_that_is_open_or_was_decided_since_is_an_answer(garment: Garment, state: str, days: int, count: int):
    write_off(garment, state, days)

    assert len(ex_hired()) == count


def test_a_garment_that_is_missing_is_no_candidate(garment: Garment):
    Garment.objects.update(missing_since=LONG_AGO, missing_files=1)

    assert ex_hired() == []
