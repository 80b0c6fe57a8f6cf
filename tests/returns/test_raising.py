"""A garment graded beyond repair goes off sale and gets one write-off; a later grade withdraws it, or says that it is too late."""

from datetime import timedelta

import pytest

from exceptions_queue.models import ExceptionCase
from exceptions_queue.queries import cases
from inventory.actions import Refused as StockRefused
from inventory.actions import confirm_garment, recount
from inventory.models import Garment, GarmentChange, Level
from returns.actions import completing, deciding, raising, reversing
from returns.actions.outcomes import Refused
from returns.models import Approval, Journal, LedgerAccount, ReturnItem, WriteOff
from returns.states import Grade
from tests.inventory.holding import make_status
from tests.returns.builders import NOON, make_cost, make_garment, make_grade, make_item, make_write_off, seen

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def regrade(item, *, at=LATER):
    item.grade = make_grade(Grade.A, "A")
    item.raw_grade, item.graded_at = "A", at
    item.save()
    return raising.look([item.pk], at=at)


def open_codes() -> list[str]:
    return sorted(ExceptionCase.objects.filter(state="open").values_list("code", flat=True))


class TestBeyondRepair:
    def test_one_write_off_is_drafted_however_often_the_feed_says_so(self, people):
        item = make_item()
        make_cost(item)

        raised = [raising.look([item.pk], at=NOON).raised for _ in range(3)]

        write_off = WriteOff.objects.get()
        assert raised == [1, 0, 0]
        assert (write_off.reference, write_off.state, write_off.carrying_pence) == ("BER-260609-00001", "evidence_needed", 4_200)
        assert [(line["account"], line["debit_pence"], line["credit_pence"]) for line in write_off.lines] == [
            ("7105", 4_200, 0),
            ("1200", 0, 4_200),
        ]
        assert open_codes() == ["BER-EVIDENCE", "BER-NEW"]  # nobody said where it goes

    def test_two_garments_of_one_rfid_in_one_feed_are_one(self, people):
        items = [make_item(rfid="E1"), make_item(rfid="E1")]

        assert raising.look([item.pk for item in items], at=NOON).raised == 1

    def test_it_is_off_sale_at_once_and_stays_so_whatever_the_stock_file_says(self, people):
        item = make_item()
        garment = make_garment(item.rfid, status=make_status(), at=NOON - timedelta(days=10))
        recount(at=NOON)
        before = Level.objects.get().ripe

        raising.look([item.pk], at=NOON)

        garment.refresh_from_db()
        assert (before, Level.objects.get().ripe, garment.withheld_since) == (1, 0, NOON)
        with pytest.raises(StockRefused, match="to be written off"):
            confirm_garment(garment, reason="Looks fine", actor="callum", at=LATER)

    def test_a_garment_that_acs_names_later_is_kept_off_sale_by_the_next_look(self, people):
        write_off = make_write_off()
        make_garment(write_off.rfid, status=make_status(), at=NOON)

        raising.look_again(at=LATER)

        assert Garment.objects.get().withheld_since == LATER

    def test_what_lacks_is_a_case_and_closes_when_it_is_there(self, people):
        item = make_item(photos=0, reason="")
        raising.look([item.pk], at=NOON)
        assert open_codes() == ["BER-COST", "BER-EVIDENCE", "BER-NEW"]
        reference = WriteOff.objects.get().reference

        completing.complete(reference, reason="Torn", route="recycled", actor=people.warehouse, at=LATER)
        completing.complete(reference, ledger_class="stock", cost_pence=900, source="Invoice 4", actor=people.finance, at=LATER)
        assert open_codes() == ["BER-EVIDENCE", "BER-NEW"]
        item.photos.create(content=b"x", sha256="0" * 64)
        raising.look([item.pk], at=LATER)

        assert (open_codes(), WriteOff.objects.get().state) == (["BER-NEW"], "awaiting_approval")

    def test_a_dear_garment_needs_more_photos(self, people):
        assert make_write_off(20_001).state == "evidence_needed"
        assert make_write_off(20_001, photos=2).state == "awaiting_approval"

    def test_without_an_account_nothing_is_drafted_and_a_case_says_so(self, people):
        LedgerAccount.objects.filter(purpose="stock").delete()

        write_off = make_write_off()

        assert (write_off.lines, write_off.lines_hash, write_off.state) == ([], "", "evidence_needed")
        assert ExceptionCase.objects.get(code="BER-COST").evidence["fault"] == "account"

    def test_hire_fleet_takes_cost_and_depreciation_out_of_the_books(self, people):
        write_off = make_write_off(18_000, ledger_class="hire_fleet", depreciation=13_000)

        assert [(line["account"], line["debit_pence"], line["credit_pence"]) for line in write_off.lines] == [
            ("0051", 13_000, 0),
            ("7120", 5_000, 0),
            ("0050", 0, 18_000),
        ]


def test_each_case_leads_to_its_write_off(people):
    write_off = make_write_off()

    [link] = cases.fixes(ExceptionCase.objects.get(code="BER-NEW"), may=people.finance.has_perm)

    assert link.url == f"/write-offs/{write_off.reference}/"


class TestGradedOtherwise:
    def test_before_its_journal_is_on_its_way_it_is_withdrawn_and_the_garment_let_go(self, people):
        write_off = make_write_off()
        make_garment(write_off.rfid, status=make_status())
        raising.look_again(at=NOON)
        deciding.approve_many(seen(write_off), actor=people.finance, at=LATER)

        looked = regrade(write_off.item)

        write_off.refresh_from_db()
        assert (looked.withdrawn, write_off.state, open_codes()) == (1, "rejected", [])
        assert Approval.objects.get(word="rejected").comment == "Withdrawn: ACS graded it “A” since."
        assert Garment.objects.get().withheld_since is None

    def test_a_grade_that_was_given_to_another_garment_is_one_write_off_and_not_two(self, people):
        write_off = make_write_off()
        ReturnItem.objects.filter(pk=write_off.item_id).update(rfid="E-OTHER")

        looked = raising.look([write_off.item_id], at=LATER)

        assert (looked.raised, looked.withdrawn) == (1, 1)
        assert list(WriteOff.objects.exclude(state="rejected").values_list("rfid", flat=True)) == ["E-OTHER"]
        assert "E-OTHER" in Approval.objects.get(write_off=write_off, word="rejected").comment

    def test_afterwards_a_case_says_so_until_it_is_reversed(self, people):
        write_off = posted(people)

        looked = regrade(write_off.item)

        assert (looked.afterwards, open_codes()) == (1, ["BER-REGRADED"])
        reversing.ask(write_off.reference, reason="It is an A", actor=people.manager, at=LATER)
        reversing.finish([write_off.pk], at=LATER)
        assert (open_codes(), WriteOff.objects.get().state) == ([], "reversed")

    def test_beyond_repair_once_more_after_a_withdrawal_raises_anew(self, people):
        write_off = make_write_off()
        regrade(write_off.item)
        write_off.item.grade = make_grade()
        write_off.item.save()

        assert raising.look([write_off.item_id], at=LATER).raised == 1


def posted(people) -> WriteOff:
    """One that stands in the ledger."""
    write_off = make_write_off()
    deciding.approve_many(seen(write_off), actor=people.finance, at=LATER)
    journal = Journal.objects.create(
        key=f"ber:{write_off.reference}:1",
        kind="write_off",
        state="posted",
        post_on=write_off.post_on,
        narration="x",
        lines=write_off.lines,
        lines_hash="h",
        total_pence=4_200,
        made_at=LATER,
    )
    WriteOff.objects.filter(pk=write_off.pk).update(state="verified", journal=journal)
    write_off.refresh_from_db()
    return write_off


class TestReversing:
    def test_it_is_the_mirror_linked_and_dated_today_and_drafted_once(self, people):
        write_off = posted(people)

        mirror = reversing.ask(write_off.reference, reason="Mistake", actor=people.manager, at=LATER)

        assert (mirror.kind, mirror.reverses, mirror.post_on) == ("reversal", write_off.journal, LATER.date())
        assert [(line["account"], line["debit_pence"], line["credit_pence"]) for line in mirror.lines] == [
            ("7105", 0, 4_200),
            ("1200", 4_200, 0),
        ]
        with pytest.raises(Refused, match="being reversed already"):
            reversing.ask(write_off.reference, reason="Again", actor=people.manager, at=LATER)

    def test_not_by_whoever_approved_it_nor_without_a_reason_nor_before_it_is_posted(self, people):
        write_off, early = posted(people), make_write_off()
        WriteOff.objects.filter(pk=write_off.pk).update(first_by=people.manager)

        for reference, reason in ((write_off.reference, "Mistake"), (write_off.reference, " "), (early.reference, "Mistake")):
            with pytest.raises(Refused):
                reversing.ask(reference, reason=reason, actor=people.manager, at=LATER)

        assert Journal.objects.count() == 1


class TestOtherWays:
    def test_a_garment_that_came_to_be_ex_hired_is_raised_and_history_is_not(self, people):
        old, new = make_status("Ready"), make_status("Ex-hired", "retired")
        history, moved = make_garment("E1", status=new, at=NOON), make_garment("E2", status=new, at=NOON)
        Garment.objects.filter(pk=moved.pk).update(first_seen_at=NOON - timedelta(days=3))
        GarmentChange.objects.create(garment=moved, was=old.raw, became=new.raw, at=NOON)

        looks = [raising.look_ex_hired(at=LATER).raised for _ in range(2)]

        write_off = WriteOff.objects.get()
        assert (looks, write_off.rfid, write_off.cause, write_off.state) == ([1, 0], "E2", "ex_hired", "evidence_needed")
        assert not WriteOff.objects.filter(rfid=history.rfid).exists()

    @pytest.mark.parametrize(("rfid", "reason"), [("", "Burnt"), ("NOSUCH", "Burnt"), ("E1", " "), ("\x00", "Burnt"), ("E" * 99, "Burnt")])
    def test_by_hand_only_what_is_known_and_with_a_reason(self, people, rfid, reason):
        make_item(rfid="E1", grade=make_grade(Grade.A, "A"))

        with pytest.raises(Refused):
            raising.raise_by_hand(rfid, reason=reason, actor=people.finance, at=NOON)

        assert not WriteOff.objects.exists()

    def test_by_hand_not_twice_and_not_by_everybody(self, people):
        item = make_item(grade=make_grade(Grade.A, "A"))
        raising.raise_by_hand(item.rfid, reason="Burnt", actor=people.warehouse, at=NOON)

        with pytest.raises(Refused, match="a write-off already"):
            raising.raise_by_hand(item.rfid, reason="Burnt", actor=people.finance, at=NOON)


class TestSplitBatches:
    def test_parts_that_pass_together_what_each_stays_under_need_two_people(self, people):
        alone = make_write_off(30_000, sku="DRS-9", photos=2)
        assert not alone.needs_second

        other = make_write_off(30_000, sku="DRS-9", photos=2, at=NOON + timedelta(days=3))

        alone.refresh_from_db()
        assert (alone.needs_second, other.needs_second) == (True, True)
        [outcome] = deciding.approve_many(seen(other), actor=people.manager, at=LATER)
        assert outcome.state == "awaiting_second"
