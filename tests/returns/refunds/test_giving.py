"""From approved to given: once, found again by its key, and never while the partner is only observed."""

import pytest

from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState
from partners import connect
from partners.folder.ledger import FolderLedger
from partners.ledger import CreditDraft
from partners.models import Intent
from partners.sandbox.server import Sandbox
from returns.actions import refunds
from returns.models import LedgerAccount, Refund
from returns.tasks import give_refunds
from tests.returns.posting.approved import Clock
from tests.returns.refunds.conftest import sale_of

pytestmark = pytest.mark.django_db


def cases() -> list[str]:
    return [case.evidence["fault"] for case in ExceptionCase.objects.filter(code="REF-DUE", state=CaseState.OPEN)]


def fresh(one: Refund) -> Refund:
    return Refund.objects.get(pk=one.pk)


class TestByTheShop:
    def test_it_is_given_once_under_its_key_and_nothing_goes_back_on_sale(self, shop: Sandbox, approved_in_the_shop: Refund, clock: Clock):
        one, stock = approved_in_the_shop, shop.shop.levels.shown()
        told = [give_refunds(clock), give_refunds(clock)]

        [made] = sale_of(shop).refunds
        one = fresh(one)
        assert (one.state, one.external_id, one.given_at) == ("done", str(made.id), clock.now)
        assert (int(made.amount * 100), made.note.split()[-1]) == (one.amount_pence, one.key)
        assert (told[0]["queued"], told[0]["done"], told[1]["queued"]) == (1, 1, 0)
        assert (shop.shop.levels.shown(), cases()) == (stock, [])

    @pytest.mark.parametrize("fault", ["accept_then_500", "accept_then_timeout"])
    def test_an_answer_that_was_lost_is_looked_up_and_nothing_is_given_twice(self, shop, approved_in_the_shop, clock, fault):
        shop.world.faults.arm({"partner": "store", "kind": fault, "path": "/refundCreate"})
        lost = give_refunds(clock)
        assert (lost["unknown"], fresh(approved_in_the_shop).state, cases()) == (1, "unknown", [])

        clock.turn(minutes=2)
        found = give_refunds(clock)

        one = fresh(approved_in_the_shop)
        assert (found["already"], one.state, len(sale_of(shop).refunds)) == (1, "done", 1)
        assert one.external_id == str(sale_of(shop).refunds[0].id)

    def test_what_is_proved_absent_is_sent_again_under_the_same_key(self, shop, approved_in_the_shop, clock):
        shop.world.faults.arm({"partner": "store", "kind": "500", "path": "/refundCreate", "method": "POST"})
        give_refunds(clock)
        clock.turn(minutes=2)
        give_refunds(clock)
        clock.turn(minutes=2)
        give_refunds(clock)

        assert (fresh(approved_in_the_shop).state, len(sale_of(shop).refunds), len(shop.shop.answers.kept)) == ("done", 1, 1)

    def test_what_stays_in_doubt_is_a_case(self, shop, approved_in_the_shop, clock):
        shop.world.faults.arm({"partner": "store", "kind": "accept_then_500", "path": "/refundCreate"})
        give_refunds(clock)
        shop.world.faults.arm({"partner": "store", "kind": "500", "times": 0})
        clock.turn(minutes=6)
        give_refunds(clock)

        assert (fresh(approved_in_the_shop).state, cases()) == ("unknown", ["unknown"])

    def test_what_the_shop_refuses_stands_with_its_words_and_may_be_approved_again(self, shop, approved_in_the_shop, clock, people):
        shop.world.faults.arm({"partner": "store", "kind": "user_errors", "path": "/refundCreate"})
        give_refunds(clock)

        one = fresh(approved_in_the_shop)
        assert (one.state, cases(), sale_of(shop).refunds) == ("refused", ["refused"], [])
        assert "not acceptable to the shop" in one.reason

        refunds.approve(one.pk, pence=one.amount_pence, actor=people.manager, at=clock.now)
        give_refunds(clock)
        assert (fresh(one).state, len(sale_of(shop).refunds), fresh(one).reason) == ("done", 1, "")
        assert sorted(Intent.objects.values_list("revision", flat=True)) == [1, 2]

    def test_what_was_given_back_by_hand_is_not_given_once_more(self, shop, approved_in_the_shop, clock):
        sale_of(shop).lines[0].current = 0
        give_refunds(clock)

        one = fresh(approved_in_the_shop)
        assert (one.state, sale_of(shop).refunds) == ("refused", [])
        assert one.reason.startswith("The shop would give back £0.00 for it")

    def test_an_order_that_the_shop_does_not_have(self, shop, approved_in_the_shop, clock):
        shop.shop.sales.clear()
        give_refunds(clock)
        assert fresh(approved_in_the_shop).reason == "The shop does not have this order, or does not show it to us."

    def test_without_the_scope_only_this_is_refused(self, shop, approved_in_the_shop, clock):
        shop.shop.granted -= {"write_orders"}
        give_refunds(clock)
        assert "write_orders" in fresh(approved_in_the_shop).reason


class TestByTheLedger:
    def test_a_credit_note_is_made_once_without_anybodys_name(self, books: FolderLedger, approved_for_the_books, clock):
        give_refunds(clock)
        give_refunds(clock)

        one, doc = fresh(approved_for_the_books), books.find_credit(approved_for_the_books.key)
        assert (one.state, one.external_id, doc.amount_pence) == ("done", doc.external_id, 8_400)
        assert b"Byron" not in (books._folder / "credits.jsonl").read_bytes()
        assert len((books._folder / "credits.jsonl").read_bytes().splitlines()) == 1

    def test_without_an_account_it_is_refused_in_words(self, books, approved_for_the_books, clock):
        LedgerAccount.objects.filter(purpose="refunds").delete()
        give_refunds(clock)
        assert "No account is named for refunds" in fresh(approved_for_the_books).reason

    def test_another_credit_note_under_its_number_is_never_taken_for_it(self, books, approved_for_the_books, clock):
        one = approved_for_the_books
        other = CreditDraft(key=one.key, on=clock.now.date(), customer="X", description="Y", amount_pence=1, account="420")
        books.credit(other, idempotency_key="other")
        give_refunds(clock)

        assert (fresh(one).state, fresh(one).external_id) == ("refused", "")
        assert "another amount" in fresh(one).reason

    def test_in_a_closed_month_it_is_dated_on_the_first_open_day(self, books, approved_for_the_books, clock):
        books._folder.mkdir(exist_ok=True)
        (books._folder / "books.json").write_text('{"locked_to": "2026-06-30"}')
        give_refunds(clock)
        assert b'"on":"2026-07-01"' in (books._folder / "credits.jsonl").read_bytes()


class TestNotYet:
    def test_in_observe_mode_nothing_is_written_here_nor_there(self, shop, approved_in_the_shop, clock, settings):
        settings.MODES = dict.fromkeys(settings.MODES, "observe")

        assert give_refunds(clock) == {}
        assert (fresh(approved_in_the_shop).state, Intent.objects.count(), sale_of(shop).refunds) == ("approved", 0, [])

    def test_what_was_declined_after_it_was_queued_is_not_sent(self, shop, approved_in_the_shop, clock, people):
        refunds.queue_approved(at=clock.now)
        refunds.decline(approved_in_the_shop.pk, reason="Worn.", actor=people.finance, at=clock.now)
        give_refunds(clock)

        assert (fresh(approved_in_the_shop).state, sale_of(shop).refunds) == ("declined", [])
        assert Intent.objects.get().state == Intent.State.CANCELLED

    @pytest.mark.parametrize("lost", ["role", "account"])
    def test_an_approval_of_somebody_who_may_no_longer_goes_back(self, shop, approved_in_the_shop, clock, people, lost):
        if lost == "role":
            people.manager.groups.clear()
        else:
            type(people.manager).objects.filter(pk=people.manager.pk).update(is_active=False)
        give_refunds(clock)

        one = fresh(approved_in_the_shop)
        assert (one.state, one.decided_by, one.reason) == ("proposed", None, "Who approved it may approve no longer.")
        assert (sale_of(shop).refunds, cases()) == ([], ["proposed"])

    def test_a_shop_that_is_down_is_asked_later(self, shop, approved_in_the_shop, clock):
        shop.world.faults.arm({"partner": "store", "kind": "503", "times": 0})
        told = give_refunds(clock)
        assert (told["later"], Intent.objects.get().state, sale_of(shop).refunds) == (1, "ready", [])
        assert connect.mode("store") == "live"
