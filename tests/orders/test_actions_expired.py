"""Holds that nobody looks after become cases, and stop being cases when somebody does."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exceptions_queue.actions import place_hold
from exceptions_queue.catalogue import Code
from exceptions_queue.models import AuditEntry, ExceptionCase, Hold
from orders import tasks
from orders.actions import clear, extend_holds, hold, wait_until_whole
from orders.actions.expired import find_expired
from orders.actions.outcomes import Refused
from orders.models import Order
from orders.states import OrderState
from tests.orders.builders import NOON, make_order, make_product, make_shopfloor

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def shopfloor(db):
    make_shopfloor()
    call_command("load_roles", stdout=StringIO())


@pytest.fixture
def person() -> User:
    return staff("cx")


def staff(role: str) -> User:
    user = User.objects.create(username=role)
    user.groups.set(Group.objects.filter(name=role))
    return user


def held(person: User, *, until=NOON + DAY, owner: str = "cx", **facts: object) -> Order:
    order = make_order(**facts)
    place_hold(order, reason="Customer rings back", exit="the customer has rung", owner=owner, actor=person, at=NOON, until=until)
    return order


def faults() -> list[str]:
    cases = ExceptionCase.objects.filter(state="open", code=Code.HLD_EXPIRED)
    return [case.evidence["fault"] for case in cases.order_by("pk")]


@pytest.mark.parametrize(("until", "found"), [(NOON + DAY, ["past"]), (NOON + 3 * DAY, []), (None, [])])
def test_a_hold_past_its_date_is_a_case_of_the_integration_admin(person: User, until, found: list[str]):
    held(person, until=until)

    find_expired(at=NOON + 2 * DAY)

    assert faults() == found


def test_a_hold_for_a_desk_where_nobody_works_is_one_too(person: User):
    held(person, owner="finance", until=None)

    find_expired(at=NOON)

    assert faults() == ["no_owner"]


def test_an_order_that_is_no_longer_ours_to_send_has_none(person: User):
    held(person, state=OrderState.CANCELLED)

    assert find_expired(at=NOON + 2 * DAY) == 0


def test_a_wait_for_a_missing_part_has_a_case_of_its_own(person: User):
    make_product("BOX-1")
    order = make_order()
    order.lines.create(line_id="2", sku="BOX-1", quantity=1)
    staff("warehouse")
    wait_until_whole(order, line_ids=["2"], ready_at=NOON + DAY, actor=person, at=NOON, version=order.version)

    assert find_expired(at=NOON + 2 * DAY) == 0


def test_holding_it_longer_closes_the_case_at_once_and_says_who_and_why(person: User):
    order = held(person)
    find_expired(at=NOON + 2 * DAY)

    extend_holds(order, until=NOON + 9 * DAY, owner="cx", reason="Away until Monday", actor=person, at=NOON + 2 * DAY)

    standing = Hold.objects.get()
    assert (faults(), standing.until, standing.cleared_at) == ([], NOON + 9 * DAY, None)
    assert AuditEntry.objects.get(verb="hold extended").reason == "Away until Monday"


def test_ending_the_hold_closes_the_case_at_once(person: User):
    order = held(person)
    find_expired(at=NOON + 2 * DAY)

    clear(order, hold=Hold.objects.get(), reason="The customer rang", actor=person, at=NOON + 2 * DAY)

    assert faults() == []


def test_a_day_gone_by_no_reason_or_no_hold_is_refused(person: User):
    order = held(person)
    for until, reason in ((NOON - DAY, "why"), (NOON + DAY, " ")):
        with pytest.raises(Refused):
            extend_holds(order, until=until, owner="cx", reason=reason, actor=person, at=NOON)
    with pytest.raises(Refused):
        extend_holds(make_order(), until=NOON + DAY, owner="cx", reason="why", actor=person, at=NOON)


def test_a_hold_may_be_placed_with_its_date(person: User):
    hold(make_order(), reason="Rings back", exit="rung", until=NOON + DAY, actor=person, at=NOON)

    assert Hold.objects.get().until == NOON + DAY


def test_the_sweep_runs_by_the_clock(person: User):
    held(person, until=timezone.now() - DAY)

    assert tasks.sweep_holds() == {"expired": 1}


def test_thirty_holds_cost_as_many_statements_as_three(person: User):
    def statements(count: int) -> int:
        for _ in range(count):
            held(person)
        with CaptureQueriesContext(connection) as asked:
            find_expired(at=NOON + 2 * DAY)
        return len(asked)

    three = statements(3)

    assert statements(30) <= three


def test_the_form_asks_for_a_day_an_owner_and_a_reason(person: User, client: Client):
    order = held(person)
    client.force_login(staff("integration"))
    later = timezone.localdate() + timedelta(days=3)

    shown = client.get(f"/orders/{order.number}/extend-hold/").content.decode()
    answer = client.post(
        f"/orders/{order.number}/extend-hold/", {"version": 1, "until": later.isoformat(), "owner": "warehouse", "reason": "Away"}
    )

    standing = Hold.objects.get()
    assert "Look at it again on" in shown
    assert (answer.status_code, standing.owner, timezone.localtime(standing.until).date()) == (302, "warehouse", later)
