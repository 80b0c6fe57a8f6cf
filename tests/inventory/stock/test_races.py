"""A stock file that is being applied, and a person at the same moment, on PostgreSQL."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections, transaction

from inventory.actions import publish_meanings, rehearse_meanings
from inventory.invariants import the_counters_equal_a_recount
from inventory.models import AcsSku, Level
from inventory.sync.stock import StockFile
from partners.models import MappingProposal, SyncRun
from partners.sync import sync_file
from tests.inventory.mapped import QUARANTINE, proposed
from tests.inventory.stock.files import Drop, row, rows, text
from tests.postgres import until_another_waits

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120), pytest.mark.django_db(transaction=True)]

NEW = row(99, sku="NEW-1")


class Held(StockFile):
    """A file that has done all its work and waits for a word before it commits."""

    done, may_end = threading.Event(), threading.Event()

    def settled(self, run: SyncRun, at: datetime) -> None:
        super().settled(run, at)
        self.done.set()
        self.may_end.wait(30)


@contextmanager
def beside(act: Callable[[], object]) -> Iterator[threading.Thread]:
    """`act` on a thread and a connection of its own; over when the block is."""

    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield thread
    thread.join(30)
    assert not thread.is_alive()


@pytest.fixture
def ines(transactional_db) -> User:
    return User.objects.create_user("ines")


@pytest.fixture
def off_sale(drop: Drop, ines: User) -> MappingProposal:
    """Ten garments are ready, and somebody has seen what it does to call that quarantine."""
    drop.read(1, rows(10))
    proposal = proposed(ines, drop.clock(), in_warehouse___ready_for_customer=QUARANTINE)
    rehearse_meanings(proposal, actor=ines, at=drop.clock())
    return proposal


def publish(proposal: MappingProposal, drop: Drop) -> None:
    publish_meanings(proposal, seen_at=proposal.rehearsed_at, reason="They are not.", actor=proposal.proposed_by, at=drop.clock())


def test_a_sku_that_a_file_brings_while_a_meaning_is_published_is_counted_by_the_new_one(drop, off_sale):
    path = drop.write(2, text([*rows(10), NEW]))

    with beside(lambda: sync_file("acs.stock", Held(path, at=drop.clock()), clock=drop.clock)):
        assert Held.done.wait(30)
        with beside(lambda: publish(off_sale, drop)):
            until_another_waits()
            Held.may_end.set()

    assert SyncRun.objects.latest("pk").created == 1
    assert Level.objects.values_list("on_hand", "ripe", "waiting").get(sku="NEW-1") == (1, 0, 0)
    assert the_counters_equal_a_recount(drop.clock()) == []


def test_while_a_file_is_being_written_a_meaning_is_published_at_once_and_the_file_counts_by_it(drop, off_sale):
    path = drop.write(2, text([*rows(10), NEW]))

    with ExitStack() as lock:
        lock.enter_context(transaction.atomic())
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {AcsSku._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")  # the file stops behind its garments
        with beside(lambda: sync_file("acs.stock", StockFile(path, at=drop.clock()), clock=drop.clock)):
            until_another_waits()
            with beside(lambda: publish(off_sale, drop)):
                pass
            off_sale.refresh_from_db()
            lock.close()

    assert (off_sale.state, SyncRun.objects.latest("pk").created) == ("published", 1)
    assert Level.objects.values_list("on_hand", "ripe", "waiting").get(sku="NEW-1") == (1, 0, 0)
    assert the_counters_equal_a_recount(drop.clock()) == []
