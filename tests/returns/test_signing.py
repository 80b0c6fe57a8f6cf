"""Signing a month off and opening it again: on the figures that were seen, in order, by who may, with a reason for what is left."""

from datetime import UTC, date, datetime, timedelta

import pytest

from exceptions_queue.models import AuditEntry
from returns.actions import raising, signing
from returns.actions.outcomes import Refused
from returns.models import Journal, PeriodSignOff, WriteOff
from returns.queries.month_end import months
from returns.queries.month_end.figures import beside, figures
from returns.queries.periods import closed_to
from returns.states import JournalState
from tests.returns.builders import People, make_cost
from tests.returns.builders import make_item as graded_item
from tests.returns.of_a_month import APRIL, IN_MAY, JUNE, MAY, NOW, posted, read_the_ledger, seen, sign
from tests.returns.written_off import make_write_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def may(people: People) -> People:
    """May in order: two posted and verified, and the ledger read since."""
    posted(1, people.finance)
    posted(2, people.finance, pence=1_000)
    read_the_ledger()
    return people


def test_a_month_in_order_is_signed_with_the_figures_that_were_seen(may: People):
    looked = figures(MAY, at=NOW)

    made = sign(may)

    assert (made.figures["seen"], made.figures_hash, made.signed_by) == (looked.seen, looked.hash, may.manager)
    assert made.figures["ledger_read_at"] == NOW.isoformat()
    entry = AuditEntry.objects.get(verb="month signed off")
    assert (entry.subject_label, entry.after["figures_hash"]) == ("May 2026", looked.hash)
    assert closed_to() == date(2026, 5, 31)


def test_figures_that_changed_meanwhile_are_looked_at_again(may: People):
    looked = seen()
    posted(3, may.finance)

    with pytest.raises(Refused, match="have changed since"):
        signing.sign(MAY, seen=looked, actor=may.manager, at=NOW)
    assert not PeriodSignOff.objects.exists()


def test_one_for_another_of_the_same_value_is_a_change_too(may: People):
    one = make_write_off(7, at=IN_MAY)
    looked = seen()
    one.delete()
    make_write_off(8, at=IN_MAY)

    with pytest.raises(Refused, match="have changed since"):
        signing.sign(MAY, seen=looked, actor=may.manager, at=NOW, reason="Late photos")


@pytest.mark.parametrize("state", [JournalState.POSTED, JournalState.DRIFTED, JournalState.SENDING, JournalState.UNKNOWN])
def test_nothing_is_signed_over_a_journal_that_has_not_settled(may: People, state: JournalState):
    Journal.objects.filter(external_id="x-1").update(state=state, verified_at=None)

    with pytest.raises(Refused, match=r"not verified|on the way"):
        sign(may)


def test_what_is_left_is_signed_over_with_a_reason_and_its_accrual_is_kept(may: People):
    make_write_off(7, at=IN_MAY, pence=4_000)
    with pytest.raises(Refused) as refused:
        sign(may, reason=" ")
    assert refused.value.field == "reason"

    made = sign(may, reason="ACS sends the photos on Friday")

    assert (made.figures["reason"], made.figures["seen"]["accrual"]["pence"]) == ("ACS sends the photos on Friday", 4_000)
    assert AuditEntry.objects.get(verb="month signed off").reason == "ACS sends the photos on Friday"


def test_months_are_signed_in_order_and_opened_from_the_last(may: People):
    posted(9, may.finance, at=datetime(2026, 4, 20, 9, 0, tzinfo=UTC))
    with pytest.raises(Refused, match="April 2026 comes first"):
        sign(may)

    sign(may, APRIL)
    sign(may)
    with pytest.raises(Refused, match="May 2026 is signed off after it"):
        signing.reopen(APRIL, reason="Wrong", actor=may.manager, at=NOW)

    signing.reopen(MAY, reason="Wrong", actor=may.manager, at=NOW)
    signing.reopen(APRIL, reason="Wrong", actor=may.manager, at=NOW)
    assert closed_to() is None


def test_a_month_that_runs_is_not_signed(may: People):
    last_evening = datetime(2026, 5, 31, 22, 30, tzinfo=UTC)  # half past eleven in London
    with pytest.raises(Refused, match="has not ended"):
        sign(may, at=last_evening)

    assert sign(may, at=last_evening + timedelta(hours=1)).month == MAY


def test_a_second_signature_is_told_of_the_first(may: People):
    sign(may)

    with pytest.raises(Refused, match="has signed May 2026 off already"):
        sign(may)


def test_who_may_not_neither_signs_nor_opens(may: People):
    with pytest.raises(Refused, match="role"):
        signing.sign(MAY, seen=seen(), actor=may.finance, at=NOW)
    sign(may)
    with pytest.raises(Refused, match="role"):
        signing.reopen(MAY, reason="x", actor=may.finance, at=NOW)


def test_reopening_keeps_the_signature_and_says_why(may: People):
    sign(may)
    with pytest.raises(Refused) as refused:
        signing.reopen(MAY, reason=" ", actor=may.manager, at=NOW)

    row = signing.reopen(MAY, reason="A credit came late", actor=may.manager, at=NOW)
    again = sign(may)

    assert refused.value.field == "reason"
    assert (row.reopened_why, row.reopened_by, again.pk != row.pk) == ("A credit came late", may.manager, True)
    assert AuditEntry.objects.get(verb="month reopened").reason == "A credit came late"
    assert len(months.signatures(MAY)) == 2


def test_what_is_graded_late_is_dated_in_the_next_month(may: People):
    sign(may)
    item = graded_item(at=IN_MAY)
    make_cost(item)

    raising.look([item.pk], at=NOW)

    late = WriteOff.objects.get(item=item)
    assert (late.happened_on, late.post_on) == (IN_MAY.date(), JUNE)


def test_what_changes_afterwards_is_shown_beside_what_was_signed(may: People):
    made = sign(may)
    Journal.objects.filter(external_id="x-2").update(total_pence=1_001)

    found = {each.label: each for each in beside(made.figures["seen"], figures(MAY, at=NOW).seen)}

    assert (found["In our register"].then, found["In our register"].now) == ("2, £52.10", "2, £52.11")
    assert [label for label, each in found.items() if not each.same] == ["In our register"]
