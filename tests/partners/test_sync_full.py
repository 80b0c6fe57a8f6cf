"""A whole feed: measured before anything is written, held when it looks wrong, applied when a person says so."""

from datetime import timedelta

import pytest
from django.urls import include, path

from exceptions_queue.models import AuditEntry, ExceptionCase
from partners.errors import Unreachable
from partners.models import Feed, RawPayload, RejectedRecord, SyncRun
from partners.sync import NotHeld, accept_held, sync_run
from tests.partners import feed as fake
from tests.partners.feed import Room, page, records
from tests.partners.partner import Clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
urlpatterns = [path("", include("partners.urls"))]

Outcome = SyncRun.Outcome
NAME = "inpost.points"


@pytest.fixture
def clock(noon) -> Clock:
    return Clock(noon)


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def run(room, clock):
    def run(*pages, finish=None, check=None) -> SyncRun:
        clock.forward(hours=6)
        how = {"full": True, "split": fake.split, "check": check or room.count_unreadable, "finish": finish}
        return sync_run(NAME, read=fake.Feed(*pages), apply=room.apply, clock=clock, **how)

    return run


@pytest.fixture
def accept(room, clock, admin_user):
    def accept(run, reason="InPost told us so.", finish=None) -> SyncRun:
        return accept_held(run, actor=admin_user, at=clock(), reason=reason, apply=room.apply, split=fake.split, finish=finish)

    return accept


def open_cases() -> list[tuple[str, str]]:
    return [(case.code, case.evidence["fault"]) for case in ExceptionCase.objects.filter(state="open")]


class TestAGoodFeed:
    def test_it_is_applied_from_what_was_stored_and_what_is_gone_is_counted(self, run, room):
        result = run(page(records(1, 6)), page(records(6, 11)), finish=lambda run, at: 2)

        assert (result.outcome, result.seen, result.created, result.gone, result.pages) == (Outcome.OK, 10, 10, 2, 2)
        assert len(room.rows) == 10
        assert RawPayload.objects.count() == 2

    def test_the_first_one_has_nothing_to_be_compared_with(self, run):
        assert run(page(records(1, 3))).outcome == Outcome.OK

    def test_a_record_that_does_not_come_back_as_it_was_is_solved(self, run, room):
        run(page([*records(1, 200), {"id": "R200", "n": "bad"}]))
        run(page(records(1, 200)))

        assert RejectedRecord.objects.get().solved_at is not None

    def test_one_that_comes_back_is_still_open(self, run):
        for _ in range(2):
            run(page([*records(1, 200), {"id": "R200", "n": "bad"}]))

        assert (RejectedRecord.objects.get().times, RejectedRecord.objects.get().solved_at) == (2, None)

    def test_an_incomplete_one_is_applied_but_says_nothing_of_absence(self, run):
        result = run(page(records(1, 11), declared=12), finish=lambda run, at: pytest.fail("nothing may be marked gone"))

        assert (result.outcome, result.seen) == (Outcome.PARTIAL, 10)
        assert result.why == "The partner declared 12 records and sent 10."

    def test_one_that_breaks_off_changes_nothing(self, run, room):
        result = run(page(records(1, 11)), Unreachable("points", "The connection broke off."))

        assert (result.outcome, room.rows) == (Outcome.FAILED, {})

    def test_it_needs_to_know_how_its_pages_are_cut(self, room, clock):
        with pytest.raises(ValueError, match="split"):
            sync_run(NAME, read=fake.Feed(), apply=room.apply, clock=clock, full=True)


class TestAFeedThatLooksWrong:
    @pytest.fixture(autouse=True)
    def usual(self, run):
        run(page(records(1, 101)))

    @pytest.mark.parametrize(
        ("pages", "fault", "why"),
        [
            ([], "empty", "The feed is empty."),
            ([page([])], "empty", "The feed is empty."),
            ([page(records(1, 80))], "short", "The feed has 79 records where 100 are usual: less than 80 in 100."),
            ([page(records(1, 152))], "long", "The feed has 151 records where 100 are usual: more than half as many again."),
            (
                [page([*records(1, 99), {"id": "a", "n": "x"}, {"id": "b", "n": "y"}])],
                "rejected",
                "2 of 100 records cannot be read, more than 1 in 100.",
            ),
        ],
    )
    def test_it_is_held_and_nothing_is_written(self, run, room, pages, fault, why):
        applied = len(room.applied)

        result = run(*pages, finish=lambda run, at: pytest.fail("nothing may be marked gone"))

        assert (result.outcome, result.why) == (Outcome.HELD, why)
        assert len(room.applied) == applied
        assert open_cases() == [("FEED-SUSPECT", fault)]

    @pytest.mark.parametrize("pages", [[page(records(1, 81))], [page(records(1, 151))], [page([*records(1, 100), {"id": "a", "n": "x"}])]])
    def test_at_the_edge_it_is_good(self, run, pages):
        assert run(*pages).outcome == Outcome.OK

    def test_older_than_what_was_applied_last(self, run, clock):
        newest = clock()
        run(page(records(1, 101), as_of=newest))

        held = run(page(records(1, 101), as_of=newest - timedelta(hours=1)))

        assert (held.outcome, held.why) == (Outcome.HELD, "The feed is older than what was applied last.")
        assert Feed.objects.get().last_content_at == newest

    def test_the_case_stands_on_the_feed_and_leads_to_the_run(self, run):
        held = run()

        case = ExceptionCase.objects.get()
        assert (case.subject_label, case.url, case.evidence["run"]) == (NAME, f"/sync/{held.pk}/", held.pk)

    def test_held_again_is_the_same_case_about_the_newest_run(self, run):
        run()
        held = run()

        assert ExceptionCase.objects.get().evidence["run"] == held.pk

    def test_a_good_feed_closes_the_case(self, run):
        run()
        assert run(page(records(1, 101))).outcome == Outcome.OK

        assert open_cases() == []

    def test_a_broken_one_does_not(self, run):
        run()
        run(Unreachable("points", "It cannot be reached."))

        assert open_cases() == [("FEED-SUSPECT", "empty")]

    def test_the_right_size_with_other_records_is_held_before_much_is_taken_away(self, run, room):
        held = run(page(records(1, 101)), finish=lambda run, at: 26)

        assert (held.outcome, held.gone) == (Outcome.HELD, 0)
        assert held.why == "The feed would take away 26 of 126 known records, more than 1 in 5."
        assert open_cases() == [("FEED-SUSPECT", "gone")]


class TestAccepting:
    @pytest.fixture(autouse=True)
    def held(self, run) -> SyncRun:
        run(page(records(1, 101)))
        return run(page(records(1, 51)), finish=lambda run, at: 50)

    def test_it_is_applied_from_its_stored_pages_and_audited(self, held, accept, admin_user):
        result = accept(held, finish=lambda run, at: 50)

        assert (result.outcome, result.seen, result.unchanged, result.gone) == (Outcome.OK, 50, 50, 50)
        assert (result.accepted_by, result.accepted_why) == (admin_user, "InPost told us so.")
        entry = AuditEntry.objects.get(verb="held feed accepted")
        assert (entry.actor_label, entry.reason, entry.after) == (admin_user.username, "InPost told us so.", {"run": held.pk})
        assert open_cases() == []

    def test_not_without_a_reason(self, held, accept):
        with pytest.raises(NotHeld, match="Say why"):
            accept(held, reason="  ")

    def test_not_twice(self, held, accept):
        accept(held)

        with pytest.raises(NotHeld, match="not held any more"):
            accept(held)

    def test_not_back_in_time(self, held, accept, run):
        run(page(records(1, 101)))

        with pytest.raises(NotHeld, match="back in time"):
            accept(held)

    def test_not_while_the_feed_is_read(self, held, accept, clock):
        SyncRun.objects.create(feed=held.feed, started_at=clock(), lease_until=clock() + timedelta(minutes=1), fence="other")

        with pytest.raises(NotHeld, match="being read"):
            accept(held)

    def test_not_without_its_pages(self, held, accept):
        RawPayload.objects.all().delete()

        with pytest.raises(NotHeld, match="deleted"):
            accept(held)

    def test_a_fault_while_it_is_applied_is_an_outcome_too(self, held, accept, room):
        def apply(shown, at):
            raise KeyError

        room.apply = apply
        with pytest.raises(KeyError):
            accept(held)

        held.refresh_from_db()
        assert held.outcome == Outcome.FAILED

    def test_what_was_accepted_counts_as_usual_from_then_on(self, held, accept, run):
        accept(held)

        assert run(page(records(1, 51))).outcome == Outcome.OK
        assert run(page(records(1, 101))).outcome == Outcome.HELD
