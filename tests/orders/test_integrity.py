"""The integrity run: every open locker order, three ways; sealed, signed, and true on the desk."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from exceptions_queue.models import Alert, AuditEntry, ExceptionCase
from exceptions_queue.queries.causes import causes
from lockers.models import Manifest, Parcel, Point
from orders.actions import review_many
from orders.actions.integrity import holds, look_again, run_integrity, sign_off
from orders.actions.labelling import ask_for_labels
from orders.actions.outcomes import Refused
from orders.invariants import runs_are_as_they_were_sealed
from orders.models import IntegrityFinding, IntegrityRun, Order
from orders.queries.integrity import unsigned
from orders.states import OrderState
from partners.models import Feed, SyncRun
from tests.orders.builders import NOON, make_order, make_point, make_shopfloor

pytestmark = pytest.mark.django_db

HERE = "UK00000904"


@pytest.fixture(autouse=True)
def shopfloor(settings, db):
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    make_shopfloor()


def released(**facts) -> Order:
    standing = {"state": OrderState.RELEASED, "released_at": NOON, "release_claimed_at": NOON, "acs_status": "picking", "needs_size": "A"}
    return make_order(**standing | {"acs_locker_id": facts.get("locker_id", HERE)} | facts)


def labelled(order: Order, **facts) -> Parcel:
    standing = {"state": "labelled", "point_id": order.locker_id, "size": "A", "tracking_number": f"JJD-{order.number}", "created_at": NOON}
    return Parcel.objects.create(order_number=order.number, **standing | facts)


def run(minutes: int = 0) -> IntegrityRun:
    return run_integrity(actor="system:test", at=NOON + timedelta(minutes=minutes))


def close_locker(point_id: str = HERE, **facts) -> None:
    Point.objects.filter(point_id=point_id).update(**{"status": "NonOperating", "may_receive": False} | facts)


def open_cases(*codes: str) -> list[tuple[str, str]]:
    found = ExceptionCase.objects.filter(state="open").order_by("order_number", "code").values_list("order_number", "code")
    return [case for case in found if not codes or case[1] in codes]


def crawls(*hours_ago: int) -> None:
    feed, _ = Feed.objects.get_or_create(name="inpost.points")
    for hours in hours_ago:
        ended = NOON - timedelta(hours=hours)
        SyncRun.objects.create(feed=feed, outcome=SyncRun.Outcome.OK, started_at=ended, finished_at=ended)


class TestRuns:
    def test_everything_right_passes(self):
        labelled(released())
        make_order()

        done = run()

        assert (done.orders, done.passed, done.failed, done.by_code, done.opened) == (2, 2, 0, {}, 0)
        assert holds(done)
        assert not ExceptionCase.objects.exists()

    def test_a_locker_that_closes_is_as_many_failures_as_orders_use_it_one_cause_and_one_alert(self):
        make_point("UK00000905")
        for _ in range(3):
            released()
        released(locker_id="UK00000905")
        before = run()

        close_locker()
        after = run(5)

        assert after.failed - before.failed == 3
        assert after.by_code == {"LOC-CLOSED": 3}
        assert [(cause.count, cause.blamed) for cause in causes()] == [(3, HERE)]
        assert list(Alert.objects.values_list("count", "owner")) == [(3, "cx")]

        Point.objects.filter(point_id=HERE).update(status="Operating", may_receive=True)
        again = run(10)

        assert (again.failed, again.ended) == (0, 3)
        assert open_cases() == []

    def test_a_second_run_without_a_change_writes_no_finding(self):
        for _ in range(3):
            released()
        close_locker()
        run()
        before = list(IntegrityFinding.objects.order_by("pk").values())

        again = run(5)

        assert list(IntegrityFinding.objects.order_by("pk").values()) == before
        assert (again.failed, again.opened, again.ended) == (3, 0, 0)

    def test_other_evidence_ends_the_finding_and_opens_another(self):
        order = released()
        close_locker()
        first = run()
        close_locker(gone_at=NOON)

        second = run(5)

        assert (second.opened, second.ended, second.failed) == (1, 1, 1)
        assert IntegrityFinding.objects.get(ended_run=None).evidence["fault"] == "gone"
        assert ExceptionCase.objects.get(state="open", subject_id=order.pk).evidence["fault"] == "gone"
        assert holds(first)

    @pytest.mark.parametrize(
        "facts",
        [{"state": OrderState.CLOSED}, {"destination": "home"}, {"excluded_why": "left out"}, {"acs_status": "despatched"}],
    )
    def test_what_is_not_open_is_not_looked_at(self, facts):
        released(**facts)
        close_locker()

        assert run().orders == 0

    def test_what_inpost_has_is_not_looked_at_any_more(self):
        labelled(released(), carriage="in_transit", handed_over_at=NOON)
        close_locker()

        assert run().orders == 0

    @pytest.mark.parametrize("count", [3, 30])
    def test_takes_the_same_statements_for_any_number(self, django_assert_max_num_queries, count):
        for _ in range(count):
            released()
        close_locker()
        with django_assert_max_num_queries(45):
            assert run().failed == count
        with django_assert_max_num_queries(20):
            assert run(5).failed == count


class TestFull:
    def test_a_single_very_low_is_no_finding(self):
        crawls(12, 6, 0)
        released()
        Point.objects.update(sizes={"A": "VERY_LOW"}, low_since={"A": (NOON - timedelta(hours=6)).isoformat()})

        assert run().failed == 0

    def test_three_crawls_running_it_is_full(self):
        crawls(12, 6, 0)
        order = released()
        Point.objects.update(sizes={"A": "VERY_LOW"}, low_since={"A": (NOON - timedelta(hours=12, minutes=1)).isoformat()})

        assert run().by_code == {"LOC-FULL": 1}
        assert open_cases() == [(order.number, "LOC-FULL")]

    def test_overloaded_is_full_for_every_size_before_and_after_the_release_and_holds_nothing_back(self):
        before, after = make_order(needs_size="C"), released()
        Point.objects.update(status="Overloaded", may_receive=False)
        review_many([before.pk], at=NOON)

        assert run().by_code == {"LOC-FULL": 2}
        assert open_cases() == [(before.number, "LOC-FULL"), (after.number, "LOC-FULL")]
        before.refresh_from_db()
        assert before.state == OrderState.READY


class TestDrift:
    def test_acs_shows_another_locker(self):
        order = released(acs_locker_id="UK00000905")

        assert run().by_code == {"LOC-DRIFT": 1}

        case = ExceptionCase.objects.get(state="open")
        assert (case.owner, case.blocks, case.subject_id) == ("integration", "M", order.pk)
        assert case.evidence == {"field": "locker_id", "fault": "acs", "shop": HERE, "acs": "UK00000905"}

    def test_the_label_names_another_locker(self):
        labelled(released(), point_id="UK00000905")

        run()

        assert IntegrityFinding.objects.get().evidence == {
            "field": "locker_id",
            "fault": "label",
            "shop": HERE,
            "acs": HERE,
            "label": "UK00000905",
        }

    def test_an_order_that_acs_was_not_asked_about_is_no_drift(self):
        released(acs_locker_id=None)

        assert run().failed == 0

    def test_put_right_it_closes_within_the_minute_without_a_run(self):
        order = released(acs_locker_id="UK00000905")
        run()
        Order.objects.filter(pk=order.pk).update(acs_locker_id=HERE)

        assert look_again(at=NOON + timedelta(minutes=1)) == 1

        assert open_cases() == []
        assert look_again(at=NOON + timedelta(minutes=2)) == 0


class TestCases:
    def test_before_the_release_the_gate_owns_what_it_looks_at(self):
        order = make_order()
        close_locker()

        assert run().by_code == {"LOC-CLOSED": 1}
        assert open_cases() == []

        review_many([order.pk], at=NOON)
        run(5)
        assert open_cases() == [(order.number, "LOC-CLOSED")]

    def test_are_due_before_the_collection_once_acs_has_the_order(self):
        released()
        close_locker()
        run()

        case = ExceptionCase.objects.get()
        assert (case.due_at, case.cutoff_at) == (NOON + timedelta(hours=1, minutes=30), NOON + timedelta(hours=5, minutes=30))

    def test_the_look_before_the_label_finds_them_as_it_would_leave_them(self):
        order = released(acs_status="pick_confirmed")
        close_locker()
        run()
        before = ExceptionCase.objects.values().get()

        assert ask_for_labels(at=NOON + timedelta(minutes=1)) == 0

        assert ExceptionCase.objects.values().get() == before
        assert look_again(at=NOON + timedelta(minutes=2)) == 0
        assert open_cases() == [(order.number, "LOC-CLOSED")]

    def test_of_a_parcel_on_a_closed_manifest_are_left_to_it(self):
        order = released()
        parcel = labelled(order)
        close_locker()
        run()
        manifest = Manifest.objects.create(
            site_key="acs", collection_on=NOON.date(), cutoff_at=NOON, state="closed", created_at=NOON, closed_at=NOON
        )
        Parcel.objects.filter(pk=parcel.pk).update(state="manifested", manifest=manifest, gate_passed_at=NOON, manifested_at=NOON)
        Point.objects.update(status="Operating")

        run(5)
        assert open_cases() == [(order.number, "LOC-CLOSED")]

        Parcel.objects.filter(pk=parcel.pk).update(carriage="in_transit", handed_over_at=NOON)
        run(10)
        assert open_cases() == []

    def test_a_case_that_is_not_what_the_findings_say_is_made_so_by_the_next_run(self):
        order = make_order(state=OrderState.HELD)
        close_locker()
        run()
        Order.objects.filter(pk=order.pk).update(state=OrderState.RELEASED, released_at=NOON)

        run(5)

        assert open_cases() == [(order.number, "LOC-CLOSED")]


class TestSignature:
    def person(self) -> User:
        return User.objects.create_user("callum")

    def test_is_given_once_and_audited(self):
        done, person = run(), self.person()

        sign_off(done, actor=person, at=NOON, note="All right.")

        assert (done.signed_off_by, done.note) == (person, "All right.")
        assert AuditEntry.objects.filter(verb="integrity run signed off", actor_label="callum").count() == 1
        with pytest.raises(Refused, match="already"):
            sign_off(IntegrityRun.objects.get(), actor=person, at=NOON)

    def test_is_refused_where_the_seal_does_not_hold(self):
        done = run()
        IntegrityRun.objects.update(failed=0, passed=7)

        with pytest.raises(Refused, match="seal"):
            sign_off(IntegrityRun.objects.get(pk=done.pk), actor=self.person(), at=NOON)

    def test_who_changes_a_finding_afterwards_is_found_out(self):
        released()
        close_locker()
        done = run()
        assert runs_are_as_they_were_sealed(NOON) == []

        IntegrityFinding.objects.update(evidence={"field": "locker_id", "fault": "gone", "locker": HERE})

        assert runs_are_as_they_were_sealed(NOON) == [f"integrity run {done.pk} was changed after it was sealed"]

    def test_the_day_is_signed_until_something_changes(self):
        released()
        first = run()
        assert unsigned() == first

        sign_off(first, actor=self.person(), at=NOON)
        run(5)
        assert unsigned() is None

        close_locker()
        worse = run(10)
        assert unsigned() == worse
        same = run(15)
        assert unsigned() == same
