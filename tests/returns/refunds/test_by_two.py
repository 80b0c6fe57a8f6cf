"""Above the sum that a limit names a refund takes two people, in deciding and again in giving."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from exceptions_queue.models import AuditEntry, ExceptionCase
from exceptions_queue.states import CaseState
from orders.models import OrderLine
from partners.models import Intent
from returns.actions import delegating, limits, refunds
from returns.actions.outcomes import Refused
from returns.models import Delegation, GraderLink, Refund, ReturnItem
from returns.queries.refunds import rows
from returns.states import Grade, RefundState
from returns.tasks import give_refunds
from tests.callers import person
from tests.returns.builders import NOON, People, make_grade
from tests.returns.refunds.due import both_of_one_order, came_back, proposed, sold

pytestmark = pytest.mark.django_db
MUCH = 60_000  # a finance manager may approve it, and above £500.00 not alone
BEFORE = NOON - timedelta(hours=1)
UNSIGNED = {"state": "proposed", "first_by": None, "first_for": None, "first_at": None, "decided_by": None, "decided_for": None}


def approve(one: Refund, who: User, pence: int = MUCH) -> Refund:
    return refunds.approve(one.pk, pence=pence, actor=who, at=NOON)


def standing(*names: str) -> dict[str, object]:
    return Refund.objects.values(*(names or UNSIGNED)).get()


def fault() -> str:
    return ExceptionCase.objects.get(code="REF-DUE", state=CaseState.OPEN).evidence["fault"]


def hand_over(giver: User, taker: User, *, pence: int = 100_000) -> Delegation:
    day = NOON.date()
    return delegating.delegate(taker=taker, limit_pence=pence, from_day=day, to_day=day, reason="Away", actor=giver, at=BEFORE)


def lower(people: People, tier: str, *, limit: int, second: int) -> None:
    limits.propose(tier, limit_pence=limit, second_above_pence=second, reason="Audit", actor=people.manager, at=NOON)


@pytest.fixture
def first(people: People) -> Refund:
    """A refund of £600.00 that the manager has approved first."""
    return approve(proposed(pence=MUCH), people.manager)


class TestTheFirst:
    def test_takes_it_to_a_second_person_and_says_so_in_the_case(self, people: People, first: Refund):
        expected = {**UNSIGNED, "state": "awaiting_second", "first_by": people.manager.pk, "first_at": NOON}
        assert (standing(), fault()) == (expected, "awaiting_second")
        assert list(AuditEntry.objects.filter(verb__startswith="refund approved").values_list("verb", flat=True)) == [
            "refund approved first"
        ]

    def test_must_be_worth_it(self, people: People):
        with pytest.raises(Refused, match=r"your limit is £100\.00: it needs a higher tier"):
            approve(proposed(pence=MUCH), people.finance)

    def test_is_enough_up_to_the_sum_and_a_penny_above_it_is_not(self, people: People):
        enough, too_much = proposed(pence=50_000), proposed(pence=50_001)

        assert approve(enough, people.manager, 50_000).state == "approved"
        assert approve(too_much, people.manager, 50_001).state == "awaiting_second"

    def test_signs_under_the_limit_that_is_in_force(self, people: People):
        lower(people, "finance", limit=10_000, second=8_399)

        assert approve(proposed(), people.finance, 8_400).state == "awaiting_second"

    def test_signs_for_whom_they_stand_in_and_it_is_kept(self, people: People):
        hand_over(people.manager, people.finance)

        one = approve(proposed(pence=MUCH), people.finance)

        assert (one.state, one.first_by, one.first_for) == ("awaiting_second", people.finance, people.manager)

    def test_after_a_refusal_begins_anew(self, people: People, first: Refund):
        approve(first, people.colleague)
        Refund.objects.update(state=RefundState.REFUSED)
        other = person("finance_manager", "other")

        approve(first, other)

        assert standing("state", "first_by", "decided_by") == {"state": "awaiting_second", "first_by": other.pk, "decided_by": None}

    def test_after_a_refusal_of_what_one_is_enough_for_now_is_alone(self, people: People, first: Refund):
        approve(first, people.colleague)
        Refund.objects.update(state=RefundState.REFUSED, amount_pence=8_400)

        approve(first, people.finance, 8_400)

        assert standing("state", "first_by", "decided_by") == {"state": "approved", "first_by": None, "decided_by": people.finance.pk}


class TestOneOrder:
    """Each of two garments is £84.00, and one person alone is enough up to £100.00."""

    def test_given_back_garment_by_garment_is_one_sum(self, people: People):
        one, other = both_of_one_order()

        assert approve(one, people.finance, 8_400).state == "approved"
        assert approve(other, people.finance, 8_400).state == "awaiting_second"
        assert approve(other, people.colleague, 8_400).state == "approved"

    def test_that_another_person_approved_the_first_is_no_way_round_it(self, people: People):
        one, other = both_of_one_order()
        approve(one, people.colleague, 8_400)

        assert approve(other, people.finance, 8_400).state == "awaiting_second"

    def test_what_is_not_given_after_all_counts_no_more(self, people: People):
        one, other = both_of_one_order()
        approve(one, people.finance, 8_400)
        refunds.decline(one.pk, reason="Worn.", actor=people.colleague, at=NOON)

        assert approve(other, people.finance, 8_400).state == "approved"

    def test_the_page_says_why_it_takes_two(self, people: People):
        one, other = both_of_one_order()
        approve(one, people.finance, 8_400)

        told = rows.shown_of_items([other.item], people.finance, at=NOON)[other.item_id]

        assert (
            told.does == "It takes two: £84.00 of this order was approved by one person alone, so a second person approves this after you."
        )

    def test_another_order_is_another_sum(self, people: People):
        assert [approve(proposed(), people.finance, 8_400).state for _ in range(2)] == ["approved", "approved"]


class TestTheSecond:
    def test_is_another_person_of_any_tier(self, people: People, first: Refund):
        approve(first, people.finance)

        assert standing("state", "first_by", "decided_by") == {
            "state": "approved",
            "first_by": people.manager.pk,
            "decided_by": people.finance.pk,
        }
        assert not ExceptionCase.objects.filter(state=CaseState.OPEN).exists()

    def test_is_never_the_first_again(self, people: People, first: Refund):
        with pytest.raises(Refused, match="You are its first approver already"):
            approve(first, people.manager)
        assert standing("state")["state"] == "awaiting_second"

    def test_is_not_whom_the_first_stood_in_for(self, people: People):
        hand_over(people.manager, people.finance)
        one = approve(proposed(pence=MUCH), people.finance)

        with pytest.raises(Refused, match="You are its first approver already"):
            approve(one, people.manager)
        assert approve(one, people.colleague).state == "approved"

    def test_has_no_other_part_in_it(self, people: People, first: Refund):
        GraderLink.objects.create(grader="Morag", user=people.colleague)

        with pytest.raises(Refused, match="You graded this garment"):
            approve(first, people.colleague)

    def test_signs_the_amount_that_they_saw(self, people: People, first: Refund):
        with pytest.raises(Refused, match=r"It is £600\.00 now and was £599\.99 when you looked"):
            approve(first, people.colleague, 59_999)

    def test_may_be_a_superuser_no_more_than_the_first(self, people: People, first: Refund):
        with pytest.raises(Refused, match="no limit to approve under"):
            approve(first, people.boss)

    def test_comes_too_late_for_what_was_approved(self, people: People, first: Refund):
        approve(first, people.finance)
        with pytest.raises(Refused, match="It is approved already"):
            approve(first, people.colleague)


class TestWhileItWaits:
    def test_another_amount_drops_the_first_approval(self, people: People, first: Refund):
        OrderLine.objects.update(unit_price_pence=59_000)
        refunds.look([first.item_id], at=NOON)

        assert (standing(), standing("amount_pence"), fault()) == (UNSIGNED, {"amount_pence": 59_000}, "proposed")
        assert AuditEntry.objects.filter(verb="refund approval voided").count() == 1
        with pytest.raises(Refused, match=r"needs a higher tier"):
            approve(first, people.finance, 59_000)

    def test_a_look_that_finds_nothing_new_leaves_it(self, people: People, first: Refund):
        refunds.look_again(at=NOON)
        assert standing("state")["state"] == "awaiting_second"

    def test_another_grade_withdraws_it_and_a_third_begins_without_a_signature(self, people: People, first: Refund):
        for grade in (Grade.QUARANTINE, Grade.B):
            ReturnItem.objects.update(grade=make_grade(grade, grade.upper()), raw_grade=grade.upper())
            refunds.look([first.item_id], at=NOON)

        assert standing() == UNSIGNED

    @pytest.mark.parametrize("who", ["manager", "colleague"])
    def test_it_may_be_declined_by_the_first_too(self, people: People, first: Refund, who: str):
        refunds.decline(first.pk, reason="Worn.", actor=getattr(people, who), at=NOON)

        assert (standing("state")["state"], ExceptionCase.objects.filter(state=CaseState.OPEN).exists()) == ("declined", False)


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "approved", "first_by": "manager", "decided_by": "manager"},
        {"proposed_by": "manager", "first_by": "manager"},
        {"first_by": None},
        {"first_at": None},
        {"decided_by": "finance"},
    ],
    ids=["first and second", "proposer and first", "without a first", "at no time", "decided and waiting"],
)
def test_the_database_says_so_too(people: People, first: Refund, columns: dict[str, str | None]):
    found = {name: getattr(people, who) if isinstance(who, str) and name.endswith("_by") else who for name, who in columns.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.filter(pk=first.pk).update(**found)


class TestGiving:
    @pytest.fixture
    def given_by(self, books, clock):
        """Have it given, and tell what stands: its state, what came back from where, and how many credit notes there are."""

        def give() -> tuple[str, str, int]:
            give_refunds(clock)
            credits = books._folder / "credits.jsonl"
            one = Refund.objects.get()
            return one.state, one.reason, len(credits.read_bytes().splitlines()) if credits.exists() else 0

        return give

    def test_nothing_is_asked_for_with_one_signature_and_once_with_two(self, people: People, first: Refund, given_by):
        assert (given_by(), Intent.objects.count()) == (("awaiting_second", "", 0), 0)

        approve(first, people.finance)

        assert (given_by(), given_by()) == (("done", "", 1), ("done", "", 1))

    @pytest.mark.parametrize("who", ["manager", "finance"])
    def test_neither_of_the_two_may_have_lost_the_right(self, people: People, first: Refund, given_by, who: str):
        approve(first, people.finance)
        getattr(people, who).groups.clear()

        assert given_by() == ("proposed", "Who approved it may approve no longer.", 0)
        assert (standing(), fault()) == (UNSIGNED, "proposed")

    def test_the_limit_of_the_first_still_reaches(self, people: People, first: Refund, given_by):
        approve(first, people.finance)
        lower(people, "finance_manager", limit=59_999, second=50_000)

        assert given_by() == ("proposed", "The limit it was approved under is £599.99 now.", 0)

    @pytest.mark.parametrize("signers", [1, 2])
    def test_one_alone_is_not_enough_above_a_sum_that_was_lowered_since(self, people: People, given_by, signers: int):
        one = proposed()
        if signers == 2:
            lower(people, "finance", limit=10_000, second=8_000)
            approve(one, people.colleague, 8_400)
        approve(one, people.finance, 8_400)
        lower(people, "finance", limit=10_000, second=7_000)

        sent_back = ("proposed", "Above £70.00 a second person must approve it now.", 0)
        assert given_by() == (sent_back if signers == 1 else ("done", "", 1))

    @pytest.mark.parametrize("who", ["manager", "finance"])
    def test_neither_turned_out_to_have_another_part_in_it(self, people: People, first: Refund, given_by, who: str):
        approve(first, people.finance)
        GraderLink.objects.create(grader="Morag", user=getattr(people, who))

        assert given_by() == ("proposed", "Who approved it has another part in it.", 0)

    @pytest.mark.parametrize("kept", [True, False])
    def test_under_a_limit_that_was_handed_over_its_giver_still_has_the_right(self, people: People, given_by, kept: bool):
        hand_over(people.manager, people.finance)
        one = approve(proposed(pence=40_000), people.finance, 40_000)
        Delegation.objects.update(ended_at=NOON)
        if not kept:
            people.manager.groups.clear()

        assert (one.state, one.decided_for) == ("approved", people.manager)
        assert given_by() == (("done", "", 1) if kept else ("proposed", "The limit it was approved under is gone.", 0))


def test_what_was_proposed_by_hand_takes_two_others(people: People):
    item = came_back(sold(pence=MUCH, hire=True), grade=Grade.BER)
    one = refunds.propose(item.pk, reason="Torn.", actor=people.finance, at=NOON)
    approve(one, people.manager)

    with pytest.raises(Refused, match="You proposed this refund"):
        approve(one, people.finance)
    assert approve(one, people.colleague).state == "approved"
