"""Each invariant sees the breach it is for, and nothing where all is well."""

from datetime import timedelta

import pytest

from returns.actions import deciding, raising
from returns.invariants import INVARIANTS
from returns.models import Approval, Refund, WriteOff
from returns.states import Grade
from tests.inventory.holding import make_status
from tests.returns.builders import NOON, make_garment, make_grade, make_item, make_write_off, seen
from tests.returns.refunds.due import proposed

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=3)


def broken() -> list[str]:
    return [f"{name[:3]}: {told[-22:].strip()}" for name, find in INVARIANTS for told in find(LATER)]


@pytest.fixture
def write_off(people):
    """One approved by one, where all is well."""
    row = make_write_off()
    deciding.approve_many(seen(row), actor=people.finance, at=NOON)
    assert broken() == []
    return row


def test_a_signature_without_its_word(write_off):
    Approval.objects.all().delete()

    assert broken() == ["I11: a signature is missing"]


def test_a_limit_that_did_not_reach(write_off):
    Approval.objects.update(limit_pence=4_199)

    assert broken() == ["I11: a signature is missing"]


@pytest.mark.parametrize(("place", "other"), [("raised_by", "first_for"), ("second_by", "first_for"), ("valued_by", "second_for")])
def test_somebody_with_two_parts(write_off, people, place, other):
    WriteOff.objects.update(**{place: people.manager, other: people.manager})

    assert "I11: has another part in it" in broken()


@pytest.mark.parametrize(("place", "other"), [("proposed_by", "first_for"), ("first_for", "decided_by"), ("first_by", "decided_for")])
def test_somebody_with_two_parts_in_a_refund(write_off, people, place, other):
    proposed(at=LATER)
    Refund.objects.update(**{place: people.manager, other: people.manager})

    assert broken() == ["I11: has another part in it"]


def test_a_journal_that_does_not_balance(write_off):
    write_off.lines[0]["debit_pence"] += 1
    WriteOff.objects.update(lines=write_off.lines)

    assert broken()[0].endswith("does not balance")


def test_a_grade_that_nobody_followed(write_off):
    make_item(at=NOON)

    assert broken()[0].endswith("nobody wrote it off")


def test_a_write_off_that_outlived_its_grade(write_off):
    WriteOff.objects.filter(pk=write_off.pk).update(state="queried")
    write_off.item.grade = make_grade(Grade.A, "A")
    write_off.item.save()

    assert broken()[0].endswith("graded otherwise")


def test_a_garment_that_may_be_sold_although_it_is_written_off(write_off):
    make_garment(write_off.rfid, status=make_status(), at=NOON - timedelta(days=2))
    assert broken()[0].endswith("may be sold")

    raising.look_again(at=LATER)

    assert WriteOff.objects.exclude(state="approved").exists() is False
    assert broken() == []
