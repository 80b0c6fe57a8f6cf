"""A locker order leaves whole: the wait for its missing part, and what people decide about it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from exceptions_queue import actions as desk
from exceptions_queue.catalogue import Code
from exceptions_queue.models import AuditEntry, ExceptionCase, Hold
from inventory.models import Allocation
from orders.actions import Decided, Refused, Stale, cancel_order, clear, go_on_waiting, review_many, split, to_home, wait_until_whole
from orders.actions.consolidating import find_waiting, look_waiting
from orders.actions.splitting import adopt_home
from orders.actions.watching import find_stuck
from orders.invariants import every_wait_is_in_a_case
from orders.models import Consolidation, Order, OrderLine
from orders.states import AcsStatus, Destination, OrderState
from partners.acs.records import AcsOrder
from tests.orders.builders import NOON, make_order, make_product, make_shopfloor
from tests.partners.acs.fake_acs import ORDER

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
THURSDAY_1330 = datetime(2026, 6, 11, 12, 30, tzinfo=UTC)
LACKS = [{"line_id": "1", "sku": "DRS-0012-10", "wanted": 2, "picked": 1}]
CONSENT = "E-mail of 9 June, 14:20: send what is there."


@pytest.fixture(autouse=True)
def shopfloor(db):
    make_shopfloor()


@pytest.fixture
def person() -> User:
    return User.objects.create(username="cx")


def at_acs(*, short: bool = True, **facts: object) -> Order:
    standing = {
        "quantity": 2,
        "state": OrderState.RELEASED,
        "released_at": NOON,
        "release_claimed_at": NOON,
        "deliver_on": date(2026, 6, 12),
    }
    picked = {"acs_status": AcsStatus.PART_PICKED, "acs_status_since": NOON, "acs_short": LACKS if short else []}
    return make_order(**standing | picked | facts)


def waiting(**facts: object) -> Consolidation:
    order = at_acs(**facts)
    look_waiting([order.pk], at=NOON)
    return Consolidation.objects.get(order=order)


def codes() -> list[str]:
    return sorted(ExceptionCase.objects.filter(state="open").values_list("code", flat=True))


class TestAtAcs:
    def test_a_part_picked_locker_order_waits_until_the_last_moment_that_keeps_the_promise(self):
        wait = waiting()

        assert (wait.where, wait.missing, wait.latest_safe_at) == ("AT_ACS", LACKS, THURSDAY_1330)
        assert NOON < wait.deadline_at < wait.latest_safe_at
        assert codes() == [Code.HLD_CONSOL, Code.ORD_SHORT]

    def test_its_case_stops_the_manifest_and_is_due_when_the_rest_is_expected(self):
        wait = waiting()

        case = ExceptionCase.objects.get(code=Code.HLD_CONSOL)
        assert (case.blocks, case.owner, case.due_at, case.cutoff_at) == ("M", "warehouse", wait.deadline_at, wait.latest_safe_at)

    def test_a_home_delivery_does_not_wait(self):
        look_waiting([at_acs(destination=Destination.HOME).pk], at=NOON)

        assert (Consolidation.objects.count(), codes()) == (0, [Code.ORD_SHORT])

    def test_it_ends_by_itself_when_every_part_is_there(self):
        wait = waiting()
        Order.objects.update(acs_short=[], acs_status=AcsStatus.PICK_CONFIRMED)

        look_waiting([wait.order_id], at=NOON + HOUR)

        wait.refresh_from_db()
        assert (wait.ended_at, codes()) == (NOON + HOUR, [])

    def test_looking_again_changes_nothing(self):
        wait = waiting()

        look_waiting([wait.order_id], at=NOON + HOUR)

        assert Consolidation.objects.get().version == 1

    def test_what_lacks_follows_acs_and_makes_an_older_view_stale(self, person: User):
        wait = waiting()
        Order.objects.update(acs_short=[LACKS[0] | {"picked": 0}])
        look_waiting([wait.order_id], at=NOON)

        with pytest.raises(Decided):
            split(wait, consent=CONSENT, actor=person, at=NOON, version=1)

    @pytest.mark.parametrize(
        ("later", "fault"), [(timedelta(days=1, hours=2), "deadline"), (timedelta(days=2), "slack"), (timedelta(days=3), "too_late")]
    )
    def test_a_wait_that_runs_too_long_goes_to_cx(self, later: timedelta, fault: str):
        waiting()

        find_waiting(at=NOON + later)

        case = ExceptionCase.objects.get(code=Code.HLD_CONSOL_OVERDUE, state="open")
        assert (case.evidence["fault"], case.owner) == (fault, "cx")
        assert Code.HLD_CONSOL not in codes()

    def test_without_a_promise_the_second_collection_is_the_last(self):
        assert waiting(deliver_on=None).latest_safe_at == datetime(2026, 6, 10, 12, 30, tzinfo=UTC)

    def test_one_wait_per_order_is_the_database_s_word(self):
        wait = waiting()

        with pytest.raises(IntegrityError), transaction.atomic():
            Consolidation.objects.create(order=wait.order, where="AT_ACS", opened_at=NOON, deadline_at=NOON, latest_safe_at=NOON)

    def test_what_waits_on_purpose_is_not_stuck(self):
        waiting(acs_status_since=NOON - timedelta(days=9))

        find_stuck(at=NOON)

        assert Code.ORD_STUCK not in codes()

    def test_a_wait_without_a_case_is_found_by_verify(self):
        waiting()
        assert every_wait_is_in_a_case(NOON + HOUR) == []
        ExceptionCase.objects.all().delete()

        assert len(every_wait_is_in_a_case(NOON + HOUR)) == 1

    def test_thirty_waits_cost_as_many_statements_as_three(self):
        def statements(count: int) -> int:
            ids = [at_acs().pk for _ in range(count)]
            with CaptureQueriesContext(connection) as asked:
                look_waiting(ids, at=NOON)
            return len(asked)

        three = statements(3)

        assert statements(30) <= three
        assert Consolidation.objects.count() == 33


class TestWaitOn:
    def test_a_person_gives_it_more_time(self, person: User):
        wait = waiting()
        find_waiting(at=NOON + timedelta(days=1, hours=2))

        go_on_waiting(wait, ready_at=THURSDAY_1330 - HOUR, actor=person, at=NOON + timedelta(days=1, hours=3), version=1)

        wait.refresh_from_db()
        assert (wait.choice, wait.deadline_at, wait.chosen_by, wait.version) == ("wait", THURSDAY_1330 - HOUR, person, 2)
        assert Code.HLD_CONSOL in codes()
        assert Code.HLD_CONSOL_OVERDUE not in codes()
        assert AuditEntry.objects.filter(verb="wait for the rest").count() == 1

    def test_time_that_has_passed_is_refused(self, person: User):
        with pytest.raises(Refused):
            go_on_waiting(waiting(), ready_at=NOON - HOUR, actor=person, at=NOON, version=1)

    def test_who_comes_second_is_told_and_nothing_is_saved(self, person: User):
        wait = waiting()
        go_on_waiting(wait, ready_at=NOON + HOUR, actor=person, at=NOON, version=1)

        with pytest.raises(Decided):
            go_on_waiting(wait, ready_at=NOON + 9 * HOUR, actor=person, at=NOON, version=1)

        assert Consolidation.objects.get().deadline_at == NOON + HOUR


class TestSplit:
    def test_with_a_written_consent_the_part_that_is_there_may_go(self, person: User):
        wait = waiting()

        split(wait, consent=CONSENT, actor=person, at=NOON + HOUR, version=1)

        wait.refresh_from_db()
        assert (wait.choice, wait.consent, wait.ended_at, wait.chosen_by) == ("split", CONSENT, NOON + HOUR, person)
        assert (codes(), desk.blocking_codes(wait.order, blocks="M")) == ([], set())

    def test_the_record_keeps_no_word_of_the_customer(self, person: User):
        split(waiting(), consent=CONSENT, actor=person, at=NOON, version=1)

        entry = AuditEntry.objects.get(verb="split agreed")
        assert CONSENT not in str(entry.after)
        assert entry.after["garments"] == 1

    @pytest.mark.parametrize("consent", ["", "   ", "yes", "ok thanks"])
    def test_without_a_written_consent_there_is_no_split(self, person: User, consent: str):
        wait = waiting()

        with pytest.raises(Refused):
            split(wait, consent=consent, actor=person, at=NOON, version=1)

        assert codes() == [Code.HLD_CONSOL, Code.ORD_SHORT]

    def test_the_database_takes_no_split_without_one(self):
        wait = waiting()

        with pytest.raises(IntegrityError), transaction.atomic():
            Consolidation.objects.filter(pk=wait.pk).update(choice="split")

    def test_nobody_agrees_to_do_without_what_was_not_named(self, person: User):
        with pytest.raises(Refused):
            split(waiting(short=False), consent=CONSENT, actor=person, at=NOON, version=1)

    def test_where_nothing_is_there_no_part_can_go(self, person: User):
        with pytest.raises(Refused):
            split(waiting(acs_short=[LACKS[0] | {"picked": 0}]), consent=CONSENT, actor=person, at=NOON, version=1)

    def test_what_lacks_beyond_the_consent_stops_it_again(self, person: User):
        wait = waiting()
        split(wait, consent=CONSENT, actor=person, at=NOON, version=1)
        Order.objects.update(acs_short=[LACKS[0] | {"picked": 0}])

        look_waiting([wait.order_id], at=NOON + HOUR)

        assert codes() == [Code.HLD_CONSOL, Code.ORD_SHORT]


class TestHome:
    def test_at_acs_the_wait_stands_until_acs_shows_the_home_service(self, person: User):
        wait = waiting()
        to_home(wait, delivery_method="dpd_next_day", actor=person, at=NOON, version=1)
        asked = codes()
        there = shown_by_acs(wait.order, service="ND", agent="DPD", locker_id="")

        adopt_home([(wait.order, there)], at=NOON + HOUR)
        look_waiting([wait.order_id], at=NOON + HOUR)

        wait.refresh_from_db()
        wait.order.refresh_from_db()
        assert asked == [Code.HLD_CONSOL, Code.ORD_SHORT]
        assert (wait.order.destination, wait.order.delivery_method, wait.ended_at) == ("home", "dpd_next_day", NOON + HOUR)
        assert Code.HLD_CONSOL not in codes()

    def test_another_service_at_acs_is_not_taken_for_it(self, person: User):
        wait = waiting()
        to_home(wait, delivery_method="dpd_next_day", actor=person, at=NOON, version=1)

        adopt_home([(wait.order, shown_by_acs(wait.order, service="24", agent="INPOST", locker_id="UK1"))], at=NOON)

        wait.order.refresh_from_db()
        assert wait.order.destination == Destination.LOCKER

    def test_only_a_home_method_will_do(self, person: User):
        with pytest.raises(Refused):
            to_home(waiting(), delivery_method="inpost_locker", actor=person, at=NOON, version=1)


def shown_by_acs(order: Order, **content: object):
    return AcsOrder(replace(ORDER, number=order.number, **content), "Part Picked", NOON, "", b"")


class TestBeforeRelease:
    @pytest.fixture
    def order(self, settings) -> Order:
        settings.MODES = dict.fromkeys(settings.MODES, "live")
        make_product("BOX-1")
        order = make_order(deliver_on=date(2026, 6, 12))
        OrderLine.objects.create(order=order, line_id="2", sku="BOX-1", quantity=1)
        review_many([order.pk], at=NOON)
        order.refresh_from_db()
        return order

    @pytest.fixture
    def wait(self, order: Order, person: User) -> Consolidation:
        wait_until_whole(order, line_ids=["2"], ready_at=NOON + 24 * HOUR, actor=person, at=NOON, version=order.version)
        return Consolidation.objects.get()

    def test_it_is_held_and_waits_until_acs_s_cut_off_of_the_last_good_day(self, wait: Consolidation):
        assert (wait.where, wait.order.state) == ("PRE_RELEASE", OrderState.HELD)
        assert wait.latest_safe_at == datetime(2026, 6, 11, 11, 0, tzinfo=UTC)
        assert codes() == [Code.HLD_CONSOL]
        assert Hold.objects.get().until == NOON + 24 * HOUR

    def test_ending_the_hold_ends_the_wait(self, wait: Consolidation, person: User):
        clear(wait.order, hold=wait.hold, reason="It came", actor=person, at=NOON + HOUR)

        wait.refresh_from_db()
        wait.order.refresh_from_db()
        assert (wait.ended_at, wait.order.state, codes()) == (NOON + HOUR, OrderState.READY, [])

    def test_a_split_sends_what_is_there_and_leaves_the_rest_out(self, wait: Consolidation, person: User):
        split(wait, consent=CONSENT, actor=person, at=NOON + HOUR, version=wait.version)

        order = Order.objects.get()
        assert dict(order.lines.values_list("sku", "quantity")) == {"DRS-0012-10": 1, "BOX-1": 0}
        assert dict(Allocation.objects.values_list("sku", "quantity")) == {"DRS-0012-10": 1}
        assert (order.state, Hold.objects.get().cleared_at, codes()) == (OrderState.READY, NOON + HOUR, [])

    def test_home_delivery_frees_it_at_once(self, wait: Consolidation, person: User):
        to_home(wait, delivery_method="dpd_next_day", actor=person, at=NOON + HOUR, version=wait.version)

        order = Order.objects.get()
        assert (order.destination, order.state, codes()) == ("home", OrderState.READY, [])

    def test_waiting_on_moves_the_hold_too(self, wait: Consolidation, person: User):
        go_on_waiting(wait, ready_at=NOON + 30 * HOUR, actor=person, at=NOON, version=wait.version)

        assert Hold.objects.get().until == NOON + 30 * HOUR

    @pytest.mark.parametrize("lines", [[], ["404"], ["1", "2"]])
    def test_a_part_has_to_be_missing_and_a_part_there(self, order: Order, person: User, lines: list[str]):
        with pytest.raises(Refused):
            wait_until_whole(order, line_ids=lines, ready_at=NOON + HOUR, actor=person, at=NOON, version=order.version)

    def test_an_older_view_of_the_order_is_told(self, order: Order, person: User):
        with pytest.raises(Stale):
            wait_until_whole(order, line_ids=["2"], ready_at=NOON + HOUR, actor=person, at=NOON, version=order.version - 1)

    def test_one_order_does_not_wait_twice(self, wait: Consolidation, person: User):
        order = Order.objects.get()

        with pytest.raises(Refused):
            wait_until_whole(order, line_ids=["2"], ready_at=NOON + HOUR, actor=person, at=NOON, version=order.version)

        assert Hold.objects.filter(cleared_at__isnull=True).count() == 1

    def test_a_cancelled_order_no_longer_waits(self, wait: Consolidation, person: User):
        cancel_order(wait.order, reason="Changed her mind", actor=person, at=NOON + HOUR)

        assert (Consolidation.objects.filter(ended_at__isnull=True).count(), codes()) == (0, [])
