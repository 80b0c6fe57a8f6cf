"""An approval signs the evidence with the journal: what changed between the look and the approval drops out, and the rest goes on."""

from datetime import timedelta

import pytest

from returns.actions import completing, deciding, photos, raising
from returns.models import Photo, WriteOff
from returns.states import Cause
from tests.returns.builders import NOON, make_item, make_write_off, seen
from tests.returns.telling import JPEG

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.mark.parametrize("entered", [{"route": "sold"}, {"reason": "Burnt"}, {"certificate": "RC-1"}])
def test_evidence_that_changed_since_it_was_seen_drops_out_and_the_rest_is_approved(people, entered):
    changed, same = make_write_off(), make_write_off()
    looked_at = seen(changed, same)
    completing.complete(changed.reference, actor=people.warehouse, at=NOON, **entered)

    outcomes = deciding.approve_many(looked_at, actor=people.finance, at=LATER)

    assert [(each.done, each.sentence) for each in outcomes] == [(False, deciding.CHANGED), (True, "Approved. Its journal is posted next.")]


def test_so_does_one_more_photo(people):
    write_off = make_write_off()
    looked_at = seen(write_off)
    photos.add_photo(write_off.item, JPEG, actor=people.warehouse, at=NOON)

    assert deciding.approve_many(looked_at, actor=people.finance, at=LATER)[0].sentence == deciding.CHANGED
    assert deciding.approve_many(seen(write_off), actor=people.finance, at=LATER)[0].done


def test_a_photo_after_the_approval_takes_it_back_before_it_is_posted(people):
    write_off = make_write_off()
    deciding.approve_many(seen(write_off), actor=people.finance, at=LATER)

    photos.add_photo(write_off.item, JPEG, actor=people.warehouse, at=LATER)

    write_off.refresh_from_db()
    assert (write_off.state, write_off.first_by) == ("awaiting_approval", None)
    assert write_off.words.filter(word="voided").exists()


def test_a_photo_of_one_that_was_raised_by_hand_is_signed_too_and_completes_it_at_once(people):
    item = make_item(photos=0, grade=None)
    WriteOff.objects.all().delete()
    write_off = raising.raise_by_hand(item.rfid, reason="Burnt", actor=people.warehouse, at=NOON)
    before = write_off.state

    completing.complete(
        write_off.reference, route="sold", ledger_class="stock", cost_pence=900, source="Register", actor=people.warehouse, at=NOON
    )
    photos.add_photo(item, JPEG, actor=people.warehouse, at=NOON)

    write_off.refresh_from_db()
    assert (write_off.cause, before, write_off.state) == (Cause.MANUAL, "evidence_needed", "awaiting_approval")


def test_where_photos_are_kept_in_another_order_nothing_has_changed(people):
    write_off = make_write_off(photos=2)
    looked_at = seen(write_off)
    kept = list(Photo.objects.order_by("pk").values())
    Photo.objects.all().delete()
    Photo.objects.bulk_create(Photo(**row | {"id": None}) for row in reversed(kept))

    raising.look([write_off.item_id], at=NOON)

    assert seen(write_off) == looked_at


@pytest.mark.parametrize("how", ["rejected", "queried"])
def test_an_approval_sent_again_of_what_was_rejected_or_queried_since_is_not_told_as_done(people, how):
    write_off = make_write_off()
    looked_at = seen(write_off)
    deciding.approve_many(looked_at, actor=people.finance, at=LATER)
    assert deciding.approve_many(looked_at, actor=people.finance, at=LATER)[0].sentence == "You have approved it already."
    if how == "rejected":
        deciding.reject(write_off.reference, reason="repair", actor=people.colleague, at=LATER)
    else:
        deciding.query(write_off.reference, question="Why?", actor=people.colleague, at=LATER)

    [outcome] = deciding.approve_many(looked_at, actor=people.finance, at=LATER)

    assert (outcome.done, outcome.state) == (False, how)
    assert outcome.sentence in ("It was rejected.", "A question about it is open, so it cannot be approved yet.")
