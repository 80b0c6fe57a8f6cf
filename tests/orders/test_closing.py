"""Closing a manifest: the gate on every parcel with a fresh look at its locker, what fails is pulled with its case, the rest closes."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.invariants import every_invariant
from exceptions_queue import actions as desk
from exceptions_queue.models import AuditEntry, ExceptionCase
from lockers.actions import Refused
from lockers.actions.manifests import LEASE, pull_parcel, put_back, reopen
from lockers.invariants import gone_means_missed_twice
from lockers.models import Manifest, Parcel, Point, Pull
from orders.actions.closing import ask_to_close, close_asked, dry_run, recheck
from orders.models import GateDecision, Order
from partners.models import Feed, SyncRun
from tests.orders.builders import NOON, make_point, make_shopfloor
from tests.orders.collecting import CUTOFF, LOCKER, FakeLockers, labelled, open_manifest, order_of, picked
from tests.partners.builders import make_feed, make_run

pytestmark = pytest.mark.django_db
SOON = CUTOFF - timedelta(minutes=40)


@pytest.fixture(autouse=True)
def shopfloor(settings, db):
    settings.SANDBOX = True
    settings.INPOST_POINTS_URL = "http://points.test/v1/points"
    make_shopfloor()


@pytest.fixture
def lockers():
    """InPost knows the one locker, and is asked in the test's own process."""
    fake = FakeLockers()
    fake.knows()
    with fake.use():
        yield fake


@pytest.fixture
def lead() -> User:
    return User.objects.create(username="warehouse")


@pytest.fixture
def manifest() -> Manifest:
    return open_manifest()


def close(manifest: Manifest, lead: User, *, at=SOON) -> dict[str, int]:
    manifest.refresh_from_db()
    ask_to_close(manifest, actor=lead, at=at, version=manifest.version)
    said = close_asked(clock=lambda: at)
    manifest.refresh_from_db()
    return said


def open_codes() -> list[str]:
    return sorted(ExceptionCase.objects.filter(state="open").values_list("code", flat=True))


def codes_of(parcel: Parcel) -> list[str]:
    return Pull.objects.get(parcel=parcel).codes


class TestClosing:
    def test_what_passes_goes_and_the_sheet_knows_who_closed_it(self, manifest, lead, lockers):
        parcels = [labelled() for _ in range(3)]

        assert close(manifest, lead) == {"closed": 1, "went": 3, "pulled": 0}

        assert (manifest.state, manifest.closed_by, manifest.closed_at) == ("closed", lead, SOON)
        assert set(manifest.parcels.values_list("pk", flat=True)) == {parcel.pk for parcel in parcels}
        parcel = Parcel.objects.first()
        assert (parcel.state, parcel.manifested_at, parcel.gate_passed_at) == ("manifested", SOON, SOON)
        assert AuditEntry.objects.filter(verb="parcel manifested", actor_label="warehouse").count() == 3

    def test_each_verdict_is_kept_with_what_the_gate_saw(self, manifest, lead, lockers):
        parcel = labelled()

        close(manifest, lead)

        decision = GateDecision.objects.get(gate="manifest")
        assert (decision.passed, decision.order.number, decision.decided_at) == (True, parcel.order_number, SOON)
        assert decision.inputs["parcel"]["tracking_number"] == parcel.tracking_number
        assert (decision.inputs["locker"]["status"], decision.inputs["locker_looked_up"]) == ("Operating", True)

    def test_one_bad_parcel_never_sinks_the_batch(self, manifest, lead, lockers):
        good, bad = labelled(), labelled(order=picked(mobile=""))

        assert close(manifest, lead) == {"closed": 1, "went": 1, "pulled": 1}

        assert codes_of(bad) == ["VAL-MOB-MISSING"]
        assert [Parcel.objects.get(pk=one.pk).state for one in (good, bad)] == ["manifested", "labelled"]
        assert open_codes() == ["VAL-MOB-MISSING"]

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"state": "closed"}, "not_released"),
            ({"store_cancelled_at": NOON}, "cancelled"),
            ({"acs_status": "picking"}, "not_packed"),
            ({"acs_status": "despatched"}, "left_already"),
            ({"destination": "home", "locker_id": ""}, "to_a_door"),
        ],
    )
    def test_the_order_must_still_be_what_was_labelled(self, manifest, lead, lockers, facts, code):
        parcel = labelled()
        Order.objects.filter(number=parcel.order_number).update(**facts)

        assert close(manifest, lead) == {"closed": 1, "went": 0, "pulled": 1}

        assert code in codes_of(parcel)
        assert manifest.state == "open"

    def test_a_label_for_another_locker_than_the_orders_stays(self, manifest, lead, lockers):
        make_point("UK00000905")
        lockers.knows("UK00000905")
        parcel = labelled(point_id="UK00000905")

        close(manifest, lead)

        assert codes_of(parcel) == ["other_locker"]

    def test_a_parcel_of_an_order_that_nobody_knows_stays_and_nothing_breaks(self, manifest, lead, lockers):
        parcel = labelled()
        Order.objects.all().delete()

        close(manifest, lead)

        assert codes_of(parcel) == ["order_unknown"]

    def test_any_other_case_that_stops_the_manifest_and_any_hold_counts(self, manifest, lead, lockers):
        held, short = labelled(), labelled()
        desk.place_hold(order_of(held), reason="Ask first", exit="The customer said yes", owner="cx", actor=lead, at=NOON)
        card = desk.Card(label="Order", url="/")
        desk.reconcile(order_of(short), scope=frozenset({"ORD-SHORT"}), found={"ORD-SHORT": {"fault": "short"}}, card=card, at=NOON)

        close(manifest, lead)

        assert (codes_of(held), codes_of(short)) == (["HOLD"], ["ORD-SHORT"])

    def test_a_case_about_a_label_that_failed_stops_no_label_that_exists(self, manifest, lead, lockers):
        parcel, card = labelled(), desk.Card(label="Order", url="/")
        desk.reconcile(order_of(parcel), scope=frozenset({"LBL-FAILED"}), found={"LBL-FAILED": {}}, card=card, at=NOON)

        assert close(manifest, lead)["went"] == 1

    def test_the_parcels_own_size_counts(self, manifest, lead, lockers):
        Point.objects.update(sizes={"A": "NORMAL", "B": "NORMAL"})
        lockers.knows(locker_availability={"status": "NORMAL", "details": {"A": "NORMAL", "B": "NORMAL"}})
        small, large = labelled(), labelled(size="C")

        close(manifest, lead)

        assert (Parcel.objects.get(pk=small.pk).state, codes_of(large)) == ("manifested", ["LOC-SIZE"])

    def test_what_inpost_has_in_hand_already_is_left_alone(self, manifest, lead, lockers):
        labelled(handed_over_at=NOON, carriage="in_transit")

        assert close(manifest, lead) == {"closed": 1, "went": 0, "pulled": 0}
        assert Pull.objects.count() == 0

    def test_closing_after_the_cut_off_works_for_six_hours_and_not_longer(self, manifest, lead, lockers):
        labelled()

        with pytest.raises(Refused, match="has gone"):
            close(manifest, lead, at=CUTOFF + timedelta(hours=6))
        assert close(manifest, lead, at=CUTOFF + timedelta(minutes=20))["went"] == 1


class TestLockers:
    def test_a_locker_that_closed_since_the_label_is_met_by_the_fresh_look(self, manifest, lead, lockers):
        parcel = labelled()
        lockers.knows(status="NonOperating")

        close(manifest, lead)

        assert (codes_of(parcel), Pull.objects.get().fresh) == (["LOC-CLOSED"], True)
        assert Point.objects.get().status == "NonOperating"
        assert (manifest.points_asked, manifest.points_from_mirror) == (1, 0)

    def test_a_locker_that_closes_while_the_gate_looks_is_caught_at_the_end(self, manifest, lead, lockers):
        """The integrity run meets it in the middle: its case opens between the gate and the last transaction."""
        parcel = labelled()
        order = order_of(parcel)
        found = {"LOC-CLOSED": {"field": "locker_id", "fault": "NonOperating", "locker": LOCKER}}

        def clock():
            if GateDecision.objects.exists():  # after the gate, before the last transaction
                desk.reconcile(order, scope=frozenset({"LOC-CLOSED"}), found=found, card=desk.Card(label="Order", url="/"), at=SOON)
            return SOON

        ask_to_close(manifest, actor=lead, at=SOON, version=1)
        said = close_asked(clock=clock)

        assert GateDecision.objects.get().passed is True
        assert (said, codes_of(parcel)) == ({"closed": 1, "went": 0, "pulled": 1}, ["LOC-CLOSED"])

    def test_a_locker_inpost_no_longer_knows_counts_as_gone(self, manifest, lead, lockers):
        parcel = labelled()
        lockers.lockers.clear()

        close(manifest, lead)
        recheck(at=SOON + timedelta(minutes=1))

        assert (codes_of(parcel), open_codes()) == (["LOC-CLOSED"], ["LOC-CLOSED"])
        assert ExceptionCase.objects.get().evidence["fault"] == "gone"
        assert gone_means_missed_twice(SOON) == []

    def test_a_locker_that_inpost_knows_again_is_taken_by_the_next_closing(self, manifest, lead, lockers):
        parcel = labelled()
        lockers.lockers.clear()
        close(manifest, lead)
        assert (Point.objects.get(point_id=LOCKER).gone_at, parcel.pulls.count()) == (SOON, 1)

        lockers.knows()
        manifest.refresh_from_db()
        close(manifest, lead)

        assert (open_codes(), Point.objects.get(point_id=LOCKER).gone_at) == ([], None)
        assert Parcel.objects.get(pk=parcel.pk).state == "manifested"

    def test_when_inpost_is_down_the_mirror_decides_and_says_so(self, manifest, lead, lockers):
        labelled()
        Point.objects.create(**{**Point.objects.values().get(), "id": None, "point_id": "UK00000905", "status": "NonOperating"})
        closed = labelled(order=picked(locker_id="UK00000905"))
        lockers.down = True

        assert close(manifest, lead) == {"closed": 1, "went": 1, "pulled": 1}

        assert (manifest.points_asked, manifest.points_from_mirror) == (0, 2)
        assert (codes_of(closed), Pull.objects.get().fresh) == (["LOC-CLOSED"], False)

    def test_a_feed_that_is_not_connected_is_as_one_that_is_down(self, settings, manifest, lead):
        settings.INPOST_POINTS_URL = ""
        labelled()

        assert close(manifest, lead)["went"] == 1
        assert (manifest.points_asked, manifest.points_from_mirror) == (0, 1)

    def test_after_half_a_minute_the_mirror_decides_about_the_rest(self, manifest, lead, lockers):
        for number in range(5):
            point = f"UK0000100{number}"
            make_point(point)
            lockers.knows(point)
            labelled(order=picked(locker_id=point))
        now = [SOON]
        lockers.when_asked = lambda: now.__setitem__(0, now[0] + timedelta(seconds=12))

        ask_to_close(manifest, actor=lead, at=SOON, version=1)
        close_asked(clock=lambda: now[0])

        manifest.refresh_from_db()
        assert (len(lockers.asked_for), manifest.points_asked, manifest.points_from_mirror) == (3, 3, 2)
        assert manifest.state == "closed"

    def test_with_many_lockers_the_whole_feed_is_read_once(self, manifest, lead, lockers):
        for number in range(61):
            point = f"UK{number:08d}"
            make_point(point)
            lockers.knows(point)
            labelled(order=picked(locker_id=point))
        del lockers.lockers["UK00000007"]

        assert close(manifest, lead) == {"closed": 1, "went": 60, "pulled": 1}
        assert (len(lockers.asked_for), manifest.points_asked) == (1, 61)

    def test_half_a_feed_proves_nobodys_absence(self, manifest, lead, lockers):
        for number in range(61):
            point = f"UK{number:08d}"
            make_point(point)
            labelled(order=picked(locker_id=point))
            if number % 2:
                lockers.knows(point)

        assert close(manifest, lead) == {"closed": 1, "went": 61, "pulled": 0}
        assert (manifest.points_asked, manifest.points_from_mirror) == (30, 31)


class TestFull:
    @pytest.fixture(autouse=True)
    def inpost_is_down(self, settings):
        settings.INPOST_POINTS_URL = ""

    @staticmethod
    def crawls(hours: tuple[int, ...]) -> Feed:
        feed = make_feed("inpost.points")
        SyncRun.objects.filter(feed=feed).delete()
        for hour in hours:
            make_run(feed, NOON - timedelta(hours=hour), outcome="ok")
        return feed

    def test_overloaded_pulls(self, manifest, lead):
        parcel = labelled()
        Point.objects.update(status="Overloaded")

        close(manifest, lead)

        assert (codes_of(parcel), ExceptionCase.objects.get().blocks, ExceptionCase.objects.get().owner) == (["LOC-FULL"], "M", "cx")

    def test_nearly_full_once_goes_and_three_crawls_running_pulls(self, manifest, lead):
        self.crawls((18, 12, 6))
        Point.objects.update(low_since={"A": (NOON - timedelta(hours=6)).isoformat()})
        once = dry_run_codes(manifest, labelled())

        Point.objects.update(low_since={"A": (NOON - timedelta(hours=18)).isoformat()})

        assert (once, dry_run_codes(manifest, labelled())) == ((), ("LOC-FULL",))

    def test_another_size_that_is_full_stops_nothing(self, manifest, lead):
        self.crawls((18, 12, 6))
        Point.objects.update(low_since={"C": (NOON - timedelta(hours=30)).isoformat()})
        labelled()

        assert close(manifest, lead)["went"] == 1

    def test_room_again_closes_the_case_by_itself(self, manifest, lead):
        labelled()
        Point.objects.update(status="Overloaded")
        close(manifest, lead)
        recheck(at=SOON)
        still = open_codes()

        Point.objects.update(status="Operating")
        recheck(at=SOON)

        assert (still, open_codes()) == (["LOC-FULL"], [])


def dry_run_codes(manifest: Manifest, parcel: Parcel) -> tuple[str, ...]:
    run = dry_run(manifest, at=SOON)
    return next((held.codes for held in run.held if held.parcel_id == parcel.pk), ())


class TestDryRun:
    def test_it_says_what_closing_does_and_writes_nothing(self, manifest, lead, lockers):
        labelled()
        bad = labelled(order=picked(mobile=""))
        before = (GateDecision.objects.count(), AuditEntry.objects.count(), ExceptionCase.objects.count())

        run = dry_run(manifest, at=SOON)

        assert (run.go, run.lockers, [(held.order_number, held.codes) for held in run.held]) == (
            1,
            1,
            [(bad.order_number, ("VAL-MOB-MISSING",))],
        )
        assert (GateDecision.objects.count(), AuditEntry.objects.count(), ExceptionCase.objects.count()) == before
        assert (Pull.objects.count(), lockers.asked_for) == (0, [])

    def test_a_hold_placed_since_pulls(self, manifest, lead, lockers):
        parcel = labelled()
        assert dry_run(manifest, at=SOON).go == 1
        desk.place_hold(order_of(parcel), reason="Ask first", exit="The customer said yes", owner="cx", actor=lead, at=SOON)

        close(manifest, lead)

        assert codes_of(parcel) == ["HOLD"]

    def test_thirty_parcels_cost_as_many_statements_as_three(self, manifest):
        counts = []
        for size in (3, 27):
            for _ in range(size):
                labelled()
            with CaptureQueriesContext(connection) as told:
                dry_run(manifest, at=SOON)
            counts.append(len(told))

        assert counts[0] == counts[1] <= 11

    def test_closing_thirty_costs_as_many_statements_as_closing_three(self, settings, manifest, lead):
        settings.INPOST_POINTS_URL = ""
        counts = []
        for size, day in ((3, 0), (3, 1), (30, 2)):  # the first time, what a process looks up once is looked up
            for _ in range(size):
                labelled()
            labelled(order=picked(mobile=""))
            other = open_manifest(cutoff_at=CUTOFF + timedelta(days=day, hours=1))
            ask_to_close(other, actor=lead, at=SOON, version=1)
            with CaptureQueriesContext(connection) as told:
                close_asked(clock=lambda: SOON)
            counts.append(len(told))

        assert counts[1] == counts[2]


class TestByHand:
    def test_what_a_person_pulled_is_not_taken_along_and_may_be_put_back(self, manifest, lead, lockers):
        parcel, other = labelled(), labelled()
        pull_parcel(manifest, parcel.pk, why="The bag is torn", actor=lead, at=SOON)
        assert dry_run(manifest, at=SOON).go == 1

        put_back(manifest, parcel.pk, actor=lead, at=SOON)
        assert dry_run(manifest, at=SOON).go == 2

        pull_parcel(manifest, parcel.pk, why="The bag is torn", actor=lead, at=SOON)
        close(manifest, lead)

        assert [Parcel.objects.get(pk=one.pk).state for one in (parcel, other)] == ["labelled", "manifested"]
        assert AuditEntry.objects.get(verb="parcel put back").subject_id == parcel.pk

    def test_the_next_manifest_judges_it_again(self, manifest, lead, lockers):
        parcel = labelled()
        pull_parcel(manifest, parcel.pk, why="The bag is torn", actor=lead, at=SOON)

        tomorrow = open_manifest(cutoff_at=CUTOFF + timedelta(days=1), collection_on=CUTOFF.date() + timedelta(days=1))

        assert (dry_run(manifest, at=SOON).go, dry_run(tomorrow, at=SOON).go) == (0, 1)

    @pytest.mark.parametrize("why", ["", "  "])
    def test_not_without_a_reason(self, manifest, lead, why):
        with pytest.raises(Refused, match="Say why"):
            pull_parcel(manifest, labelled().pk, why=why, actor=lead, at=SOON)

    def test_not_twice_not_from_a_closed_manifest_and_not_what_has_gone(self, manifest, lead, lockers):
        parcel, gone = labelled(), labelled(state="void")
        pull_parcel(manifest, parcel.pk, why="torn", actor=lead, at=SOON)
        for pk, sentence in ((parcel.pk, "pulled already"), (gone.pk, "any more"), (0, "any more")):
            with pytest.raises(Refused, match=sentence):
                pull_parcel(manifest, pk, why="torn", actor=lead, at=SOON)
        labelled()
        close(manifest, lead)

        with pytest.raises(Refused, match="closed"):
            put_back(manifest, parcel.pk, actor=lead, at=SOON)


class TestReopening:
    def test_what_inpost_does_not_have_waits_again_and_the_rest_stays(self, manifest, lead, lockers):
        left, gone = labelled(), labelled()
        close(manifest, lead)
        Parcel.objects.filter(pk=gone.pk).update(handed_over_at=SOON, carriage="handed_over")

        assert reopen(manifest, reason="One more pallet", actor=lead, at=SOON, version=manifest.version) == (1, 1)

        left.refresh_from_db()
        assert (left.state, left.manifest_id, left.gate_passed_at) == ("labelled", None, None)
        assert (manifest.state, manifest.reopened_why) == ("open", "One more pallet")
        assert AuditEntry.objects.get(verb="manifest reopened").reason == "One more pallet"
        assert close(manifest, lead) == {"closed": 1, "went": 1, "pulled": 0}
        assert manifest.parcels.count() == 2

    def test_not_where_inpost_has_them_all(self, manifest, lead, lockers):
        labelled()
        close(manifest, lead)
        Parcel.objects.update(handed_over_at=SOON, carriage="handed_over")

        with pytest.raises(Refused, match="InPost has the one parcel"):
            reopen(manifest, reason="Stop", actor=lead, at=SOON, version=manifest.version)

    def test_not_without_a_reason_and_not_over_a_colleague(self, manifest, lead, lockers):
        labelled()
        close(manifest, lead)

        for reason, version, sentence in ((" ", manifest.version, "Say why"), ("Stop", manifest.version - 1, "colleague")):
            with pytest.raises(Refused, match=sentence):
                reopen(manifest, reason=reason, actor=lead, at=SOON, version=version)
        assert Parcel.objects.get().state == "manifested"

    def test_the_next_morning_what_was_left_behind_waits_again_and_the_manifest_stays_closed(self, manifest, lead, lockers):
        left, gone = labelled(), labelled()
        close(manifest, lead)
        Parcel.objects.filter(pk=gone.pk).update(handed_over_at=SOON, carriage="handed_over")

        assert reopen(manifest, reason="The cage was left", actor=lead, at=CUTOFF + timedelta(hours=15), version=manifest.version) == (1, 1)

        assert (manifest.state, Parcel.objects.get(pk=left.pk).state) == ("closed", "labelled")
        assert AuditEntry.objects.filter(verb="parcels left behind put back").exists()


class TestTwoAtOnce:
    def test_the_second_lead_reads_who_is_at_it(self, manifest, lead):
        ask_to_close(manifest, actor=lead, at=SOON, version=1)

        with pytest.raises(Refused, match="warehouse is closing this manifest"):
            ask_to_close(manifest, actor=User.objects.create(username="other"), at=SOON, version=1)

    def test_after_it_is_closed_the_second_reads_by_whom_and_when(self, manifest, lead, lockers):
        labelled()
        close(manifest, lead)

        with pytest.raises(Refused, match=r"warehouse closed this manifest today 16:50"):
            ask_to_close(manifest, actor=lead, at=SOON, version=1)

    def test_who_saw_an_older_page_looks_again(self, manifest, lead):
        with pytest.raises(Refused, match="Look again"):
            ask_to_close(manifest, actor=lead, at=SOON, version=7)

    def test_while_a_worker_has_it_no_other_takes_it_and_after_the_lease_one_does(self, manifest, lead, lockers):
        labelled()
        ask_to_close(manifest, actor=lead, at=SOON, version=1)
        Manifest.objects.update(closing_until=SOON + LEASE)

        early = close_asked(clock=lambda: SOON)
        late = close_asked(clock=lambda: SOON + LEASE)

        assert (early, late) == ({}, {"closed": 1, "went": 1, "pulled": 0})

    def test_who_lost_the_lease_leaves_nothing(self, manifest, lead, lockers):
        labelled()
        ask_to_close(manifest, actor=lead, at=SOON, version=1)
        lockers.when_asked = lambda: Manifest.objects.update(version=40)

        assert close_asked(clock=lambda: SOON) == {"lost": 1}
        assert (Parcel.objects.get().state, GateDecision.objects.count()) == ("labelled", 0)


class TestInvariants:
    def broken(self) -> list[str]:
        names = ("on a manifest means manifested", "no parcel goes and is pulled", "I05 what went had passed the gate")
        return [breach for _, name, check in every_invariant() if name in names for breach in check(SOON)]

    def test_they_hold_after_a_closing(self, manifest, lead, lockers):
        labelled()
        labelled(order=picked(mobile=""))
        close(manifest, lead)

        assert self.broken() == []

    def test_who_went_without_the_gate_is_named(self, manifest, lead, lockers):
        parcel = labelled()
        close(manifest, lead)
        GateDecision.objects.update(passed=False)

        assert self.broken() == [f"parcel {parcel.tracking_number} went without having passed the gate"]

    def test_a_parcel_on_a_manifest_that_is_not_manifested_is_named(self, manifest, lead):
        parcel = labelled(manifest=manifest)

        assert self.broken() == [f"parcel {parcel.tracking_number} is on a manifest and is labelled"]

    def test_a_parcel_that_was_pulled_and_went_is_named(self, manifest, lead, lockers):
        parcel = labelled()
        close(manifest, lead)
        Pull.objects.create(manifest=manifest, parcel=parcel, pulled_by="x", pulled_at=SOON)

        assert self.broken() == [f"parcel {parcel.tracking_number} is on the manifest from which it was pulled"]
