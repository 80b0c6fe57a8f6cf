"""The gate as a whole: cases equal what is wrong, blocked is held, free is ready, and nothing is written twice."""

import pytest

from exceptions_queue.catalogue import Code
from exceptions_queue.models import AuditEntry, ExceptionCase
from lockers.models import Point
from orders.actions import recheck, review_many
from orders.models import GateDecision, Order
from orders.states import OrderState
from partners.models import Intent
from tests.orders.builders import NOON, make_order, make_shopfloor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def live(settings):
    settings.MODES = {**settings.MODES, "acs": "live", "store": "live"}
    make_shopfloor()


def test_a_good_order_is_ready_and_its_release_is_queued():
    order = make_order()

    reviewed = review_many([order.pk], at=NOON)

    order.refresh_from_db()
    assert (order.state, reviewed.queued) == (OrderState.READY, 1)
    assert Intent.objects.get().business_id == order.number


def test_a_faulty_order_is_held_with_its_case_and_nothing_is_queued():
    order = make_order(mobile="0113 496 0123")

    review_many([order.pk], at=NOON)

    order.refresh_from_db()
    case = ExceptionCase.objects.get()
    assert (order.state, case.code, case.order_number) == (OrderState.HELD, Code.VAL_MOB_FORMAT, order.number)
    assert Intent.objects.count() == 0


def test_the_decision_is_stored_with_its_inputs_and_only_when_they_change():
    order = make_order()

    review_many([order.pk], at=NOON)
    review_many([order.pk], at=NOON)

    decision = GateDecision.objects.get()
    assert decision.passed
    assert decision.inputs["locker"]["status"] == "Operating"


def test_looking_again_at_what_has_not_changed_writes_nothing():
    order = make_order(mobile="0113 496 0123")
    review_many([order.pk], at=NOON)
    written = AuditEntry.objects.count()

    reviewed = review_many([order.pk], at=NOON)

    assert (reviewed.held, reviewed.cases_opened, AuditEntry.objects.count()) == (0, 0, written)


def test_a_fact_put_right_anywhere_closes_the_case_and_frees_the_order():
    Point.objects.update(status="NonOperating", may_receive=False)
    order = make_order()
    review_many([order.pk], at=NOON)

    Point.objects.update(status="Operating", may_receive=True)
    reviewed = review_many([order.pk], at=NOON)

    order.refresh_from_db()
    assert (order.state, reviewed.cases_closed) == (OrderState.READY, 1)


def test_a_ready_order_whose_locker_closes_is_held_before_it_leaves():
    order = make_order()
    review_many([order.pk], at=NOON)

    Point.objects.update(status="NonOperating", may_receive=False)
    review_many([order.pk], at=NOON)

    order.refresh_from_db()
    assert order.state == OrderState.HELD


def test_an_unpaid_order_is_left_alone():
    order = make_order(paid_at=None)

    assert review_many([order.pk], at=NOON).looked_at == 0


def test_with_locker_releases_only_a_home_order_is_excluded_and_says_why(settings):
    settings.RELEASES = "locker"
    order = make_order(delivery_method="royal_mail_48", destination="home", locker_id="")

    review_many([order.pk], at=NOON)

    order.refresh_from_db()
    assert order.state == OrderState.RECEIVED
    assert "only locker orders" in order.excluded_why


def test_observe_mode_decides_and_sends_nothing(settings):
    settings.MODES = {**settings.MODES, "acs": "observe"}
    order = make_order()

    review_many([order.pk], at=NOON)

    order.refresh_from_db()
    assert (order.state, Intent.objects.count()) == (OrderState.READY, 0)


def test_a_thousand_records_fixed_by_data_alone_close_exactly_their_cases_in_one_sweep():
    closed = [make_order(locker_id="UK00000905") for _ in range(40)]
    still_wrong = [make_order(mobile="") for _ in range(10)]
    ids = [order.pk for order in (*closed, *still_wrong)]
    review_many(ids, at=NOON)

    Point.objects.create(**{**Point.objects.values().get(), "id": None, "point_id": "UK00000905"})
    reviewed = review_many(ids, at=NOON)

    assert reviewed.cases_closed == 40
    assert set(ExceptionCase.objects.filter(state="open").values_list("code", flat=True)) == {Code.VAL_MOB_MISSING}
    assert ExceptionCase.objects.filter(state="open").count() == 10


def test_one_order_checked_again_unchanged_costs_at_most_eight_statements(django_assert_max_num_queries):
    order = make_order(mobile="")
    review_many([order.pk], at=NOON)

    with django_assert_max_num_queries(8 + 2) as seen:  # two are the savepoint that this test's transaction adds
        recheck(order, actor="test", at=NOON)

    assert len([query for query in seen.captured_queries if "SAVEPOINT" not in query["sql"]]) <= 8


@pytest.mark.parametrize("rows", [3, 30])
def test_a_sweep_costs_the_same_statements_for_any_number_of_orders(rows, django_assert_max_num_queries):
    ids = [make_order(mobile="").pk for _ in range(rows)]
    review_many(ids, at=NOON)

    with django_assert_max_num_queries(10):
        review_many(ids, at=NOON)

    assert Order.objects.filter(state=OrderState.HELD).count() == rows
