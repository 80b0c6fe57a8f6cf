"""Today: each number is the number of rows behind its link."""

import re
from html import unescape
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command

from orders.actions import review_many
from tests.orders.builders import NOON, make_order, make_shopfloor

pytestmark = pytest.mark.django_db


@pytest.fixture
def cx(client, settings):
    cache.clear()
    settings.MODES = {**settings.MODES, "acs": "live"}
    call_command("load_roles", stdout=StringIO())
    user = get_user_model().objects.create_user("cx")
    user.groups.add(Group.objects.get(name="cx"))
    client.force_login(user)
    make_shopfloor()
    return client


def test_every_number_links_to_exactly_the_rows_it_counts(cx):
    orders = [make_order(mobile=""), make_order(mobile="0113 496 0123"), make_order(), make_order(email="")]
    review_many([order.pk for order in orders], at=NOON)
    html = cx.get("/").content.decode()

    kpis = re.findall(r'class="kpi[^"]*" href="([^"]+)"><strong>(\d+)</strong>', html)
    tallies = re.findall(r'<li><a href="([^"]+)">[^<]+</a> <strong class="num">(\d+)</strong>', html)

    assert len(kpis) == 2
    assert len(tallies) >= 5
    for address, count in (*kpis, *tallies):
        listed = cx.get(unescape(address)).content.decode()
        assert listed.count("<tr>") - listed.count("<thead><tr>") == int(count) or len(re.findall(r"<tr[ >]", listed)) - 1 == int(count), (
            address
        )


def test_a_clear_desk_says_so_with_the_next_step(cx):
    html = cx.get("/").content.decode()

    assert "The queue is clear." in html
    assert "Look at the orders" in html


def test_today_costs_a_fixed_number_of_statements(cx, django_assert_max_num_queries):
    review_many([make_order(mobile="").pk for _ in range(10)], at=NOON)
    cx.get("/")

    with django_assert_max_num_queries(8):
        cx.get("/")
