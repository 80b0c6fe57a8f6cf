"""Two people, two workers, a worker that dies: one decision, one refund in the shop or the ledger, and nothing lost."""

import signal
from datetime import timedelta

import pytest

from exceptions_queue.models import AuditEntry
from orders.models import OrderLine
from partners.folder.ledger import FolderLedger
from returns.actions import refunds
from returns.models import Refund
from tests.callers import person
from tests.returns.builders import NOON, make_accounts, make_people
from tests.returns.refunds.due import both_of_one_order, came_back, proposed, sold

SEED = """
from tests.returns.builders import make_people
from tests.returns.refunds.due import proposed
from returns.actions import refunds
from returns.models import LedgerAccount, Refund
people = make_people()
now = datetime.fromisoformat({noon!r})
LedgerAccount.objects.create(purpose="refunds", code="420", changed_at=now)
for number in range(3):
    one = proposed(at=now)
    refunds.approve(one.pk, pence=one.amount_pence, actor=people.finance, at=now)
"""
GIVE = """
from datetime import timedelta
from returns.tasks import give_refunds
now = datetime.fromisoformat({noon!r})
clock = lambda: now
for _ in range({rounds}):
    give_refunds(clock)
    now += timedelta(minutes=5)
"""
CHECK = """
from returns.models import Refund
assert [*Refund.objects.values_list("state", flat=True)] == ["done"] * 3, [*Refund.objects.values_list("state", "reason")]
assert len(set(Refund.objects.values_list("external_id", flat=True))) == 3
"""


@pytest.mark.timeout(300)
def test_workers_killed_between_call_and_receipt_give_each_refund_once(processes, tmp_path, noon):
    live = {"MODE": "live", "LEDGER_FOLDER": str(tmp_path / "books")}
    first = SEED.format(noon=noon.isoformat()) + GIVE.format(noon=noon.isoformat(), rounds=1)
    last = GIVE.format(noon=(noon + timedelta(minutes=10)).isoformat(), rounds=4)

    assert processes(first, LOCKSTEP_FAILPOINT="refunds.given", **live) == -signal.SIGKILL
    assert processes(last + CHECK, **live) == 0

    assert len((tmp_path / "books" / "credits.jsonl").read_bytes().splitlines()) == 3
    assert FolderLedger(tmp_path / "books").find_credit("none") is None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture
    def people(self):
        make_accounts()
        return make_people()

    def test_of_two_approvers_one_approves_and_the_other_reads_why_not(self, people, race):
        one = proposed()
        outcomes = race(lambda who: refunds.approve(one.pk, pence=8_400, actor=who, at=NOON), [people.finance, people.colleague])

        assert sorted(outcomes) == ["Refused", "ok"]
        assert (Refund.objects.get().state, AuditEntry.objects.filter(verb="refund approved").count()) == ("approved", 1)

    def test_of_two_seconds_one_is_the_second_and_the_other_reads_why_not(self, people, race):
        one = proposed(pence=60_000)
        refunds.approve(one.pk, pence=60_000, actor=people.manager, at=NOON)
        outcomes = race(lambda who: refunds.approve(one.pk, pence=60_000, actor=who, at=NOON), [people.finance, people.colleague])

        assert sorted(outcomes) == ["Refused", "ok"]
        one.refresh_from_db()
        assert (one.state, one.first_by, one.decided_by in (people.finance, people.colleague)) == ("approved", people.manager, True)
        assert AuditEntry.objects.filter(verb="refund approved").count() == 1

    def test_where_it_takes_two_two_at_once_are_the_first_and_the_second(self, people, race):
        one, other = proposed(pence=60_000), person("finance_manager", "other")
        outcomes = race(lambda who: refunds.approve(one.pk, pence=60_000, actor=who, at=NOON), [people.manager, other])

        one.refresh_from_db()
        assert (outcomes, one.state, {one.first_by, one.decided_by}) == (["ok", "ok"], "approved", {people.manager, other})

    def test_two_garments_of_one_order_approved_at_once_are_one_sum(self, people, race):
        a, b = both_of_one_order()
        outcomes = race(lambda one: refunds.approve(one.pk, pence=8_400, actor=people.finance, at=NOON), [a, b])

        assert (outcomes, sorted(Refund.objects.values_list("state", flat=True))) == (["ok", "ok"], ["approved", "awaiting_second"])

    def test_one_person_twice_at_once_is_never_first_and_second(self, people, race):
        one = proposed(pence=60_000)
        outcomes = race(lambda who: refunds.approve(one.pk, pence=60_000, actor=who, at=NOON), [people.manager, people.manager])

        one.refresh_from_db()
        assert (sorted(outcomes), one.state, one.decided_by) == (["Refused", "ok"], "awaiting_second", None)

    def test_a_second_approval_and_another_price_never_give_what_was_not_signed(self, people, race):
        one = proposed(pence=60_000)
        refunds.approve(one.pk, pence=60_000, actor=people.manager, at=NOON)
        OrderLine.objects.update(unit_price_pence=59_000)

        def act(what: str) -> None:
            if what == "look":
                refunds.look([one.item_id], at=NOON)
            else:
                refunds.approve(one.pk, pence=60_000, actor=people.finance, at=NOON)

        outcomes = race(act, ["look", "approve"])

        one.refresh_from_db()
        assert outcomes[1] in ("ok", "Refused")
        assert (outcomes[0], one.state, one.amount_pence, one.first_by, one.decided_by) == ("ok", "proposed", 59_000, None, None)

    def test_an_approval_and_a_decline_are_one_of_the_two(self, people, race):
        one = proposed()

        def decide(what: str) -> None:
            if what == "approve":
                refunds.approve(one.pk, pence=8_400, actor=people.finance, at=NOON)
            else:
                refunds.decline(one.pk, reason="Worn.", actor=people.colleague, at=NOON)

        race(decide, ["approve", "decline"])
        told = AuditEntry.objects.filter(verb__in=("refund approved", "refund declined")).order_by("pk").values_list("verb", flat=True)
        assert (Refund.objects.get().state, list(told)) in [
            ("declined", ["refund approved", "refund declined"]),
            ("declined", ["refund declined"]),
        ]

    def test_two_garments_of_one_that_was_sold_looked_at_together_have_one_refund(self, people, race):
        order = sold()
        items = [came_back(order), came_back(order)]
        race(lambda item: refunds.look([item.pk], at=NOON), items)

        assert Refund.objects.count() == 1

    def test_two_workers_give_each_refund_once(self, people, race, books, clock):
        for _ in range(8):
            one = proposed()
            refunds.approve(one.pk, pence=8_400, actor=people.finance, at=NOON)

        def give(_: int) -> None:
            refunds.queue_approved(at=NOON)
            refunds.drain_refunds(clock=clock)

        assert race(give, range(3)) == ["ok"] * 3
        refunds.drain_refunds(clock=clock)
        assert set(Refund.objects.values_list("state", flat=True)) == {"done"}
        assert len((books._folder / "credits.jsonl").read_bytes().splitlines()) == 8
