"""A worker killed anywhere in the middle of closing, and two leads, two workers, two manifests and a hold at once."""

import signal
from contextvars import copy_context
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from exceptions_queue import actions as desk
from exceptions_queue.models import AuditEntry
from lockers.actions.manifests import pull_parcel
from lockers.models import Manifest, Parcel, Pull
from orders.actions.closing import ask_to_close, close_asked
from orders.models import GateDecision
from tests.orders.builders import make_shopfloor
from tests.orders.collecting import CUTOFF, labelled, open_manifest, order_of

SOON = CUTOFF - timedelta(minutes=40)
SEED = """
from django.contrib.auth.models import User
from orders.actions.closing import ask_to_close
from tests.orders.builders import make_shopfloor
from tests.orders.collecting import labelled, open_manifest, picked
at = datetime.fromisoformat({soon!r})
make_shopfloor()
for _ in range(4): labelled()
labelled(order=picked(mobile=""))
ask_to_close(open_manifest(), actor=User.objects.create(username="warehouse"), at=at, version=1)
"""
CLOSE = """
from datetime import timedelta
from orders.actions.closing import close_asked
at = datetime.fromisoformat({soon!r})
close_asked(clock=lambda: at + timedelta(minutes={later}))
"""
ALL_LABELLED = """
from lockers.models import Manifest, Parcel
assert set(Parcel.objects.values_list("state", "manifest")) == {{("labelled", None)}}, list(Parcel.objects.values_list("state", "manifest"))
assert Manifest.objects.get().state == "closing"
"""
ALL_CLOSED = """
from exceptions_queue.models import AuditEntry, ExceptionCase
from lockers.models import Manifest, Parcel, Pull
assert Manifest.objects.get().state == "closed"
assert Parcel.objects.filter(state="manifested").count() == 4
assert [pull.codes for pull in Pull.objects.all()] == [["VAL-MOB-MISSING"]], list(Pull.objects.values())
assert AuditEntry.objects.filter(verb="parcel manifested").count() == 4
assert ExceptionCase.objects.filter(state="open").count() == 1
"""


def code(text: str, **facts: object) -> str:
    return text.format(soon=SOON.isoformat(), **facts)


@pytest.mark.parametrize("place", ["looked", "gated", "locked", "before_commit"])
def test_a_worker_killed_before_the_end_leaves_all_labelled_and_the_next_ring_goes_on(place, processes):
    assert processes(code(SEED + CLOSE, later=0), LOCKSTEP_FAILPOINT=f"closing.{place}") == -signal.SIGKILL

    too_early = code(ALL_LABELLED + CLOSE + ALL_LABELLED, later=1)  # the lease still runs
    assert processes(too_early + code(CLOSE + ALL_CLOSED, later=3)) == 0


def test_a_worker_killed_after_the_end_leaves_all_closed(processes):
    assert processes(code(SEED + CLOSE, later=0), LOCKSTEP_FAILPOINT="closing.closed") == -signal.SIGKILL

    assert processes(code(ALL_CLOSED + CLOSE + ALL_CLOSED, later=3)) == 0


@pytest.mark.postgres
@pytest.mark.timeout(120)
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture(autouse=True)
    def shopfloor(self, settings, transactional_db):
        settings.INPOST_POINTS_URL = ""
        make_shopfloor()

    def test_of_two_leads_one_closes_and_the_other_reads_why_not(self, race):
        manifest, parcel = open_manifest(), labelled()
        leads = [User.objects.create(username=name) for name in ("warehouse", "other")]

        outcomes = race(lambda lead: ask_to_close(Manifest.objects.get(), actor=lead, at=SOON, version=1), leads)
        close_asked(clock=lambda: SOON)

        assert sorted(outcomes) == ["Refused", "ok"]
        assert AuditEntry.objects.filter(verb="manifest asked to close").count() == 1
        parcel.refresh_from_db()
        assert (parcel.state, parcel.manifest_id) == ("manifested", manifest.pk)

    def test_of_two_workers_one_closes(self, race):
        lead = User.objects.create(username="warehouse")
        for _ in range(20):
            labelled()
        ask_to_close(open_manifest(), actor=lead, at=SOON, version=1)
        counts: list[dict[str, int]] = []

        assert race(lambda _: counts.append(close_asked(clock=lambda: SOON)), range(4)) == ["ok"] * 4

        assert sum(count.get("went", 0) for count in counts) == 20
        assert (GateDecision.objects.count(), AuditEntry.objects.filter(verb="parcel manifested").count()) == (20, 20)

    def test_two_manifests_closed_at_once_share_no_parcel(self, race):
        lead = User.objects.create(username="warehouse")
        for _ in range(30):
            labelled()
        for hours in (0, 1):
            ask_to_close(open_manifest(cutoff_at=CUTOFF + timedelta(hours=hours)), actor=lead, at=SOON, version=1)
        counts: list[dict[str, int]] = []

        assert race(lambda _: counts.append(close_asked(clock=lambda: SOON)), range(2)) == ["ok"] * 2

        assert sum(count.get("went", 0) for count in counts) == 30
        assert Parcel.objects.filter(state="manifested", manifest__isnull=False).count() == 30
        assert AuditEntry.objects.filter(verb="parcel manifested").count() == 30

    def test_a_hold_and_the_closing_meet_at_the_orders_row(self, race):
        """Whoever is first: an order that was held before its parcel went is not on the manifest."""
        lead = User.objects.create(username="warehouse")
        for round_ in range(8):
            parcel, manifest = labelled(), open_manifest(cutoff_at=CUTOFF + timedelta(minutes=round_))
            ask_to_close(manifest, actor=lead, at=SOON, version=1)
            order = order_of(parcel)
            acts = [
                lambda: close_asked(clock=lambda: SOON),
                lambda order=order: desk.place_hold(order, reason="Stop", exit="Yes", owner="cx", actor=lead, at=SOON),
            ]
            runners = [(copy_context(), act) for act in acts]

            assert race(lambda runner: runner[0].run(runner[1]), runners) == ["ok", "ok"]

            verbs = dict(AuditEntry.objects.filter(subject_label__in=(parcel.tracking_number, order.number)).values_list("verb", "pk"))
            if "parcel manifested" in verbs:
                assert verbs["parcel manifested"] < verbs["hold placed"]
            else:
                assert Pull.objects.get(parcel=parcel).codes == ["HOLD"]
            Parcel.objects.filter(pk=parcel.pk).update(state="void")

    def test_a_pull_by_hand_and_the_closing_never_both_have_the_parcel(self, race):
        lead = User.objects.create(username="warehouse")
        for round_ in range(8):
            parcel, manifest = labelled(), open_manifest(cutoff_at=CUTOFF + timedelta(minutes=round_))
            acts = [
                lambda manifest=manifest: ask_to_close(manifest, actor=lead, at=SOON, version=1),
                lambda manifest=manifest, pk=parcel.pk: pull_parcel(manifest, pk, why="torn", actor=lead, at=SOON),
            ]
            race(lambda runner: runner[0].run(runner[1]), [(copy_context(), act) for act in acts])
            close_asked(clock=lambda: SOON)

            parcel.refresh_from_db()
            assert (parcel.state == "manifested") != Pull.objects.filter(parcel=parcel, why="torn").exists()
            Parcel.objects.filter(pk=parcel.pk).update(state="void")
