"""Ten tabs, and a colleague, at the same moment, on PostgreSQL: one of them puts it right, and everybody is told what is so."""

import pytest
from django.test import Client
from django.utils import timezone

from exceptions_queue.models import AuditEntry, ExceptionCase
from orders.actions import correct_mobile, customer_links
from orders.actions.customer_links import Ended
from orders.models import CustomerLink, Order
from orders.queries.customer_links import path_of
from partners.models import Intent
from tests.orders.asking import MOBILE, asked, without_mobile
from tests.orders.builders import make_shopfloor

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120), pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def floor(settings, transactional_db) -> None:
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    make_shopfloor()


def test_of_ten_tabs_at_once_one_wins_and_the_others_are_told_it_is_done(race):
    link = asked(without_mobile())

    def send(_: int) -> None:
        customer_links.put_right(CustomerLink.objects.get(pk=link.pk), mobile=MOBILE, locker_id="", at=timezone.now())

    outcomes = race(send, range(10))

    assert sorted(outcomes) == ["Ended"] * 9 + ["ok"]
    assert AuditEntry.objects.filter(verb="put right by the customer").count() == 1
    assert Intent.objects.filter(kind="acs_release").count() == 1
    assert not ExceptionCase.objects.filter(state="open").exists()


def test_every_tab_ends_at_the_same_thank_you(race):
    link, seen = asked(without_mobile()), []

    def send(_: int) -> None:
        answer = Client().post(path_of(link), {"mobile": MOBILE}, follow=True)
        seen.append((answer.status_code, "Thank you, this was done" in answer.content.decode()))

    assert race(send, range(6)) == ["ok"] * 6
    assert seen == [(200, True)] * 6


def test_a_colleague_and_the_customer_at_once_save_one_number(race):
    order = without_mobile()
    link = asked(order)

    def customer() -> None:
        customer_links.put_right(CustomerLink.objects.get(pk=link.pk), mobile=MOBILE, locker_id="", at=timezone.now())

    def colleague() -> None:
        correct_mobile(order, value="07803 345068", actor="agent", at=timezone.now(), version=order.version)

    outcomes = race(lambda act: act(), [customer, colleague])

    order.refresh_from_db()
    assert sorted(outcomes) in (["Stale", "ok"], [Ended.__name__, "ok"])
    assert (order.version, AuditEntry.objects.filter(verb="order corrected").count()) == (2, 1)
    assert Order.objects.get().state == "ready"
