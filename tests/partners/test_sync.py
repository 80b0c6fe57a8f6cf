"""A run of a feed: page by page, counted, one at a time, and safe to be killed anywhere."""

import signal

import pytest

from partners.errors import Unreachable
from partners.models import Feed, RawPayload, RejectedRecord, SyncRun
from partners.sync import engine, lease, sync_run
from tests.partners import feed as fake
from tests.partners.feed import Room, page, records
from tests.partners.partner import Clock

pytestmark = pytest.mark.django_db

Outcome = SyncRun.Outcome
DOWN = Unreachable("store", "It cannot be reached.")


@pytest.fixture
def clock(noon) -> Clock:
    return Clock(noon)


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def run(room, clock):
    def run(*pages, **how) -> SyncRun:
        return sync_run("store.orders", read=fake.Feed(*pages), apply=room.apply, clock=clock, **how)

    return run


def counts(run: SyncRun) -> dict[str, int]:
    return {name: getattr(run, name) for name in ("seen", "created", "changed", "unchanged", "rejected", "pages")}


class TestPages:
    def test_counts_add_up_over_all_pages(self, run, room, clock):
        room.rows = {"R1": 1, "R2": 99}

        result = run(page(records(1, 4), "a"), page([{"id": "R4", "n": "four"}], "b"))

        assert counts(result) == {"seen": 4, "created": 1, "changed": 1, "unchanged": 1, "rejected": 1, "pages": 2}
        assert (result.outcome, result.finished_at, result.lease_until) == (Outcome.OK, clock(), None)
        assert Feed.objects.get().last_good_at == clock()

    def test_the_cursor_is_the_partners_and_is_asked_for_next_time(self, room, clock):
        first = fake.Feed(page(records(1, 2), "a"), page(records(2, 3), "b"))
        again = fake.Feed()

        one = sync_run("store.orders", read=first, apply=room.apply, clock=clock)
        two = sync_run("store.orders", read=again, apply=room.apply, clock=clock)

        assert (one.cursor_before, one.cursor_after, two.cursor_before) == ("", "b", "b")
        assert (first.asked, again.asked) == ([""], ["b"])

    def test_raw_bytes_are_kept_as_they_came(self, run):
        shown = page(records(1, 3), "a")

        result = run(shown)

        kept = RawPayload.objects.get()
        assert (kept.run, kept.page, kept.size, kept.source) == (result, 1, len(shown.body), "GET /records")

    def test_they_are_kept_before_anything_reads_them(self, run, room):
        kept = []
        room_apply = room.apply
        room.apply = lambda shown, at: kept.append(RawPayload.objects.count()) or room_apply(shown, at)

        run(page(records(1, 3), "a"), page(records(3, 5), "b"))

        assert kept == [1, 2]

    def test_a_feed_without_news_is_a_good_run(self, run):
        assert run().outcome == Outcome.OK

    def test_reading_everything_again_moves_the_cursor_only_at_the_end(self, run, room, clock):
        run(page(records(1, 3), "m"))
        seen = []
        room_apply = room.apply
        room.apply = lambda shown, at: seen.append(Feed.objects.get().cursor) or room_apply(shown, at)

        result = run(page(records(1, 2), "a"), page(records(2, 3), "z"), from_start=True)

        assert (result.cursor_before, result.cursor_after, seen) == ("", "z", ["m", "m"])
        assert Feed.objects.get().cursor == "z"

    def test_reading_everything_again_and_breaking_off_leaves_the_cursor_where_it_was(self, run):
        run(page(records(1, 3), "m"))

        run(page(records(1, 2), "a"), DOWN, from_start=True)

        assert Feed.objects.get().cursor == "m"

    def test_reading_a_window_again_starts_there_and_leaves_the_cursor_alone(self, run, room):
        run(page(records(1, 3), "m"))

        result = run(page(records(1, 2), "b"), since="a")

        assert (result.cursor_before, result.cursor_after, result.outcome) == ("a", "b", Outcome.OK)
        assert Feed.objects.get().cursor == "m"


class TestTrouble:
    def test_what_was_applied_before_the_partner_failed_stays(self, run, room):
        result = run(page(records(1, 3), "a"), DOWN)

        assert (result.outcome, result.why, result.cursor_after) == (Outcome.PARTIAL, "It cannot be reached.", "a")
        assert room.rows == {"R1": 1, "R2": 2}
        assert Feed.objects.get().cursor == "a"
        assert Feed.objects.get().last_good_at is None

    def test_nothing_applied_is_a_failed_run(self, run):
        result = run(DOWN)

        assert (result.outcome, result.seen) == (Outcome.FAILED, 0)

    def test_a_fault_of_ours_is_raised_and_the_run_says_so_without_the_data(self, run, room):
        def apply(shown, at):
            raise KeyError("Ada Lovelace")

        room.apply = apply

        with pytest.raises(KeyError):
            run(page(records(1, 3), "a"))

        failed = SyncRun.objects.get()
        assert (failed.outcome, failed.why) == (Outcome.FAILED, "A fault of ours stopped the run: KeyError.")
        assert Feed.objects.get().cursor == ""

    def test_a_record_nobody_accounted_for_is_a_fault(self, run, room):
        room.apply = lambda shown, at: engine.Applied(created=1)

        with pytest.raises(RuntimeError, match="1 of 2 records"):
            run(page(records(1, 3), "a"))

    def test_a_cursor_that_cannot_be_kept_whole_is_a_fault(self, run):
        with pytest.raises(ValueError, match="cursor"):
            run(page(records(1, 3), "x" * 301))


class TestStopRules:
    def test_the_same_page_twice(self, run, room):
        shown = page(records(1, 3), "a")

        result = run(shown, shown, shown)

        assert (result.outcome, result.pages) == (Outcome.PARTIAL, 1)
        assert result.why == "The partner sent the same page twice, so the reading would never end."

    def test_the_same_cursor_with_other_records_is_progress(self, run):
        assert run(page(records(1, 3), "a"), page(records(3, 5), "a")).outcome == Outcome.OK

    def test_more_than_was_declared(self, run):
        result = run(page(records(1, 3), "a", declared=3), page(records(3, 5), "b", declared=3))

        assert (result.outcome, result.cursor_after) == (Outcome.PARTIAL, "a")
        assert result.why == "The partner declared 3 records and sends more."

    def test_more_pages_than_any_feed_has(self, run, monkeypatch):
        monkeypatch.setattr(engine, "MOST_PAGES", 2)

        result = run(*[page(records(number, number + 1), str(number)) for number in range(4)])

        assert (result.outcome, result.pages) == (Outcome.PARTIAL, 2)


class TestOneAtATime:
    def test_a_second_run_is_skipped_and_leaves_no_trace(self, run, room, clock):
        def during(shown, at):
            second = run(page(records(5, 6), "z"))
            assert (second.outcome, second.pk) == (Outcome.SKIPPED, None)
            return Room().apply(shown, at)

        read = fake.Feed(page(records(1, 2), "a"))
        first = sync_run("store.orders", read=read, apply=during, clock=clock)

        assert (first.outcome, SyncRun.objects.count()) == (Outcome.OK, 1)

    def test_a_paused_feed_is_skipped(self, run):
        Feed.objects.create(name="store.orders", paused=True)

        result = run(page(records(1, 2), "a"))

        assert (result.outcome, result.why) == (Outcome.SKIPPED, "A person paused this feed.")

    def test_a_run_whose_process_died_is_taken_over_when_its_lease_ends(self, run, clock):
        feed = Feed.objects.create(name="store.orders", cursor="m")
        dead = SyncRun.objects.create(feed=feed, started_at=clock(), lease_until=clock() + lease.LEASE, fence="dead")

        assert run().outcome == Outcome.SKIPPED
        clock.forward(minutes=4)
        assert run(page(records(1, 2), "n")).cursor_before == "m"

        dead.refresh_from_db()
        assert (dead.outcome, dead.why) == (Outcome.FAILED, lease.DIED)

    def test_who_lost_the_run_writes_nothing_more(self, run, room, clock):
        room_apply = room.apply

        def overtaken(shown, at):
            clock.forward(minutes=4)
            lease.bury(at=clock())
            return room_apply(shown, at)

        room.apply = overtaken

        result = run(page(records(1, 2), "a"), page(records(2, 3), "b"))

        assert (result.seen, Feed.objects.get().cursor, Feed.objects.get().last_good_at) == (0, "", None)
        assert len(room.applied) == 1

    def test_two_feeds_run_side_by_side(self, room, clock):
        Feed.objects.create(name="acs.orders")
        SyncRun.objects.create(feed=Feed.objects.get(), started_at=clock(), lease_until=clock() + lease.LEASE, fence="other")

        assert sync_run("store.orders", read=fake.Feed(), apply=room.apply, clock=clock).outcome == Outcome.OK


class TestRejectedRecords:
    def test_one_bad_record_is_kept_raw_with_where_and_why_and_the_run_goes_on(self, run, room, clock):
        result = run(page([{"id": "R1", "n": 1}, {"id": "R2", "n": "two"}, {"id": "R3", "n": 3}], "a"))

        kept = RejectedRecord.objects.get()
        assert (result.outcome, room.rows) == (Outcome.OK, {"R1": 1, "R3": 3})
        assert (kept.key, kept.path, kept.reason, kept.raw) == ("R2", "$.n", "must be a whole number", '{"id": "R2", "n": "two"}')
        assert (kept.run, kept.times, kept.first_at) == (result, 1, clock())

    def test_the_same_again_is_one_row_with_a_count(self, run, clock, noon):
        run(page([{"id": "R2", "n": "two"}], "a"))
        clock.forward(hours=1)
        run(page([{"id": "R2", "n": "two"}], "b"))

        kept = RejectedRecord.objects.get()
        assert (kept.times, kept.first_at, kept.last_at) == (2, noon, clock())

    def test_other_text_under_the_same_key_is_the_same_row_with_what_came_last(self, run):
        run(page([{"id": "R2", "n": "two"}], "a"))
        run(page([{"id": "R2", "n": "three"}], "b"))

        kept = RejectedRecord.objects.get()
        assert (kept.times, kept.raw) == (2, '{"id": "R2", "n": "three"}')

    def test_twice_on_one_page_counts_twice(self, run):
        run(page([{"id": "R2", "n": "two"}, {"id": "R2", "n": "three"}], "a"))

        assert RejectedRecord.objects.get().times == 2

    def test_when_its_key_can_be_read_it_is_solved(self, run, clock):
        run(page([{"id": "R2", "n": "two"}, {"id": "R3", "n": "three"}], "a"))
        run(page([{"id": "R2", "n": 2}], "b"))

        assert list(RejectedRecord.objects.order_by("key").values_list("key", "solved_at")) == [("R2", clock()), ("R3", None)]

    def test_solved_and_refused_anew_is_a_new_row(self, run):
        for number, n in enumerate(["two", 2, "two"]):
            run(page([{"id": "R2", "n": n}], str(number)))

        first, second = RejectedRecord.objects.order_by("id")
        assert (first.solved_at is None, second.solved_at is None) == (False, True)

    def test_nul_and_half_a_pair_can_be_kept_on_both_databases(self, run, room):
        room.apply = lambda shown, at: engine.Applied(rejected=[fake.Reject("k", "$", "no", "a\x00b\ud800")])

        run(page([{"id": "R1", "n": 1}], "a"))

        assert RejectedRecord.objects.get().raw == "a\ufffdb?"


class TestReplay:
    @pytest.fixture
    def refused(self, run) -> RejectedRecord:
        run(page([{"id": "R2", "n": "two"}], "a"))
        return RejectedRecord.objects.get()

    def ask(self, clock) -> None:
        RejectedRecord.objects.update(replay_asked_at=clock())

    def test_a_record_that_is_accepted_now_is_solved_and_counted(self, run, room, refused, clock):
        room.apply = lambda shown, at: engine.Applied(created=len(shown.records))
        self.ask(clock)

        result = run()

        refused.refresh_from_db()
        assert (refused.solved_at, refused.replay_asked_at, counts(result)["seen"]) == (clock(), None, 1)

    def test_a_record_refused_again_stays_and_is_not_tried_for_ever(self, run, refused, clock):
        self.ask(clock)

        run()

        refused.refresh_from_db()
        assert (refused.times, refused.solved_at, refused.replay_asked_at) == (2, None, None)

    def test_a_record_that_breaks_the_room_does_not_stop_the_feed(self, run, room, refused, clock):
        def apply(shown, at):
            if shown.source == "replay":
                raise KeyError
            return Room().apply(shown, at)

        room.apply = apply
        self.ask(clock)

        assert counts(run(page(records(5, 7), "b"))) == {"seen": 2, "created": 2, "changed": 0, "unchanged": 0, "rejected": 0, "pages": 1}
        refused.refresh_from_db()
        assert (refused.solved_at, refused.replay_asked_at) == (None, None)


def test_the_statements_of_a_page_do_not_grow_with_its_records(run, django_assert_max_num_queries):
    run(page([{"id": "R0", "n": "bad"}], "z"))
    for size in (3, 300):
        with django_assert_max_num_queries(26):
            run(page(records(1, size), str(size)))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_runs_at_the_same_time_one_is_skipped(clock, race):
    import threading

    both_there, outcomes = threading.Barrier(2), []

    def act(name: str) -> None:
        def read(cursor):
            both_there.wait(20)
            yield page(records(1, 3), name)

        result = sync_run("store.orders", read=read, apply=Room().apply, clock=clock)
        if result.outcome == Outcome.SKIPPED:
            both_there.wait(20)
        outcomes.append(result.outcome)

    assert race(act, ["a", "b"]) == ["ok", "ok"]
    assert sorted(outcomes) == [Outcome.OK, Outcome.SKIPPED]
    assert SyncRun.objects.count() == 1


RUN = """
from datetime import timedelta
from partners.models import CodeMapping, Feed, SyncRun
from partners.pages import Applied
from partners.sync import sync_run
from tests.partners import feed
noon = datetime.fromisoformat({noon!r})
def apply(page, at):
    keys = [feed.json.loads(raw)["id"] for raw in page.records]
    known = set(CodeMapping.objects.filter(raw__in=keys).values_list("raw", flat=True))
    new = [CodeMapping(partner="t", kind="t", raw=key, folded=key) for key in keys if key not in known]
    CodeMapping.objects.bulk_create(new)
    return Applied(created=len(new), unchanged=len(known))
def run(minutes):
    read = lambda cursor: iter([feed.page(feed.records(10 * n, 10 * n + 10), str(n)) for n in range(1, 4) if str(n) > cursor])
    return sync_run("store.orders", read=read, apply=apply, clock=lambda: noon + timedelta(minutes=minutes))
"""
CHECK = """
assert run(1).outcome == "skipped"
assert run(5).outcome == "ok"
mirrored = CodeMapping.objects.filter(partner="t").count()
counted = sum(SyncRun.objects.values_list("created", flat=True))
assert (mirrored, counted, Feed.objects.get().cursor) == (30, 30, "3"), (mirrored, counted, Feed.objects.get().cursor)
"""


@pytest.mark.parametrize("place", ["sync.page_stored", "sync.page_applied", "sync.before_commit", "sync.page_committed"])
def test_a_run_killed_anywhere_in_a_page_is_caught_up_by_the_next(place, processes, noon):
    code = RUN.format(noon=noon.isoformat())

    assert processes(code + "run(0)", LOCKSTEP_FAILPOINT=place) == -signal.SIGKILL
    assert processes(code + CHECK) == 0
