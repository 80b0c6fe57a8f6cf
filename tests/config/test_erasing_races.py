"""Erasing and reading the shop at the same moment, on PostgreSQL: whoever comes first, nothing personal is left."""

import json
import threading
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from config.erasing import erase_customer
from exceptions_queue.rules.erasing import Traces
from orders.actions import erasing
from orders.models import Erasure, Order
from orders.sync import apply_orders
from partners.sync import Page
from tests.config.canary import body, tables_with_her
from tests.config.erased import NUMBER, end, tell
from tests.orders.builders import make_shopfloor
from tests.postgres import until_another_waits

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def order(settings, tmp_path: Path, transactional_db) -> Order:
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    settings.STORE, settings.STORE_FOLDER = "folder", str(tmp_path)
    make_shopfloor()
    tell(tmp_path)
    return end(Order.objects.get(number=NUMBER))


def erase() -> None:
    erase_customer(NUMBER, reason="Asked", even_open=False, actor="system:test", at=timezone.now())


def mirror() -> None:
    raw = json.dumps(body(updatedAt="2031-01-01T00:00:00Z")).encode()
    with transaction.atomic():
        apply_orders(Page(records=[raw], cursor=None, source="test", body=raw), timezone.now())


def test_however_a_sync_and_an_erasure_meet_nothing_personal_is_left(order, race):
    assert race(lambda act: act(), [erase, mirror, mirror]) == ["ok"] * 3

    assert tables_with_her() == {}


def test_a_sync_that_waited_for_the_erasure_reads_what_it_did(order, race):
    held = threading.Event()

    def mirror_then() -> None:
        held.wait(30)
        mirror()

    def erase_slowly() -> None:
        with transaction.atomic():
            erasing.lock([NUMBER])
            held.set()
            until_another_waits()
            erasing.erase([NUMBER], traces=Traces(), at=timezone.now(), actor="system:test")

    assert race(lambda act: act(), [erase_slowly, mirror_then]) == ["ok", "ok"]

    assert Order.objects.get(number=NUMBER).email == ""


def test_two_erasures_leave_one_receipt(order, race):
    assert race(lambda act: act(), [erase, erase]) == ["ok", "ok"]

    assert Erasure.objects.count() == 1
