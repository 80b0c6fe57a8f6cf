"""Nothing that is approved is forgotten: posting is rung at once, what is tried too often is a case, and what has ended leaves none."""

from datetime import timedelta

import pytest
from django_q.models import OrmQ

from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState
from partners.errors import Rejected
from partners.models import Intent
from returns.actions import deciding, posting
from returns.actions.outcomes import Refused
from returns.actions.posting import making, steps
from returns.invariants import what_is_approved_goes_to_the_ledger
from returns.models import Journal, WriteOff
from returns.rules.posting import MOST_TIMES
from returns.states import JournalState, WriteOffState
from returns.tasks import post_journals
from tests.callers import load_roles, person
from tests.config.people import sign_in
from tests.returns.builders import make_write_off, seen
from tests.returns.posting.approved import Clock, approved, approver, lines_of

pytestmark = pytest.mark.django_db
REFUSED = ("410", "610")  # the books take no journal on the second


def open_cases() -> list[tuple[str, str]]:
    return list(ExceptionCase.objects.filter(state=CaseState.OPEN).order_by("pk").values_list("code", "evidence__fault"))


class TestTheBell:
    def rung(self) -> int:
        return sum(one.task["func"] == "returns.tasks.post_journals" for one in OrmQ.objects.all())

    def test_the_last_approval_rings_the_posting_and_the_first_of_two_does_not(self, people):
        write_off = make_write_off(60_000, photos=2)

        deciding.approve_many(seen(write_off), actor=people.manager, at=write_off.raised_at)
        first = self.rung()
        deciding.approve_many(seen(write_off), actor=people.finance, at=write_off.raised_at)

        assert (first, self.rung()) == (0, 1)

    def test_what_is_never_posted_rings_nothing(self, people):
        write_off = make_write_off(900, ledger_class="consigned")

        assert deciding.approve_many(seen(write_off), actor=people.finance, at=write_off.raised_at)[0].done
        assert self.rung() == 0


class TestTooOften:
    @pytest.fixture
    def spent(self, folder, clock: Clock) -> WriteOff:
        """Refused for the last time."""
        row = approved(at=clock.now, lines=lines_of(4205, "x", accounts=REFUSED))
        facts = {"kind": "write_off", "post_on": clock.now.date(), "lines": [], "lines_hash": "x", "total_pence": 0, "made_at": clock.now}
        keys = [f"ber:{row.reference}:{number}" for number in range(1, MOST_TIMES)]
        Journal.objects.bulk_create([Journal(key=key, state=JournalState.DROPPED, **facts) for key in keys])
        post_journals(clock)
        assert Journal.objects.get(state=JournalState.REFUSED).key.endswith(f":{MOST_TIMES}")
        return row

    def test_it_is_not_posted_again_and_its_case_stays(self, spent: WriteOff, clock: Clock):
        with pytest.raises(Refused, match="reject the write-off, and raise it anew"):
            posting.post_again(spent.reference, actor=approver(), at=clock.now)

        assert open_cases() == [(Code.JRN_REJECTED, "account")]

    def test_the_page_says_so(self, spent: WriteOff, settings):
        settings.SANDBOX = True
        load_roles()

        page = sign_in(person("finance_manager")).post(f"/write-offs/{spent.reference}/post-again/", follow=True).content.decode()

        assert "The ledger has refused it 20 times" in page

    def test_what_was_dropped_for_the_last_time_is_a_case_until_it_is_rejected(self, spent: WriteOff, clock: Clock):
        making._drop(Journal.objects.get(state=JournalState.REFUSED), at=clock.now, why="")
        before = open_cases()

        made = post_journals(clock)["made"]
        told = open_cases()
        deciding.reject(spent.reference, reason="repair", actor=approver(), at=clock.now)

        assert (before, made, told, open_cases()) == ([], 0, [(Code.JRN_REJECTED, "too_often")], [])


class TestWhatHasEnded:
    def test_a_refused_journal_ends_with_its_write_off(self, folder, clock: Clock):
        row = approved(at=clock.now, lines=lines_of(4205, "x", accounts=REFUSED))
        post_journals(clock)
        assert open_cases() == [(Code.JRN_REJECTED, "account")]

        deciding.reject(row.reference, reason="repair", actor=approver(), at=clock.now)

        assert (open_cases(), Journal.objects.get().state) == ([], JournalState.DROPPED)
        assert not posting.post_again(row.reference, actor=approver(), at=clock.now)

    def test_that_of_a_day_stays_while_another_waits_in_it(self, folder, clock: Clock, settings):
        settings.LEDGER_POSTING = "day"
        clock.turn(hours=8)
        one, other = (approved(number, at=clock.now, lines=lines_of(100, "x", accounts=REFUSED)) for number in (1, 2))
        post_journals(clock)

        deciding.reject(one.reference, reason="repair", actor=approver(), at=clock.now)
        halfway = (open_cases(), Journal.objects.get().state)
        deciding.reject(other.reference, reason="repair", actor=approver(), at=clock.now)

        assert halfway == ([(Code.JRN_REJECTED, "account")], JournalState.REFUSED)
        assert (open_cases(), Journal.objects.get().state) == ([], JournalState.DROPPED)

    def test_where_one_approval_is_gone_at_a_refusal_the_others_of_the_day_are_not_forgotten(self, folder, clock: Clock, settings):
        settings.LEDGER_POSTING = "day"
        clock.turn(hours=8)
        kept = approved(1, at=clock.now, lines=lines_of(100, "x", accounts=REFUSED))
        lost = approved(2, at=clock.now, by=approver("leaver"))
        posting.make_journals(at=clock.now)
        # Gone between the claim and the refusal: said by what settles the refusal alone.
        journal = Journal.objects.get()
        Journal.objects.update(state=JournalState.SENDING)
        approver("leaver").groups.clear()
        intent, refusal = Intent.objects.get(business_id=journal.key), Rejected("ledger", "No.", fields={"account": ["no"]})
        steps.failed(intent, refusal, clock.now)

        states = [WriteOff.objects.get(pk=row.pk).state for row in (kept, lost)]
        assert (states, Journal.objects.get().state) == ([WriteOffState.APPROVED, WriteOffState.AWAITING_APPROVAL], JournalState.DROPPED)
        assert posting.make_journals(at=clock.now) == 1


def test_of_a_day_the_query_chooses_so_that_todays_hide_nothing_of_yesterdays(folder, clock: Clock, settings, monkeypatch):
    settings.LEDGER_POSTING = "day"
    monkeypatch.setattr(making, "AT_ONCE", 3)
    for number in range(1, 4):
        approved(number, at=clock.now)
    yesterday = approved(9, at=clock.now - timedelta(days=1))

    assert posting.make_journals(at=clock.now) == 1
    assert WriteOff.objects.get(pk=yesterday.pk).state == WriteOffState.POSTING


class TestTheInvariant:
    def test_it_names_what_nothing_takes_to_the_ledger_for_a_day(self, folder, clock: Clock):
        row = approved(at=clock.now)

        assert what_is_approved_goes_to_the_ledger(clock.now + timedelta(hours=23)) == []
        assert what_is_approved_goes_to_the_ledger(clock.now + timedelta(hours=25)) == [
            f"{row.reference} was approved a day ago and nothing takes it to the ledger"
        ]

    def test_it_names_a_journal_that_lost_its_intent(self, folder, clock: Clock):
        approved(at=clock.now)
        posting.make_journals(at=clock.now)
        later = clock.now + timedelta(hours=25)
        before = what_is_approved_goes_to_the_ledger(later)

        Journal.objects.update(key="ber:BER-260609-00001:2")

        assert (before, len(what_is_approved_goes_to_the_ledger(later))) == ([], 1)

    def test_in_observe_mode_nothing_is_expected_to_go(self, folder, clock: Clock, settings):
        settings.MODES = {**settings.MODES, "ledger": "observe"}
        approved(at=clock.now)

        assert what_is_approved_goes_to_the_ledger(clock.now + timedelta(days=9)) == []
