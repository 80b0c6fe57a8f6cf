"""Publishing a meaning: as foretold, by two people where it matters, and back again exactly."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django_q.models import OrmQ

from exceptions_queue.models import AuditEntry
from exceptions_queue.moves import IllegalMove
from inventory.actions import EffectChanged, approve_meanings, publish_meanings, rehearse_meanings, roll_back_meanings
from inventory.models import Garment, Level
from inventory.queries import sellable_now
from partners.actions import meanings
from partners.actions.meanings import NeedsAnother, NothingChanged, NotYours, Wanted
from partners.mappings import StaleMapping, set_target
from partners.models import CodeMapping, MappingProposal
from partners.states import ProposalState
from tests.inventory.mapped import (
    QUARANTINE,
    READY,
    STOCK,
    UNMAPPED,
    counted,
    days_before,
    make_garments,
    make_status,
    proposed,
)
from tests.postgres import until_another_waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines(db) -> User:
    return User.objects.create_user("ines")


@pytest.fixture
def rosa(db) -> User:
    return User.objects.create_user("rosa")


@pytest.fixture
def new(noon) -> CodeMapping:
    """A status nobody has seen, on three garments that would be ripe."""
    status = make_status("Quar-2")
    make_garments(3, "A", status, since=days_before(noon, 4))
    counted(noon)
    return status


@pytest.fixture
def ready(noon) -> CodeMapping:
    status = make_status("All fine", READY)
    make_garments(2, "B", status, since=days_before(noon, 4))
    make_garments(400, "C", make_status("Very fine", READY), since=days_before(noon, 4))
    counted(noon)
    return status


def rehearsed(actor: User, noon, **by_raw) -> MappingProposal:
    proposal = proposed(actor, noon, **by_raw)
    rehearse_meanings(proposal, actor=actor, at=noon)
    return proposal


def publish(proposal: MappingProposal, actor: User, noon, reason: str = "Agreed with ACS on the telephone.") -> bool:
    return publish_meanings(proposal, seen_at=proposal.rehearsed_at, reason=reason, actor=actor, at=noon)


def meaning_of(status: CodeMapping) -> dict:
    status.refresh_from_db()
    return {"target": status.target, "flags": status.flags}


class TestOnePersonIsEnough:
    def test_to_take_a_little_off_sale_at_once(self, ready, ines, noon):
        proposal = rehearsed(ines, noon, all_fine=QUARANTINE)

        assert publish(proposal, ines, noon)

        proposal.refresh_from_db()
        assert (meaning_of(ready), sellable_now(at=noon)["B"]) == (QUARANTINE, 0)
        assert (proposal.state, proposal.prediction["delta"], proposal.outcome) == (
            "published", -2, {"delta": -2, "skus": 1, "otherwise": []},
        )  # fmt: skip
        assert OrmQ.objects.get().func() == "orders.tasks.recheck_open"

    def test_every_step_has_its_audit_row_and_the_meaning_its_reason(self, ready, ines, noon):
        publish(rehearsed(ines, noon, all_fine=QUARANTINE), ines, noon)

        verbs = list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))
        assert verbs == ["mapping drafted", "mapping rehearsed", "mapping changed", "mapping published"]
        assert AuditEntry.objects.get(verb="mapping changed").reason == "Agreed with ACS on the telephone."

    def test_but_not_beyond_the_units_of_the_setting(self, ready, ines, noon, settings):
        settings.MAPPING_ALONE_UNITS, settings.MAPPING_ALONE_PERCENT = 1, 100

        assert not publish(rehearsed(ines, noon, all_fine=QUARANTINE), ines, noon)
        assert meaning_of(ready) == READY

    def test_nor_beyond_the_percentage(self, noon, ines):
        make_garments(2, "B", make_status("All fine", READY), since=days_before(noon, 4))
        counted(noon)

        assert not publish(rehearsed(ines, noon, all_fine=QUARANTINE), ines, noon)

    def test_not_to_publish_what_somebody_else_drafted(self, ready, ines, rosa, noon):
        proposal = rehearsed(ines, noon, all_fine=QUARANTINE)

        with pytest.raises(NotYours):
            publish(proposal, rosa, noon)

    def test_nor_what_was_never_rehearsed(self, ready, ines, noon):
        with pytest.raises(IllegalMove):
            publish(proposed(ines, noon, all_fine=QUARANTINE), ines, noon)
        assert meaning_of(ready) == READY


class TestTwoPeople:
    @pytest.fixture
    def waiting(self, new, ines, noon) -> MappingProposal:
        proposal = rehearsed(ines, noon, quar_2=READY)
        assert not publish(proposal, ines, noon)
        proposal.refresh_from_db()
        return proposal

    def approve(self, proposal, actor, noon):
        approve_meanings(proposal, seen_at=proposal.rehearsed_at, actor=actor, at=noon)

    def test_nothing_becomes_sellable_by_one(self, waiting, new, noon):
        assert (waiting.state, waiting.prediction["second"][0]) == ("awaiting", "“Quar-2” becomes sellable.")
        assert (meaning_of(new), sellable_now(at=noon)["A"]) == (UNMAPPED, 0)

    def test_but_by_two(self, waiting, new, rosa, noon):
        self.approve(waiting, rosa, noon)

        waiting.refresh_from_db()
        assert (meaning_of(new), sellable_now(at=noon)["A"], waiting.outcome["delta"]) == (READY, 3, 3)
        assert (waiting.state, waiting.approved_by, waiting.approved_at) == ("published", rosa, noon)

    def test_never_by_the_same_person_twice_not_even_a_superuser(self, waiting, ines, new, noon):
        User.objects.filter(pk=ines.pk).update(is_superuser=True)
        ines.refresh_from_db()

        with pytest.raises(NeedsAnother):
            self.approve(waiting, ines, noon)
        with pytest.raises(NeedsAnother), transaction.atomic():
            meanings.settle(waiting, outcome={}, reason="I say so.", actor=ines, at=noon)
        assert meaning_of(new) == UNMAPPED

    def test_and_the_database_holds_to_it(self, waiting, ines, noon):
        row = MappingProposal.objects.filter(pk=waiting.pk)

        for forged in (
            {"approved_by": ines, "approved_at": noon},
            {"state": "published", "published_at": noon, "outcome": {}},
            {"state": "published", "published_at": noon, "outcome": {}, "needs_second": False, "reason": ""},
            {"state": "rehearsed", "prediction": None},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                row.update(**forged)

    def test_stock_that_moved_in_the_meantime_is_looked_at_again(self, waiting, new, rosa, noon):
        make_garments(60, "A", new, since=days_before(noon, 5))
        counted(noon)

        with pytest.raises(EffectChanged):
            self.approve(waiting, rosa, noon + timedelta(hours=1))

        waiting.refresh_from_db()
        assert (waiting.state, waiting.prediction["delta"], meaning_of(new)) == ("awaiting", 63, UNMAPPED)
        self.approve(waiting, rosa, noon + timedelta(hours=1))
        assert sellable_now(at=noon)["A"] == 63

    def test_a_rehearsal_that_nobody_saw_is_not_approved(self, waiting, rosa, new, noon):
        with pytest.raises(EffectChanged):
            approve_meanings(waiting, seen_at=None, actor=rosa, at=noon)
        assert meaning_of(new) == UNMAPPED

    def test_what_came_to_need_two_while_it_was_read_does_not_go_through_by_one(self, ready, ines, noon, settings):
        proposal = rehearsed(ines, noon, all_fine=QUARANTINE)
        make_garments(10, "B", ready, since=days_before(noon, 4))
        counted(noon)

        with pytest.raises(EffectChanged):
            publish(proposal, ines, noon)

        proposal.refresh_from_db()
        assert (proposal.needs_second, proposal.state, meaning_of(ready)) == (True, "rehearsed", READY)


class TestSomebodyWasQuicker:
    def test_a_mapping_that_was_changed_since_is_not_published_over(self, ready, ines, rosa, noon):
        proposal = rehearsed(ines, noon, all_fine=QUARANTINE)
        set_target(ready, target="ber", flags={"sellable": False, "bucket": "damaged"}, actor=rosa, at=noon, version=1)

        with pytest.raises(StaleMapping) as stale:
            publish(proposal, ines, noon)
        assert stale.value.mapping.target == "ber"
        with pytest.raises(StaleMapping):
            rehearse_meanings(proposal, actor=ines, at=noon)

    def test_nor_drafted_over(self, ready, ines, noon):
        with pytest.raises(StaleMapping):
            meanings.draft("acs", STOCK, {ready.pk: Wanted(7, **QUARANTINE)}, actor=ines, at=noon)

    def test_one_draft_at_a_time(self, ready, new, ines, rosa, noon):
        proposed(ines, noon, all_fine=QUARANTINE)

        with pytest.raises(NotYours):
            proposed(rosa, noon, quar_2=QUARANTINE)
        again = proposed(ines, noon, quar_2=QUARANTINE)
        assert MappingProposal.objects.get() == again
        assert [change["raw"] for change in again.changes] == ["Quar-2"]

    def test_a_changed_draft_has_to_be_rehearsed_again(self, ready, new, ines, noon):
        rehearsed(ines, noon, all_fine=QUARANTINE)

        again = proposed(ines, noon, all_fine=QUARANTINE, quar_2=QUARANTINE)

        assert (again.state, again.prediction) == (ProposalState.DRAFT, None)

    def test_nothing_is_not_a_draft(self, ready, ines, noon):
        with pytest.raises(NothingChanged):
            proposed(ines, noon, all_fine=READY)

    def test_what_was_discarded_is_not_published(self, ready, ines, noon):
        proposal = rehearsed(ines, noon, all_fine=QUARANTINE)
        meanings.discard(proposal, actor=ines, at=noon)

        with pytest.raises(IllegalMove):
            publish(proposal, ines, noon)
        assert meaning_of(ready) == READY


class TestRollBack:
    def test_it_restores_exactly_what_stood(self, ready, new, ines, rosa, noon):
        before = (meaning_of(ready), meaning_of(new), sellable_now(at=noon))
        published = rehearsed(ines, noon, all_fine=QUARANTINE, quar_2=QUARANTINE)
        publish(published, ines, noon)
        published.refresh_from_db()

        undo, done = roll_back_meanings(published, reason="ACS meant another.", actor=ines, at=noon)
        assert not done  # "All fine" becomes sellable by it: a second person
        approve_meanings(undo, seen_at=noon, actor=rosa, at=noon)

        published.refresh_from_db()
        undo.refresh_from_db()
        assert (meaning_of(ready), meaning_of(new), sellable_now(at=noon)) == before
        assert (published.state, undo.state, undo.undoes) == ("rolled_back", "published", published)

    def test_it_is_one_click_where_it_only_takes_off_sale(self, new, ready, ines, rosa, noon):
        make_garments(1, "A", make_status("Once more"), since=days_before(noon, 4))
        counted(noon)
        published = rehearsed(ines, noon, once_more=READY)
        publish(published, ines, noon)
        approve_meanings(published, seen_at=published.rehearsed_at, actor=rosa, at=noon)
        published.refresh_from_db()

        _, done = roll_back_meanings(published, reason="Too early.", actor=ines, at=noon)

        assert (done, sellable_now(at=noon)["A"]) == (True, 0)

    def test_not_over_a_later_change_and_not_twice(self, ready, ines, noon):
        published = rehearsed(ines, noon, all_fine=QUARANTINE)
        publish(published, ines, noon)
        published.refresh_from_db()
        later = rehearsed(ines, noon, all_fine={"target": "ber", "flags": {"sellable": False, "bucket": "damaged"}})
        publish(later, ines, noon)

        with pytest.raises(StaleMapping):
            roll_back_meanings(published, reason="Back.", actor=ines, at=noon)
        later.refresh_from_db()
        roll_back_meanings(later, reason="Back.", actor=ines, at=noon)
        later.refresh_from_db()
        with pytest.raises(IllegalMove):
            roll_back_meanings(later, reason="Back.", actor=ines, at=noon)


def test_a_status_without_a_meaning_is_never_sellable(noon):
    status = make_status("Quar-2", {"target": "", "flags": {"sellable": True}})
    make_garments(3, "A", status, since=days_before(noon, 9))
    counted(noon)

    assert sellable_now(at=noon) == {"A": 0}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_drafts_while_another_publishes_waits_without_holding_what_that_one_needs(noon, race):
    ines, rosa = (User.objects.create_user(name) for name in ("ines", "rosa"))
    status = make_status("Quar-2")
    proposal = proposed(ines, noon, quar_2=READY)
    locked = threading.Event()

    def act(who: User) -> None:
        if who == rosa:
            locked.wait(30)
            proposed(rosa, noon, quar_2=QUARANTINE)
            return
        with transaction.atomic():  # as publishing does: the proposal, then its mappings
            MappingProposal.objects.select_for_update().get(pk=proposal.pk)
            locked.set()
            until_another_waits()
            CodeMapping.objects.select_for_update(nowait=True).get(pk=status.pk)

    assert race(act, [ines, rosa]) == ["ok", "NotYours"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_publishes_while_another_drafts_waits_without_holding_what_that_one_needs(noon, race):
    ines = User.objects.create_user("ines")
    status = make_status("Very fine", READY)
    make_garments(3, "A", status, since=days_before(noon, 1))
    make_garments(900, "B", make_status("All fine", READY), since=days_before(noon, 4))
    counted(noon)
    proposal = rehearsed(ines, noon, very_fine=QUARANTINE)
    locked = threading.Event()

    def draft_like() -> None:
        with transaction.atomic():  # as drafting does: the proposal, then its mappings
            meanings.open_proposal("acs", STOCK, lock=True)
            locked.set()
            until_another_waits()
            CodeMapping.objects.select_for_update(nowait=True).get(pk=status.pk)
            list(Level.objects.select_for_update(nowait=True))

    def publish_it() -> None:
        locked.wait(30)
        publish(proposal, ines, noon)

    assert race(lambda act: act(), [draft_like, publish_it]) == ["ok", "ok"]
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.PUBLISHED


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_wins(noon, race):
    ines, rosa, tom = (User.objects.create_user(name) for name in ("ines", "rosa", "tom"))
    status = make_status("Quar-2")
    make_garments(3, "A", status, since=days_before(noon, 4))
    counted(noon)
    proposal = rehearsed(ines, noon, quar_2=READY)
    publish(proposal, ines, noon)

    outcomes = race(lambda who: approve_meanings(proposal, seen_at=noon, actor=who, at=noon), [rosa, tom])

    assert sorted(outcomes) == ["IllegalMove", "ok"]
    assert AuditEntry.objects.filter(verb="mapping published").count() == 1
    assert sellable_now(at=noon) == {"A": 3}
    assert Garment.objects.count() == 3
