"""What shop and ACS say differently, on screen: both values beside each other, numbers that lead to their rows, and a run by hand."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.actions.reconciling import run_reconcile
from orders.models import Order, ReconcileFinding, ReconcileRun
from orders.states import OrderState
from tests.config.people import load_roles
from tests.orders.builders import make_order, make_shopfloor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shopfloor(settings, db):
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    load_roles()
    make_shopfloor()


@pytest.fixture
def lead() -> Client:
    return signed_in("warehouse")


def signed_in(role: str) -> Client:
    user = User.objects.create(username=role, first_name="Callum", last_name="Reid")
    user.groups.set(Group.objects.filter(name=role))
    client = Client()
    client.force_login(user)
    return client


def despatched(count: int) -> list[Order]:
    """Orders that ACS despatched two days ago, and of which InPost knows nothing."""
    then = timezone.now() - timedelta(days=2)
    standing = {"state": OrderState.RELEASED, "released_at": then, "acs_status": "despatched", "acs_status_since": then}
    return [make_order(**standing) for _ in range(count)]


def text(client: Client, address: str = "/reconciles/orders/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_the_first_comparison_the_page_says_when_it_comes(lead: Client):
    assert "Lockstep compares shop and ACS once a night" in text(lead)


def test_a_row_says_what_each_of_the_two_says_and_leads_to_order_and_cases(lead: Client):
    [order] = despatched(1)
    run_reconcile(actor="system:test", at=timezone.now())

    page = text(lead)

    assert f'href="/orders/{order.number}/"' in page
    assert 'data-label="The shop says">paid<' in page
    assert 'data-label="ACS says">despatched<' in page
    assert 'href="/queue/?code=TRK-NOSCAN"' in page
    assert "The seal holds" in page


def test_a_person_runs_it_now_and_is_told_what_it_found(lead: Client):
    despatched(2)

    answer = lead.post("/reconciles/orders/run/", follow=True)

    run = ReconcileRun.objects.get()
    assert (run.asked_by, run.differing) == ("warehouse", 2)
    assert "Shop and ACS differ in 2 of 2 orders." in answer.content.decode()


def test_one_kind_is_shown_alone_and_nonsense_shows_all(lead: Client):
    [order] = despatched(1)
    run_reconcile(actor="system:test", at=timezone.now())

    assert order.number in text(lead, "/reconciles/orders/?show=unscanned")
    assert order.number not in text(lead, "/reconciles/orders/?show=alive")
    assert order.number in text(lead, "/reconciles/orders/?show=nonsense&page=x")


def test_a_broken_seal_is_said(lead: Client):
    despatched(1)
    run_reconcile(actor="system:test", at=timezone.now())
    ReconcileFinding.objects.update(shop="cancelled")

    assert "The seal is broken" in text(lead)


def test_the_rows_come_fifty_a_page_for_the_same_statements(lead: Client):
    text(lead)
    counts = []
    for more in (3, 57):
        despatched(more)
        run_reconcile(actor="system:test", at=timezone.now())
        with CaptureQueriesContext(connection) as asked:
            page = text(lead)
        counts.append(len(asked))

    assert (page.count('data-label="ACS says"'), "page=2" in page) == (50, True)
    assert text(lead, "/reconciles/orders/?page=2").count('data-label="ACS says"') == 10
    assert counts[0] == counts[1]
