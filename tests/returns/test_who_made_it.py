"""Whoever completed a write-off, or brought a photo of it, is part of making it and does not approve it: by rule, and by the database."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from returns.actions import completing, deciding, delegating, photos
from returns.invariants import nobody_approves_what_is_theirs
from returns.models import WriteOff
from returns.queries import authority
from tests.returns.builders import NOON, make_write_off, seen
from tests.returns.telling import JPEG

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
YOURS = "You added evidence to it, so someone else must approve it."


def approve(write_off, actor):
    return deciding.approve_many(seen(write_off), actor=actor, at=LATER)[0]


@pytest.mark.parametrize("entered", [{"route": "sold"}, {"reason": "Burnt"}, {"certificate": "RC-1"}, {"repair_pence": 4_000}])
def test_who_completes_it_does_not_approve_it_and_a_colleague_does(people, entered):
    write_off = make_write_off()
    completing.complete(write_off.reference, actor=people.finance, at=NOON, **entered)

    outcome = approve(write_off, people.finance)

    assert (outcome.done, outcome.sentence) == (False, YOURS)
    assert approve(write_off, people.colleague).done


def test_nor_does_who_completed_it_before_somebody_else_did(people):
    write_off = make_write_off()
    completing.complete(write_off.reference, route="sold", actor=people.finance, at=NOON)
    completing.complete(write_off.reference, route="donated", actor=people.warehouse, at=NOON)

    assert approve(write_off, people.finance).sentence == YOURS


def test_nor_does_who_brought_its_only_photo(people):
    write_off = make_write_off(photos=0)
    photos.add_photo(write_off.item, JPEG, actor=people.finance, at=NOON)

    outcome = approve(write_off, people.finance)

    assert (outcome.done, outcome.sentence) == (False, YOURS)
    assert approve(write_off, people.colleague).done


def test_nor_as_the_second_nor_for_somebody_who_did(people):
    write_off = make_write_off(60_000, photos=2)
    completing.complete(write_off.reference, route="sold", actor=people.finance, at=NOON)
    approve(write_off, people.manager)
    day = NOON.date()
    delegating.delegate(taker=people.colleague, limit_pence=9_000, from_day=day, to_day=day, reason="Away", actor=people.finance, at=NOON)

    assert approve(write_off, people.finance).sentence == YOURS
    assert WriteOff.objects.get().state == "awaiting_second"


def test_what_the_first_approver_adds_takes_their_approval_back(people):
    write_off = make_write_off(60_000, photos=2)
    approve(write_off, people.manager)

    completing.complete(write_off.reference, repair_pence=70_000, actor=people.manager, at=LATER)

    write_off.refresh_from_db()
    assert (write_off.state, write_off.first_by, write_off.evidence_by) == ("awaiting_approval", None, people.manager)


def test_a_photo_that_comes_after_the_approval_while_it_is_posted_makes_nobody_part_of_it(people):
    write_off = make_write_off()
    approve(write_off, people.finance)
    WriteOff.objects.update(state="posting")
    photos.add_photo(write_off.item, JPEG, actor=people.finance, at=LATER + timedelta(minutes=1))
    write_off.refresh_from_db()

    assert authority.no_longer_approved([write_off], at=LATER) == {}
    assert nobody_approves_what_is_theirs(LATER) == []


@pytest.mark.parametrize("place", ["first_by", "second_by"])
def test_the_database_keeps_them_apart_whatever_the_code_does(people, place):
    write_off = make_write_off()
    WriteOff.objects.update(evidence_by=people.finance)

    with pytest.raises(IntegrityError), transaction.atomic():
        WriteOff.objects.filter(pk=write_off.pk).update(**{place: people.finance})
