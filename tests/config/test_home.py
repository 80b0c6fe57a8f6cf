"""Today: each number is the number of rows behind its link, and each role sees what it has to save, in time."""

import re
from datetime import UTC, datetime, time, timedelta
from html import unescape
from io import StringIO

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command

from config import cockpit
from exceptions_queue.calendars import Clock
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import Owner
from orders.actions import review_many
from partners.models import Feed
from tests.orders.builders import NOON, make_order, make_shopfloor

pytestmark = pytest.mark.django_db

CLOCK = Clock(order_cutoff=time(12), collection_at=time(17, 30))
MORNING = datetime(2026, 6, 9, 9, 20, tzinfo=UTC)  # Tuesday 10:20 in London
AFTERNOON = datetime(2026, 6, 9, 15, 20, tzinfo=UTC)  # 16:20 in London
FRIDAY_NIGHT = datetime(2026, 6, 5, 20, 0, tzinfo=UTC)


@pytest.fixture
def sign_in(client, settings):
    """Sign in with these roles, on a working floor."""
    cache.clear()
    settings.MODES = {**settings.MODES, "acs": "live"}
    call_command("load_roles", stdout=StringIO())
    make_shopfloor()

    def sign_in(*roles: str):
        user = get_user_model().objects.create_user("-".join(roles))
        user.groups.set(Group.objects.filter(name__in=roles))
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def cx(sign_in):
    return sign_in("cx")


def held(count: int, at: datetime = MORNING, **facts) -> list[str]:
    orders = [make_order(**({"mobile": ""} | facts)) for _ in range(count)]
    review_many([order.pk for order in orders], at=at)
    return [order.number for order in orders]


def rows_behind(client, address: str) -> int:
    html = client.get(unescape(address)).content.decode()
    body = re.search(r"<tbody[^>]*>(.*?)</tbody>", html, re.DOTALL)
    return len(re.findall(r"<tr[ >]", body[1])) if body else 0


def test_every_number_links_to_exactly_the_rows_it_counts(cx):
    orders = [make_order(mobile=""), make_order(mobile="0113 496 0123"), make_order(), make_order(email="")]
    review_many([order.pk for order in orders], at=NOON)
    html = cx.get("/").content.decode()

    kpis = re.findall(r'class="kpi[^"]*" href="([^"]+)"[^>]*><strong>(\d+)</strong>', html)
    tallies = re.findall(r'<li><a href="([^"]+)"[^>]*>[^<]+</a> <strong class="num">(\d+)</strong>', html)
    bars = re.findall(r'<th scope="row"><a href="([^"]+)"[^>]*>.*?<td class="num">(\d+)</td>', html, re.DOTALL)
    due = re.findall(r'<a href="(/queue/\?due_before[^"]+)"[^>]*>(\d+) cases?</a>', html)

    assert (len(kpis), len(tallies), len(bars), len(due)) == (2, 3, 3, 1)
    for address, count in (*kpis, *tallies, *bars, *due):
        assert rows_behind(cx, address) == int(count), address


@time_machine.travel(MORNING, tick=False)
def test_in_the_morning_the_order_cut_off_counts(cx):
    numbers = held(2)
    html = cx.get("/").content.decode()

    assert "ACS takes orders until today 12:00" in html
    assert "1 h 40 m" in html
    assert "2 orders to save before today 12:00" in html
    assert all(f"/orders/{number}/" in html for number in numbers)


@time_machine.travel(AFTERNOON, tick=False)
def test_in_the_afternoon_the_collection_counts(sign_in):
    numbers = held(7)
    ExceptionCase.objects.update(due_at=AFTERNOON + timedelta(minutes=20))
    html = sign_in("warehouse").get("/").content.decode()

    assert "InPost collects today 17:30" in html
    assert "7 orders to save before today 17:30" in html
    acts = re.findall(r'<a class="btn btn-small" href="(/queue/\d+/)">', html)
    assert len(acts) == 7  # one action a row, and the second one is on its page
    assert all(number in html for number in numbers)


@time_machine.travel(AFTERNOON, tick=False)
def test_a_calm_afternoon_looks_ahead_to_the_next_gate(cx):
    held(2, at=AFTERNOON)
    html = cx.get("/").content.decode()

    assert "Nothing is due before it." in html
    assert "2 orders to save before tomorrow 12:00" in html


@time_machine.travel(AFTERNOON, tick=False)
def test_a_calm_desk_says_so_and_shows_the_way_to_the_others(sign_in):
    held(2, at=AFTERNOON)
    html = sign_in("finance").get("/").content.decode()

    assert "No order of this desk is in danger before tomorrow 12:00." in html
    assert "?desk=all" in html


@time_machine.travel(MORNING, tick=False)
def test_a_desk_sees_its_own_and_one_press_more_sees_all(sign_in):
    held(2)
    ExceptionCase.objects.filter(pk=ExceptionCase.objects.first().pk).update(owner=Owner.MERCHANDISING)
    client = sign_in("cx")

    assert "1 order to save" in client.get("/").content.decode()
    assert "2 orders to save" in client.get("/?desk=all").content.decode()


@time_machine.travel(MORNING, tick=False)
def test_an_order_with_two_faults_is_one_order(cx):
    held(1, email="")
    html = cx.get("/").content.decode()

    assert "1 order to save" in html
    assert "2 cases</a>" in html
    assert "and 1 more" in html


@pytest.mark.parametrize(
    ("roles", "desk"),
    [
        (["cx"], Owner.CX),
        (["finance", "finance_manager"], Owner.FINANCE),
        (["warehouse"], None),
        (["viewer"], None),
        (["cx", "merchandiser"], None),
        ([], None),
    ],
)
def test_who_sees_which_desk_first(roles, desk):
    assert cockpit.desk_of(roles) == desk


def test_the_gate_of_a_friday_night_is_monday_noon():
    gate = cockpit.gate(CLOCK, at=FRIDAY_NIGHT)

    assert gate.sentence == "ACS takes orders until Mon 8 June 12:00"
    assert gate.now is None
    assert not gate.urgent


def test_the_line_of_the_day_says_the_same_in_words():
    gate = cockpit.gate(CLOCK, at=MORNING)

    assert gate.in_words == "The line of the day. It is 10:20. Orders 12:00, Collection 17:30."
    assert gate.marks[0].at < gate.marks[1].at
    assert gate.now < gate.marks[0].at


def test_a_merchandiser_sees_products_without_a_size_and_integration_the_feeds(sign_in):
    Feed.objects.create(name="store.orders", last_good_at=NOON)
    merchandiser = sign_in("merchandiser").get("/").content.decode()
    integration = sign_in("integration").get("/").content.decode()

    assert "/products/?size=missing" in merchandiser
    assert "/products/?size=missing" not in integration
    assert 'id="feeds-title"' in integration


def test_a_clear_desk_says_so_with_the_next_step(cx):
    html = cx.get("/").content.decode()

    assert "The queue is clear." in html
    assert "Look at the orders" in html


@pytest.mark.parametrize("many", [3, 30])
@pytest.mark.parametrize("role", ["cx", "warehouse", "merchandiser", "integration", "viewer"])
def test_today_costs_a_fixed_number_of_statements(sign_in, many, role, django_assert_max_num_queries):
    with time_machine.travel(MORNING):
        held(many)
        client = sign_in(role)
        client.get("/")

        with django_assert_max_num_queries(11):
            client.get("/")


@pytest.mark.parametrize(
    ("risk", "said"),
    [
        (cockpit.Risk(9, 7), "7 orders to save"),
        (cockpit.Risk(1, 1), "1 order to save"),
        (cockpit.Risk(2, 0), "2 cases to settle"),
        (cockpit.Risk(10_001, 612), "612+ orders to save"),
    ],
)
def test_how_much_is_at_risk_in_words(risk, said):
    assert risk.in_words == said
