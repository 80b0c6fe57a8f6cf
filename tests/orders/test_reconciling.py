"""Shop and ACS compared both ways: each of the four kinds is found once, is a case, and is over when the two agree."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.running import run_feed
from exceptions_queue.models import ExceptionCase
from inventory.models import Garment
from lockers.models import Manifest, Parcel
from orders import tasks
from orders.actions import review_many
from orders.actions.carriage import find_on_the_way
from orders.actions.outcomes import Refused
from orders.actions.reconciling import ask_about_cancelled, holds, look_again, run_reconcile
from orders.actions.sending import KIND, resend
from orders.actions.watching import find_unconfirmed
from orders.invariants import runs_are_as_they_were_sealed
from orders.models import Order, ReconcileFinding, ReconcileRun
from orders.states import OrderState
from partners import outbox
from partners.acs.statuses import SEED
from partners.mappings import fold
from partners.models import CodeMapping, Feed, Intent, RejectedRecord
from partners.sandbox.world import World
from tests.orders.builders import NOON, make_order, make_shopfloor

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def live(settings, db):
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    make_shopfloor()


def released(**facts: object) -> Order:
    standing = {"state": OrderState.RELEASED, "released_at": NOON - 3 * HOUR, "release_claimed_at": NOON - 3 * HOUR}
    return make_order(**standing | {"acs_status": "picking", "acs_status_since": NOON - HOUR, "acs_seen_at": NOON} | facts)


def despatched(**facts: object) -> Order:
    return released(acs_status="despatched", acs_status_since=NOON - 25 * HOUR, **facts)


def parcel(order: Order, **facts: object) -> Parcel:
    standing = {"state": "labelled", "point_id": order.locker_id, "tracking_number": f"T-{order.number}", "created_at": NOON - 2 * DAY}
    return Parcel.objects.create(order_number=order.number, **standing | facts)


def manifested(order: Order, at: datetime, **facts: object) -> Parcel:
    manifest, _ = Manifest.objects.get_or_create(
        site_key="acs", collection_on=at.date(), cutoff_at=at, defaults={"state": "closed", "created_at": at, "closed_at": at}
    )
    return parcel(order, state="manifested", manifest=manifest, gate_passed_at=at, manifested_at=at, **facts)


def forgotten(order: Order, *, at: datetime = NOON - HOUR) -> RejectedRecord:
    """ACS was asked for it and said that it does not know it."""
    return refused(order.number, "$", "ACS does not know this order.", at=at)


def refused(key: str, path: str, reason: str, *, at: datetime = NOON - HOUR) -> RejectedRecord:
    feed, _ = Feed.objects.get_or_create(name="acs.orders")
    told = {"path": path, "reason": reason, "raw": "", "raw_hash": key, "first_at": at, "last_at": at}
    return RejectedRecord.objects.create(feed=feed, key=key, **told)


def named_by_acs(number: str) -> RejectedRecord:
    return refused(f"{number}, row 4", "row 4: order_number", "order_number is no order of ours")


def tried_for(order: Order, since: timedelta) -> Intent:
    """A release that is tried again and again."""
    intent = outbox.put(kind=KIND, business_id=order.number, payload={"amend": False}, actor="system:test", at=NOON - since)
    Intent.objects.filter(pk=intent.pk).update(next_at=NOON, created_at=NOON - since)
    return intent


def never_sent() -> Order:
    order = make_order(state=OrderState.READY, paid_at=NOON - 2 * DAY, fetched_at=NOON - DAY)
    tried_for(order, timedelta(days=1, hours=1))
    return order


def stopped(**facts: object) -> Order:
    """An order that ACS was sent and that was cancelled here; ACS was asked since."""
    order = make_order(state=OrderState.CANCELLED, acs_seen_at=NOON, **{"acs_status": "cancelled"} | facts)
    intent = tried_for(order, DAY)
    Intent.objects.filter(pk=intent.pk).update(state=Intent.State.DONE, ended_at=NOON - 20 * HOUR)
    return order


def run(minutes: int = 0) -> ReconcileRun:
    return run_reconcile(actor="system:test", at=NOON + timedelta(minutes=minutes))


def rows() -> list[tuple[str, str, str]]:
    found = ReconcileFinding.objects.filter(ended_run=None).order_by("number", "kind")
    return list(found.values_list("number", "kind", "code"))


def said(number: str) -> tuple[str, str]:
    """(what the shop says, what ACS says) of the order by its row."""
    return ReconcileFinding.objects.filter(ended_run=None, number=number).values_list("shop", "acs").get()


def cases() -> list[tuple[str, str]]:
    return list(ExceptionCase.objects.filter(state="open").order_by("order_number").values_list("order_number", "code"))


def a_clean_world() -> None:
    """Something of everything, and all of it right."""
    released()
    make_order(state=OrderState.HELD, paid_at=NOON - 3 * DAY, fetched_at=NOON - DAY)
    tried_for(make_order(state=OrderState.READY, fetched_at=NOON - DAY), HOUR)
    make_order(excluded_why="A gift card", paid_at=NOON - 3 * DAY, fetched_at=NOON - DAY)
    manifested(despatched(), NOON - 26 * HOUR, carriage="in_transit", handed_over_at=NOON - 24 * HOUR)
    despatched(destination="home")
    stopped()
    make_order(state=OrderState.CANCELLED)


@pytest.mark.usefixtures("live")
class TestACleanWorld:
    def test_nothing_is_found_and_no_case_opens(self):
        a_clean_world()

        done = run()

        assert (done.compared, done.differing, done.by_kind, rows(), cases()) == (6, 0, {}, [], [])
        assert holds(done)

    def test_an_order_released_within_two_hours_has_its_time(self):
        forgotten(released(released_at=NOON - HOUR, acs_status=""), at=NOON)

        assert run().differing == 0

    def test_what_acs_said_before_the_order_was_sent_counts_no_more(self):
        forgotten(released(), at=NOON - 4 * HOUR)

        assert run().differing == 0

    def test_in_observe_mode_nothing_is_missing_at_the_partners(self, settings):
        never_sent()
        despatched()
        settings.MODES = dict.fromkeys(settings.MODES, "observe")

        assert run().differing == 0


@pytest.mark.usefixtures("live")
class TestMissing:
    def test_an_order_that_acs_lost_is_found_once_and_over_when_acs_shows_it(self):
        order = released()
        word = forgotten(order)

        run()
        run(5)

        assert rows() == [(order.number, "missing", "ORD-UNCONFIRMED")]
        assert said(order.number) == ("paid", "nothing")
        assert cases() == [(order.number, "ORD-UNCONFIRMED")]

        word.solved_at = NOON
        word.save()
        look_again(at=NOON + timedelta(minutes=6))

        assert cases() == []
        assert (run(10).ended, rows()) == (1, [])

    def test_an_order_that_acs_never_showed_though_it_was_read_since_is_missing(self):
        order = released(acs_status="", acs_status_since=None)
        Feed.objects.create(name="acs.orders", last_good_at=NOON)

        run()

        assert cases() == [(order.number, "ORD-UNCONFIRMED")]

    def test_while_acs_cannot_be_read_nothing_is_guessed(self):
        released(acs_status="", acs_status_since=None, acs_seen_at=None)
        Feed.objects.create(name="acs.orders", last_good_at=NOON - 3 * HOUR)

        assert run().differing == 0

    def test_a_release_tried_for_more_than_a_working_day_is_missing_until_the_order_is_held(self):
        order = never_sent()

        run()
        assert (rows(), cases()) == ([(order.number, "missing", "ORD-NEVER-SENT")], [(order.number, "ORD-NEVER-SENT")])

        Order.objects.update(state=OrderState.HELD)
        run(5)
        assert (rows(), cases()) == ([], [])

    def test_a_case_of_the_same_code_for_another_reason_stays_as_it_is(self):
        order = released()
        forgotten(order)
        intent = tried_for(order, HOUR)
        Intent.objects.filter(pk=intent.pk).update(state=Intent.State.UNKNOWN)
        find_unconfirmed(at=NOON)

        run()

        assert ExceptionCase.objects.get(state="open").evidence["fault"] == "no_read_back"


@pytest.mark.usefixtures("live")
class TestStranger:
    def test_an_order_that_only_acs_knows_is_found_once_and_over_when_the_shop_s_order_is_here(self):
        named_by_acs("LS-STRANGE")

        run()
        run(5)

        assert rows() == [("LS-STRANGE", "stranger", "ORD-STRANGER")]
        assert said("LS-STRANGE") == ("nothing", "named in its progress file")
        assert cases() == [("LS-STRANGE", "ORD-STRANGER")]

        make_order(number="LS-STRANGE")
        look_again(at=NOON + timedelta(minutes=6))

        assert cases() == []
        assert run(10).ended == 1

    def test_an_order_held_here_that_acs_works_on_was_not_sent_by_us(self):
        order = make_order(state=OrderState.HELD)
        refused(f"{order.number}, row 9", "row 9: order_number", "order_number is held here: ACS was not sent it")

        run()

        assert said(order.number) == ("not sent from here", "named in its progress file")
        assert ExceptionCase.objects.get(state="open").evidence["fault"] == "not_sent"

    def test_a_row_of_the_progress_file_is_what_it_is_known_by(self, tmp_path: Path):
        path = tmp_path / "progress.csv"
        path.write_text("OrderNumber,Status\nLS-STRANGE,Picking\n")
        run_feed("acs.orders", path=str(path))

        run_reconcile(actor="system:test", at=timezone.now())

        assert rows() == [("LS-STRANGE", "stranger", "ORD-STRANGER")]

    @pytest.mark.parametrize(("released_for", "found"), [(20, []), (40, [("LS-PICKED", "stranger", "ORD-STRANGER")])])
    def test_a_garment_picked_for_nobody_counts_once_lockstep_has_released_for_two_weeks(self, released_for: int, found: list[object]):
        released(released_at=NOON - released_for * DAY)
        standing = {"sku": "DRS-0012-10", "raw_status": "Picked", "first_seen_at": NOON - 90 * DAY, "changed_at": NOON}
        status = CodeMapping.objects.create(partner="acs", kind="stock_status", raw="Picked", folded="picked", target="allocated")
        Garment.objects.create(rfid="R1", status=status, since=NOON - 10 * DAY, order_number="LS-PICKED", **standing)

        run()

        assert [row for row in rows() if row[1] == "stranger"] == found


@pytest.mark.usefixtures("live")
class TestAlive:
    def test_an_order_cancelled_here_and_going_on_at_acs_is_found_once_and_over_when_acs_stops_it(self):
        order = stopped(acs_status="picking")

        run()
        run(5)

        assert rows() == [(order.number, "alive", "ORD-ALIVE")]
        assert said(order.number) == ("cancelled here", "picking")
        assert cases() == [(order.number, "ORD-ALIVE")]

        Order.objects.update(acs_status="cancelled")
        look_again(at=NOON + timedelta(minutes=6))

        assert cases() == []

    def test_what_acs_said_before_it_was_asked_to_stop_is_no_word_against_it(self):
        stopped(acs_status="picking")
        Order.objects.update(acs_seen_at=NOON - 21 * HOUR)

        assert run().differing == 0

    def test_an_order_cancelled_in_the_shop_while_acs_picks_it_keeps_the_case_that_there_is(self):
        order = released(store_cancelled_at=NOON - HOUR)

        run()

        assert rows() == [(order.number, "alive", "VAL-EDITED")]
        assert cases() == [(order.number, "VAL-EDITED")]

    def test_one_that_a_person_lets_go_is_no_difference(self):
        released(store_cancelled_at=NOON - HOUR, shop_when_sent={"let_go": "1"})

        assert run().differing == 0


@pytest.mark.usefixtures("live")
class TestUnscanned:
    def test_a_despatched_order_without_any_parcel_is_found_once_and_over_when_inpost_has_it(self):
        order = despatched()

        run()
        run(5)

        assert rows() == [(order.number, "unscanned", "TRK-NOSCAN")]
        assert said(order.number) == ("paid", "despatched")
        assert cases() == [(order.number, "TRK-NOSCAN")]

        parcel(order, carriage="in_transit", handed_over_at=NOON)
        find_on_the_way(at=NOON + timedelta(minutes=6))

        assert cases() == []
        assert run(10).differing == 0

    def test_on_a_manifest_it_is_found_a_day_after_the_closing(self):
        order = despatched()
        manifested(order, NOON - 23 * HOUR)

        assert run().differing == 0
        assert (run(61).differing, cases()) == (1, [(order.number, "TRK-NOSCAN")])

    def test_one_that_left_without_a_manifest_has_the_case_of_the_manifests(self):
        order = despatched()
        parcel(order)

        run()

        assert rows() == [(order.number, "unscanned", "MAN-UNMATCHED")]
        assert cases() == []  # the comparison of manifests opens it, every hour


@pytest.mark.usefixtures("live")
class TestRuns:
    def test_a_second_run_without_a_change_writes_no_row(self):
        forgotten(released())
        first = run()
        before = list(ReconcileFinding.objects.values())

        second = run(5)

        assert list(ReconcileFinding.objects.values()) == before
        assert (first.opened, second.opened, second.ended, second.differing) == (1, 0, 0, 1)

    def test_who_changes_a_row_or_a_count_afterwards_is_found_out(self):
        forgotten(released())
        done = run()
        assert runs_are_as_they_were_sealed(NOON) == []

        ReconcileFinding.objects.update(acs="packed")

        assert not holds(done)
        assert runs_are_as_they_were_sealed(NOON) == [f"reconcile run {done.pk} was changed after it was sealed"]

    @pytest.mark.parametrize(
        ("kind", "make"),
        [
            ("missing", lambda _: forgotten(released())),
            ("stranger", lambda place: named_by_acs(f"LS-STRANGE-{place}")),
            ("alive", lambda _: stopped(acs_status="picking")),
            ("unscanned", lambda _: despatched()),
        ],
    )
    def test_thirty_of_a_kind_cost_the_same_statements_as_three(self, kind: str, make: Callable[[int], object]):
        a_clean_world()
        counts = []
        for size in (20, 3, 30):  # the first opens the one alert about the cause
            for place in range(size):
                make(size * 100 + place)
            with CaptureQueriesContext(connection) as asked:
                run(size)
            counts.append(len(asked))

        assert ReconcileRun.objects.latest("pk").by_kind == {kind: 53}
        assert counts[2] <= counts[1]

    def test_where_nothing_stands_open_the_look_by_the_minute_costs_three_statements(self, django_assert_num_queries):
        a_clean_world()
        run()

        with django_assert_num_queries(3):
            look_again(at=NOON)


class TestWithAcs:
    """Against the make-believe ACS, asked as by night."""

    @pytest.fixture
    def sent(self, world: World) -> Order:
        for raw, target in SEED.items():
            known = {"raw": raw, "target": target}
            CodeMapping.objects.update_or_create(partner="acs", kind="order_status", folded=fold(raw), defaults=known)
        order = make_order()
        review_many([order.pk], at=NOON)
        tasks.send_releases()
        Intent.objects.update(created_at=timezone.now() - HOUR)
        order.refresh_from_db()
        assert order.state == OrderState.RELEASED
        return order

    def long_ago(self, order: Order) -> None:
        Order.objects.filter(pk=order.pk).update(released_at=timezone.now() - 3 * HOUR)

    def test_a_lost_order_is_sent_again_by_a_person_and_the_case_is_over(self, world: World, sent: Order, admin_user):
        world.acs.clear()
        run_feed("acs.orders")
        self.long_ago(sent)
        tasks.check_orders()
        assert cases() == [(sent.number, "ORD-UNCONFIRMED")]

        resend(sent, actor=admin_user, at=timezone.now())
        tasks.send_releases()
        run_feed("acs.orders")
        tasks.check_orders()

        assert sent.number in world.acs
        assert (cases(), rows()) == ([], [])

    def test_a_lost_order_that_acs_had_begun_is_not_sent_again(self, world: World, sent: Order, admin_user):
        world.acs[sent.number]["status"] = "Picking"
        run_feed("acs.orders")
        world.acs.clear()
        run_feed("acs.orders")
        self.long_ago(sent)
        tasks.check_orders()

        with pytest.raises(Refused) as refusal:
            resend(sent, actor=admin_user, at=timezone.now())

        assert "Ring ACS" in refusal.value.sentence
        assert cases() == [(sent.number, "ORD-UNCONFIRMED")]

    def test_by_night_acs_is_asked_for_what_is_cancelled_here(self, world: World, sent: Order):
        Order.objects.update(state=OrderState.CANCELLED)
        world.acs[sent.number]["status"] = "Picking"

        told = tasks.check_orders()

        assert (told["asked"], told["differing"], cases()) == (1, 1, [(sent.number, "ORD-ALIVE")])

        world.acs[sent.number]["status"] = "Cancelled"
        run_feed("acs.orders")
        tasks.watch()

        assert cases() == []

    def test_one_that_acs_has_stopped_or_no_longer_has_is_no_difference(self, world: World, sent: Order):
        Order.objects.update(state=OrderState.CANCELLED, acs_status="picking")
        world.acs[sent.number]["order"]["OrderCancelled"] = True

        assert tasks.check_orders()["differing"] == 0

        world.acs.clear()
        assert tasks.check_orders()["differing"] == 0

    def test_while_acs_is_down_what_was_known_stays(self, world: World, sent: Order):
        Order.objects.update(state=OrderState.CANCELLED, acs_status="picking")
        world.faults.arm({"partner": "acs", "kind": "500", "times": 9, "method": "GET"})

        assert ask_about_cancelled(clock=timezone.now) == 0
        assert Order.objects.get().acs_status == "picking"
