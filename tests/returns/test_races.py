"""Two people, or two processes, at the same instant: the database decides, and the other reads why not."""

from datetime import timedelta

import pytest

from exceptions_queue.models import AuditEntry
from returns.actions import deciding, drafting, raising
from returns.actions.outcomes import Refused
from returns.models import Approval, WriteOff
from tests.returns.builders import NOON, make_accounts, make_item, make_people, make_write_off, seen

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def people():
    make_accounts()
    return make_people()


def test_of_two_approvers_at_once_one_approves_and_the_other_reads_that_it_is_done(people, race):
    write_off = make_write_off()
    signed, outcomes = seen(write_off), []

    race(lambda who: outcomes.extend(deciding.approve_many(signed, actor=who, at=LATER)), [people.finance, people.colleague])

    assert sorted((each.done, each.sentence) for each in outcomes) == [
        (False, "It is approved already."),
        (True, "Approved. Its journal is posted next."),
    ]
    assert Approval.objects.count() == AuditEntry.objects.filter(verb="write-off approved").count() == 1


def test_where_two_are_needed_two_at_once_are_the_first_and_the_second(people, race):
    write_off = make_write_off()
    WriteOff.objects.update(needs_second=True)
    signed, outcomes = seen(write_off), []

    race(lambda who: outcomes.extend(deciding.approve_many(signed, actor=who, at=LATER)), [people.finance, people.colleague])

    standing = WriteOff.objects.get()
    assert sorted(each.state for each in outcomes) == ["approved", "awaiting_second"]
    assert {standing.first_by_id, standing.second_by_id} == {people.finance.pk, people.colleague.pk}


def test_one_person_twice_at_once_is_never_first_and_second(people, race):
    write_off = make_write_off()
    WriteOff.objects.update(needs_second=True)
    signed = seen(write_off)

    race(lambda who: deciding.approve_many(signed, actor=who, at=LATER), [people.finance, people.finance])

    assert (WriteOff.objects.get().state, Approval.objects.count()) == ("awaiting_second", 1)


def test_an_approval_and_a_rejection_at_once_are_one_of_the_two(people, race):
    write_off = make_write_off()
    signed = seen(write_off)

    def act(how: str) -> None:
        if how == "reject":
            deciding.reject(write_off.reference, reason="repair", actor=people.colleague, at=LATER)
        elif not deciding.approve_many(signed, actor=people.finance, at=LATER)[0].done:
            raise Refused("not done")

    ended = dict(zip(("approve", "reject"), race(act, ["approve", "reject"]), strict=True))

    # Approved first it may still be rejected, before its journal is on its way.
    assert ended["reject"] == "ok"
    assert WriteOff.objects.get().state == "rejected"


def test_the_same_grade_looked_at_by_several_at_once_raises_one(people, race):
    items = [make_item(rfid=f"E{number}") for number in range(3)]
    ids = [item.pk for item in items]

    assert race(lambda _: raising.look(ids, at=LATER), range(4)) == ["ok"] * 4

    assert (WriteOff.objects.count(), AuditEntry.objects.filter(verb="write-off raised").count()) == (3, 3)


def test_different_garments_raised_at_once_all_get_a_number_of_their_own(people, race):
    items = [make_item(rfid=f"E{number}") for number in range(4)]

    assert race(lambda item: raising.look([item.pk], at=LATER), items) == ["ok"] * 4

    assert len(set(WriteOff.objects.values_list("reference", flat=True))) == 4


def test_two_who_draft_what_was_split_lock_it_in_one_order_and_neither_is_sent_away(people, race):
    """Each drafts one of two and would mark the other: one after the other they would wait in a circle."""
    rows = [make_write_off(9_000, sku="SAME") for _ in range(12)]
    WriteOff.objects.update(needs_second=False)
    ids = [row.pk for row in rows]

    for _ in range(3):
        outcomes = race(lambda some: drafting.redraft(some, at=LATER), [ids[::2], ids[1::2], ids[::-3], ids[:2]])
        assert outcomes == ["ok"] * 4
        assert set(WriteOff.objects.values_list("needs_second", flat=True)) == {True}
        WriteOff.objects.update(needs_second=False)
