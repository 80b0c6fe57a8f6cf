"""The order page once ACS has it: what happened, why, and what can still be done, with the reason where it cannot."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from orders.actions import review_many
from orders.actions.sending import look
from orders.models import Order
from orders.problems.checks import RULES_VERSION
from orders.rules import edits
from orders.rules.stage import done_at_acs, what_can_still_be_done
from orders.states import Destination, OrderState
from tests.orders.builders import NOON, make_order, make_shopfloor

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def live(settings):
    cache.clear()
    settings.MODES = {**settings.MODES, "acs": "live", "store": "live"}
    call_command("load_roles", stdout=StringIO())
    make_shopfloor()


@pytest.fixture
def cx(client: Client) -> Client:
    user = get_user_model().objects.create_user("cx")
    user.groups.add(Group.objects.get(name="cx"))
    client.force_login(user)
    return client


def at_acs(status: str = "acknowledged", **facts: object) -> Order:
    """An order at ACS; the shop's word is what was sent, until a test changes it."""
    order = make_order()
    shop = {"mobile": order.mobile, "city": order.city, "lines": []} | facts
    order.shop, order.shop_when_sent = shop, edits.digests(order.number, {**shop, "mobile": order.mobile, "city": order.city, "lines": []})
    order.state, order.acs_status, order.acs_status_raw = OrderState.RELEASED, status, status.title()
    order.released_at = order.release_claimed_at = timezone.now() - timedelta(hours=3)
    order.acs_status_since = timezone.now() - timedelta(hours=1)
    order.save()
    look([order.pk], at=timezone.now())
    return order


def page(client: Client, order: Order) -> str:
    answer = client.get(f"/orders/{order.number}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_acs_has_picked_says_too_late_with_the_time(cx):
    order = at_acs("pick_confirmed")
    since = timezone.localtime(order.acs_status_since).strftime("%H:%M on %-d %B")

    html = page(cx, order)
    late = cx.get(f"/orders/{order.number}/hold/", **HTMX)
    answer = cx.post(f"/orders/{order.number}/hold/", {"reason": "x", "exit": "y", "version": 1}, **HTMX)

    assert f"Too late: picked {since}." in html
    assert "hold, cancel" in html
    assert (late.status_code, answer.status_code) == (200, 409)
    assert f"Too late: picked {since}" in answer.content.decode()


def test_what_acs_has_not_begun_can_be_stopped(cx):
    order = at_acs()

    html = page(cx, order)

    assert f'href="/orders/{order.number}/recall/"' in html
    assert f'href="/orders/{order.number}/amend/"' not in html


def test_what_the_shop_changed_is_named_with_its_three_ways_out(cx):
    order = at_acs(
        mobile="07803 345068", lines=[{"line_id": "1", "sku": "BAG-1", "name": "Bag", "quantity": 2, "is_hire": False, "measurements": []}]
    )

    html = page(cx, order)

    assert "The shop changed the mobile number and the contents after ACS had the order." in html
    assert '2 × <span class="mono">BAG-1</span>' in html
    assert all(f'href="/orders/{order.number}/{way}/"' in html for way in ("amend", "accept-as-sent", "recall"))


def test_letting_it_go_from_the_page_closes_the_case(cx):
    order = at_acs(mobile="07803 345068")

    answer = cx.post(f"/orders/{order.number}/accept-as-sent/", {"reason": "She knows", "version": order.version}, **HTMX)

    assert (answer.status_code, "goes as ACS has it" in answer.content.decode()) == (200, True)
    assert "What to look at" not in page(cx, order)


@pytest.mark.parametrize("way", ["amend", "accept-as-sent", "recall"])
def test_who_may_not_correct_or_cancel_may_not_do_it_at_acs_either(client, way):
    user = get_user_model().objects.create_user("warehouse")
    user.groups.add(Group.objects.get(name="warehouse"))
    client.force_login(user)
    order = at_acs(mobile="07803 345068")

    assert client.post(f"/orders/{order.number}/{way}/", {"reason": "x", "version": 1}).status_code == 403
    assert f"/{way}/" not in page(client, order)


def test_the_timeline_tells_of_the_shop_the_gate_acs_and_people_in_order(cx):
    order = make_order(mobile="0113 496 0123")
    review_many([order.pk], at=NOON)
    cx.post(f"/orders/{order.number}/correct-mobile/", {"value": "07712 345068", "version": 1})

    events = cx.get(f"/orders/{order.number}/").context["timeline"]

    told = [(event.who, event.what, event.detail) for event in events]
    assert told[-2:] == [("The shop", "took the payment", ""), ("The customer", "placed the order", "")]
    assert ("cx", "corrected", "the mobile number") in told
    assert ("Lockstep", "opened a case", "Mobile number will not work for locker texts") in told
    assert ("Lockstep", "closed a case, put right", "Mobile number will not work for locker texts") in told
    assert [event.at for event in events] == sorted((event.at for event in events), reverse=True)
    assert "345068" not in repr(told)


def test_why_shows_each_check_with_the_version_of_the_rules_and_what_does_not_apply(cx):
    home = make_order(destination=Destination.HOME, delivery_method="royal_mail_48", locker_id="", address1="")
    review_many([home.pk], at=NOON)

    checks = {check.label: check for check in cx.get(f"/orders/{home.number}/").context["checks"]}
    html = page(cx, home)

    assert (checks["Address and postcode"].passed, checks["Address and postcode"].code) == (False, "VAL-ADDR")
    assert not checks["Mobile can receive a locker code"].applies
    assert "/reference/val-addr/" in html
    assert f'rules <span class="mono">{RULES_VERSION}</span>' in html


def test_the_page_after_release_costs_a_fixed_number_of_statements(cx, django_assert_max_num_queries):
    order = at_acs(mobile="07803 345068")
    page(cx, order)

    with django_assert_max_num_queries(18):
        page(cx, order)


@pytest.mark.parametrize("status", ["", "acknowledged", "unknown"])
def test_before_acs_begins_there_is_nothing_to_be_too_late_for(status):
    assert done_at_acs(status, "14:02") == ""


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_of_an_ended_order_nothing_is_possible_and_each_says_why(state):
    possible = what_can_still_be_done(state, claimed=False)

    assert [(entry.allowed, entry.why) for entry in possible] == [(False, f"The order is {state}.")] * 5


def test_counts_are_exact_to_ten_thousand_and_say_so_beyond(cx, monkeypatch):
    from orders.queries import listing

    monkeypatch.setattr(listing, "COUNTED_TO", 2)
    for _ in range(2):
        make_order()
    exact = cx.get("/orders/").context["count"]
    make_order()

    assert (exact, cx.get("/orders/").context["count"]) == ("2", "2+")
