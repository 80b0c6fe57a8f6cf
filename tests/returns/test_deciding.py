"""Who may approve a write-off, what becomes of each, and what a query or a rejection does."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from exceptions_queue.models import AuditEntry, ExceptionCase
from returns.actions import completing, deciding, drafting, raising
from returns.actions.outcomes import Refused
from returns.models import Approval, Cost, GraderLink, WriteOff
from returns.states import WriteOffState
from tests.returns.builders import NOON, make_write_off, seen

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def approve(*write_offs, actor, total_pence=None, at=LATER):
    return deciding.approve_many(seen(*write_offs), actor=actor, at=at, total_pence=total_pence)


def state_of(write_off) -> str:
    return WriteOff.objects.values_list("state", flat=True).get(pk=write_off.pk)


class TestApproving:
    def test_one_person_approves_what_is_under_the_limit_and_signs_what_was_seen(self, people):
        write_off = make_write_off(4_200)

        [outcome] = approve(write_off, actor=people.finance)

        write_off.refresh_from_db()
        assert (outcome.done, outcome.state) == (True, "approved")
        assert (write_off.first_by, write_off.approved_hash) == (people.finance, write_off.lines_hash)
        word = Approval.objects.get()
        assert (word.word, word.by, word.tier, word.limit_pence, word.carrying_pence) == (
            "approved",
            people.finance,
            "finance",
            10_000,
            4_200,
        )
        assert AuditEntry.objects.filter(verb="write-off approved", subject_label=write_off.reference).count() == 1
        assert set(ExceptionCase.objects.filter(code="BER-NEW").values_list("state", flat=True)) == {"cured"}

    def test_above_the_limit_a_higher_tier_must(self, people):
        write_off = make_write_off(10_001)

        [outcome] = approve(write_off, actor=people.finance)

        assert (outcome.done, state_of(write_off)) == (False, "awaiting_approval")
        assert outcome.sentence == "It is worth £100.01, and your limit is £100.00: it needs a higher tier."

    def test_above_the_second_sum_two_people_must_and_they_are_two(self, people):
        write_off = make_write_off(60_000, photos=2)

        [first] = approve(write_off, actor=people.manager)
        [again] = approve(write_off, actor=people.manager)
        [second] = approve(write_off, actor=people.finance)

        write_off.refresh_from_db()
        assert (first.state, again.sentence) == ("awaiting_second", "You have approved it already.")
        assert (second.state, write_off.state) == ("approved", "approved")
        assert (write_off.first_by, write_off.second_by) == (people.manager, people.finance)

    def test_the_same_approval_again_has_no_effect(self, people):
        write_off = make_write_off()
        signed = seen(write_off)
        deciding.approve_many(signed, actor=people.finance, at=LATER)
        before = (WriteOff.objects.values().get(pk=write_off.pk), Approval.objects.count(), AuditEntry.objects.count())

        [outcome] = deciding.approve_many(signed, actor=people.finance, at=LATER)

        assert outcome.done
        assert before == (WriteOff.objects.values().get(pk=write_off.pk), Approval.objects.count(), AuditEntry.objects.count())

    def test_what_has_changed_since_drops_out_and_the_rest_go_on(self, people):
        changed, same = make_write_off(), make_write_off()
        signed = seen(changed, same)
        Cost.objects.filter(rfid=changed.rfid).update(cost_pence=4_300)
        drafting.redraft([changed.pk], at=LATER)

        left, done = deciding.approve_many(signed, actor=people.finance, at=LATER)

        assert (left.done, left.sentence) == (False, "It has changed since you opened it: look at it again.")
        assert (done.done, state_of(changed), state_of(same)) == (True, "awaiting_approval", "approved")

    def test_what_nobody_heard_of_is_said_and_the_rest_go_on(self, people):
        write_off = make_write_off()

        unknown, strange, done = deciding.approve_many({"BER-1": "x", "\x00": "y", **seen(write_off)}, actor=people.finance, at=LATER)

        assert (unknown.done, strange.done, done.done) == (False, False, True)

    def test_another_persons_garment_is_approved_and_never_posted(self, people):
        write_off = make_write_off(4_200, ledger_class="consigned")
        assert ExceptionCase.objects.filter(code="BER-OWNER", state="open").exists()

        [outcome] = approve(write_off, actor=people.finance)

        write_off.refresh_from_db()
        assert (outcome.state, write_off.state, write_off.method, write_off.lines) == ("verified", "verified", "none", [])
        assert not ExceptionCase.objects.filter(state="open").exists()

    def test_where_the_ledger_adjusts_stock_itself_no_journal_follows(self, people, settings):
        settings.WRITE_OFF_METHOD = "stock_adjustment"
        stock, fleet = make_write_off(4_200), make_write_off(4_200, ledger_class="hire_fleet")

        outcomes = approve(stock, fleet, actor=people.finance)

        assert [each.state for each in outcomes] == ["verified", "approved"]


class TestTheTypedTotal:
    def test_a_set_sum_and_more_must_be_typed_and_be_right(self, people):
        rows = [make_write_off(40_000, photos=2) for _ in range(3)]

        with pytest.raises(Refused, match="type that total"):
            approve(*rows, actor=people.manager)
        with pytest.raises(Refused, match=r"You typed £1,200.01"):
            approve(*rows, actor=people.manager, total_pence=120_001)

        assert {state_of(row) for row in rows} == {"awaiting_approval"}
        assert all(outcome.done for outcome in approve(*rows, actor=people.manager, total_pence=120_000))

    def test_below_it_nothing_is_typed(self, people):
        assert all(each.done for each in approve(make_write_off(), make_write_off(), actor=people.finance))

    def test_what_dropped_out_does_not_keep_the_rest_back_but_never_more_than_was_typed(self, people):
        rows = [make_write_off(40_000, photos=2) for _ in range(4)]
        signed = seen(*rows)
        Cost.objects.filter(rfid=rows[0].rfid).update(cost_pence=39_000)
        drafting.redraft([rows[0].pk], at=LATER)

        with pytest.raises(Refused):
            deciding.approve_many(signed, actor=people.manager, at=LATER, total_pence=119_999)

        outcomes = deciding.approve_many(signed, actor=people.manager, at=LATER, total_pence=160_000)
        assert [each.done for each in outcomes] == [False, True, True, True]


class TestWhoMayNot:
    def test_who_raised_it(self, people):
        item = make_write_off()
        raising.withdraw([item], at=LATER)
        by_hand = raising.raise_by_hand(item.rfid, reason="Burnt", actor=people.finance, at=LATER)
        completing.complete(by_hand.reference, route="recycled", actor=people.warehouse, at=LATER)

        [hers] = approve(by_hand, actor=people.finance)
        [his] = approve(by_hand, actor=people.colleague)

        assert (hers.done, hers.sentence) == (False, "You raised this write-off, so someone else must approve it.")
        assert his.done

    def test_who_graded_it(self, people):
        write_off = make_write_off(grader="Morag")
        GraderLink.objects.create(grader="MORAG ", user=people.finance)

        [outcome] = approve(write_off, actor=people.finance)

        assert (outcome.done, outcome.sentence) == (False, "You graded this garment, so someone else must approve it.")

    def test_who_entered_its_value(self, people):
        write_off = make_write_off()
        completing.complete(write_off.reference, cost_pence=5_000, source="Invoice 12", actor=people.finance, at=LATER)

        [outcome] = approve(write_off, actor=people.finance)

        assert (outcome.done, outcome.sentence) == (False, "You entered its value, so someone else must approve it.")
        assert approve(write_off, actor=people.colleague)[0].done

    def test_who_entered_a_part_of_its_value_before_somebody_entered_another(self, people):
        write_off = make_write_off(ledger_class="hire_fleet")
        completing.complete(write_off.reference, depreciation_pence=4_000, source="Guess", actor=people.finance, at=LATER)
        completing.complete(write_off.reference, owner="Us", source="Label", actor=people.warehouse, at=LATER)

        [outcome] = approve(write_off, actor=people.finance)

        assert (outcome.done, outcome.sentence) == (False, "You entered its value, so someone else must approve it.")
        assert approve(write_off, actor=people.colleague)[0].done

    def test_a_superuser_without_a_limit(self, people):
        [outcome] = approve(make_write_off(), actor=people.boss)

        assert (outcome.done, outcome.sentence) == (False, "Your roles give you no limit to approve under.")

    def test_somebody_whose_role_does_not_let_them(self, people):
        [outcome] = approve(make_write_off(), actor=people.warehouse)

        assert (outcome.done, outcome.sentence) == (False, "Your role does not let you approve write-offs.")

    @pytest.mark.parametrize(
        "columns",
        [
            {"raised_by": "finance", "first_by": "finance"},
            {"raised_by": "finance", "first_by": "manager", "second_by": "finance"},
            {"valued_by": "finance", "first_by": "finance"},
            {"first_by": "finance", "second_by": "finance"},
        ],
    )
    def test_the_database_says_so_too(self, people, columns):
        write_off = make_write_off()

        with pytest.raises(IntegrityError), transaction.atomic():
            WriteOff.objects.filter(pk=write_off.pk).update(**{name: getattr(people, who) for name, who in columns.items()})


class TestChanges:
    def test_a_value_that_changes_after_the_first_approval_voids_it(self, people):
        write_off = make_write_off(60_000, photos=2)
        approve(write_off, actor=people.manager)

        Cost.objects.filter(rfid=write_off.rfid).update(cost_pence=61_000)
        drafting.redraft([write_off.pk], at=LATER)

        write_off.refresh_from_db()
        assert (write_off.state, write_off.first_by, write_off.approved_hash) == ("awaiting_approval", None, "")
        assert Approval.objects.filter(word="voided").count() == 1

    def test_what_is_approved_and_not_on_its_way_is_voided_too(self, people):
        write_off = make_write_off()
        approve(write_off, actor=people.finance)

        Cost.objects.filter(rfid=write_off.rfid).update(cost_pence=4_300)
        drafting.redraft([write_off.pk], at=LATER)

        assert state_of(write_off) == "awaiting_approval"

    def test_the_first_approver_who_enters_a_value_is_no_approver_any_more(self, people):
        write_off = make_write_off(4_200)
        WriteOff.objects.filter(pk=write_off.pk).update(needs_second=True)
        approve(write_off, actor=people.finance)

        completing.complete(write_off.reference, cost_pence=4_200, source="Register", actor=people.finance, at=LATER)

        write_off.refresh_from_db()
        assert (write_off.state, write_off.first_by, write_off.valued_by) == ("awaiting_approval", None, people.finance)


class TestAsking:
    def test_a_question_waits_for_its_answer_and_takes_approvals_back(self, people):
        write_off = make_write_off()
        approve(write_off, actor=people.finance)

        deciding.query(write_off.reference, question="Is that the lining?", actor=people.manager, at=LATER)

        write_off.refresh_from_db()
        assert (write_off.state, write_off.first_by) == ("queried", None)
        assert not approve(write_off, actor=people.finance)[0].done

        deciding.answer(write_off.reference, answer="It is.", actor=people.warehouse, at=LATER)

        assert state_of(write_off) == "awaiting_approval"
        assert list(Approval.objects.order_by("pk").values_list("word", flat=True)) == ["approved", "voided", "queried", "answered"]

    def test_a_draft_made_anew_leaves_the_question_open(self, people):
        write_off = make_write_off()
        deciding.query(write_off.reference, question="Why?", actor=people.finance, at=LATER)

        drafting.redraft([write_off.pk], at=LATER)

        assert state_of(write_off) == "queried"

    def test_rejected_it_ends_and_is_raised_again_only_by_a_newer_grade(self, people):
        write_off = make_write_off()

        deciding.reject(write_off.reference, reason="repair", actor=people.finance, at=LATER)

        assert state_of(write_off) == "rejected"
        assert raising.look([write_off.item_id], at=LATER).raised == 0
        write_off.item.graded_at = LATER + timedelta(hours=1)
        write_off.item.save()
        assert raising.look([write_off.item_id], at=LATER + timedelta(hours=2)).raised == 1

    @pytest.mark.parametrize(("reason", "note"), [("", ""), ("because", ""), ("other", " ")])
    def test_a_rejection_has_a_reason(self, people, reason, note):
        write_off = make_write_off()

        with pytest.raises(Refused):
            deciding.reject(write_off.reference, reason=reason, note=note, actor=people.finance, at=LATER)

    def test_what_is_posted_is_neither_queried_nor_rejected(self, people):
        write_off = make_write_off()
        approve(write_off, actor=people.finance)
        WriteOff.objects.update(state=WriteOffState.POSTED)

        for act in (
            lambda: deciding.query(write_off.reference, question="Why?", actor=people.finance, at=LATER),
            lambda: deciding.reject(write_off.reference, reason="repair", actor=people.finance, at=LATER),
        ):
            with pytest.raises(Refused, match="approved already"):
                act()

        assert state_of(write_off) == "posted"
