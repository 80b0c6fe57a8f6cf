"""Intents: written once, sent once, settled in one transaction; an unclear outcome is asked for, never repeated blindly."""

import signal
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django_q.models import OrmQ

from partners import outbox
from partners.errors import Denied, Rejected, Throttled, UnknownOutcome, Unreachable, Unreadable
from partners.models import Intent
from tests.partners.partner import Clock, Partner

pytestmark = pytest.mark.django_db

State = Intent.State
DOWN = Unreachable("acs", "It cannot be reached.")
LOST = UnknownOutcome("acs", "It did not answer within 20 seconds.")


@pytest.fixture
def clock(noon) -> Clock:
    return Clock(noon)


@pytest.fixture
def partner() -> Partner:
    return Partner()


@pytest.fixture
def put(clock):
    def put(business_id: str = "LS-1", **facts: object) -> Intent:
        facts = {"kind": "release", "payload": {"sku": "A"}, "actor": "system:test", "at": clock(), **facts}
        return outbox.put(business_id=business_id, **facts)

    return put


@pytest.fixture
def drain(clock, partner):
    def drain(**steps: object) -> dict[str, int]:
        steps = {"send": partner.send, "look_up": partner.look_up, "clock": clock, "jitter": lambda: 1.0, **steps}
        return outbox.drain("release", **steps)

    return drain


def raising(error: Exception):
    return lambda intent: error


class TestPut:
    def test_an_intent_has_a_key_of_its_own_and_a_frozen_content(self, put, clock):
        intent = put()

        assert (intent.op_key, intent.state, intent.next_at) == ("lockstep:release:LS-1:1", State.READY, clock())
        assert intent.payload_hash == outbox.payload_hash({"sku": "A"})
        assert intent.created_by == "system:test"

    def test_a_second_live_intent_for_the_same_thing_is_refused_by_the_database(self, put):
        put()

        with pytest.raises(IntegrityError), transaction.atomic():
            put(revision=2)

    def test_the_same_revision_never_comes_twice(self, put, drain):
        put()
        drain()

        with pytest.raises(IntegrityError), transaction.atomic():
            put()

    def test_the_bell_rings_in_the_same_transaction(self, put):
        put(ring="orders.tasks.send_releases")
        assert OrmQ.objects.count() == 1

        with transaction.atomic():
            put("LS-2", ring="orders.tasks.send_releases")
            transaction.set_rollback(True)

        assert (OrmQ.objects.count(), Intent.objects.count()) == (1, 1)


class TestSending:
    def test_what_is_due_is_sent_once_and_its_receipt_kept(self, put, drain, partner, clock):
        put()

        assert drain() == {"done": 1}
        assert drain() == {}

        intent = Intent.objects.get()
        assert (intent.state, intent.remote_id, intent.attempts) == (State.DONE, "remote-LS-1", 1)
        assert (intent.ended_at, intent.receipt, intent.lease_until) == (clock(), {"already": False}, None)
        assert partner.holds == {"LS-1": 1}

    def test_the_oldest_due_goes_first_and_what_is_not_due_waits(self, put, drain, partner, clock):
        put("later", at=clock() + timedelta(minutes=1))
        put("second")
        put("first", at=clock() - timedelta(minutes=1))

        drain()

        assert list(partner.holds) == ["first", "second"]

    def test_the_limit_is_kept(self, put, drain):
        for number in range(3):
            put(f"LS-{number}")

        assert drain(limit=2) == {"done": 2}

    def test_a_drain_ends_before_the_cluster_ends_it(self, put, drain, partner, clock):
        for number in range(3):
            put(f"LS-{number}")
        partner.lost = lambda intent: clock.forward(seconds=40) and None

        assert drain() == {"done": 2}

    def test_another_kind_is_left_alone(self, put, drain):
        put(kind="label")

        assert drain() == {}

    def test_what_follows_is_written_with_the_receipt_or_not_at_all(self, put, drain, clock):
        put()

        def settled(intent, receipt, at):
            put("follow-up", kind="label")
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            drain(settled=settled)

        assert Intent.objects.get().state == State.SENDING  # it is at the partner: to be looked up, not sent again

        clock.forward(minutes=3)
        drain()
        clock.forward(minutes=2)
        assert drain() == {"already": 1}

    def test_a_fault_of_ours_in_one_does_not_keep_the_others_from_going(self, put, drain, partner):
        put("LS-1")
        put("LS-2")
        partner.trouble = lambda intent: KeyError("boom") if intent.business_id == "LS-1" else None

        with pytest.raises(KeyError):
            drain()

        assert partner.holds == {"LS-2": 1}

    def test_the_room_may_say_no_at_the_last_moment(self, put, drain, partner):
        put()

        assert drain(may_send=lambda intent, at: False) == {"cancelled": 1}

        assert Intent.objects.get().state == State.CANCELLED
        assert partner.holds == {}

    def test_the_room_is_asked_under_the_lock_of_the_claim(self, put, drain):
        put()

        def may_send(intent, at):
            assert len(connection.atomic_blocks) > len(outside)
            return True

        outside = list(connection.atomic_blocks)
        assert drain(may_send=may_send) == {"done": 1}


class TestTrouble:
    def test_a_partner_that_is_down_is_asked_again_later_and_the_rest_waits(self, put, drain, partner, clock):
        put("LS-1")
        put("LS-2")
        partner.trouble = raising(DOWN)

        assert drain() == {"later": 1}

        first, second = Intent.objects.order_by("id")
        assert (first.state, first.next_at, first.error) == (State.READY, clock() + timedelta(seconds=30), "It cannot be reached.")
        assert (second.attempts, second.next_at) == (0, clock())

    @pytest.mark.parametrize(("attempts", "seconds"), [(1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (50, 3600)])
    def test_the_wait_doubles_up_to_an_hour(self, attempts, seconds):
        assert outbox.back_off_s(attempts) == seconds

    def test_the_wait_is_spread(self, put, drain, partner, clock):
        put()
        partner.trouble = raising(DOWN)

        drain(jitter=lambda: 1.2)

        assert Intent.objects.get().next_at == clock() + timedelta(seconds=36)

    def test_one_unreadable_answer_does_not_stop_the_others(self, put, drain, partner):
        put("LS-1")
        put("LS-2")
        partner.trouble = lambda intent: Unreadable("acs", "Not JSON.") if intent.business_id == "LS-1" else None

        assert drain() == {"later": 1, "done": 1}

    def test_a_throttled_call_waits_as_long_as_the_partner_asks(self, put, drain, partner, clock):
        put()
        partner.trouble = raising(Throttled("acs", "It asks us to wait.", retry_after_s=120))

        drain()

        assert Intent.objects.get().next_at == clock() + timedelta(seconds=120)

    def test_denied_pauses_for_an_hour_and_stops(self, put, drain, partner, clock):
        put("LS-1")
        put("LS-2")
        partner.trouble = raising(Denied("acs", "It refuses our credentials."))

        assert drain() == {"denied": 1}
        assert Intent.objects.earliest("id").next_at == clock() + timedelta(hours=1)

    def test_when_the_line_works_again_what_waited_for_it_is_due(self, put, drain, partner, clock):
        put("LS-1")
        partner.trouble = raising(Denied("acs", "It refuses our credentials."))
        drain()
        partner.trouble = raising(Throttled("acs", "It asks us to wait.", retry_after_s=120))
        put("LS-2")
        drain()

        assert outbox.wake(at=clock()) == 1
        partner.trouble = lambda intent: None
        assert drain() == {"done": 1}

    def test_a_refusal_ends_it_and_the_room_writes_down_what_follows(self, put, drain, partner):
        put()
        partner.trouble = raising(Rejected("acs", "The postcode is not known."))
        told = []

        assert drain(failed=lambda intent, error, at: told.append(error.sentence)) == {"refused": 1}

        intent = Intent.objects.get()
        assert (intent.state, intent.error_class, told) == (State.DEAD, "Rejected", ["The postcode is not known."])
        assert drain() == {}

    def test_the_room_hears_of_a_delay(self, put, drain, partner):
        put()
        partner.trouble = raising(DOWN)
        told = []

        drain(deferred=lambda intent, error, at: told.append(error.sentence))

        assert told == ["It cannot be reached."]


class TestAnUnclearOutcome:
    def test_it_waits_out_the_quarantine_and_is_looked_up_not_sent(self, put, drain, partner, clock):
        put()
        partner.lost = raising(LOST)

        assert drain() == {"unknown": 1}
        assert Intent.objects.get().state == State.UNKNOWN
        clock.forward(seconds=59)
        assert drain() == {}

        clock.forward(seconds=1)
        assert drain() == {"already": 1}
        assert partner.holds == {"LS-1": 1}
        assert Intent.objects.get().receipt == {"already": True}

    def test_what_proves_absent_is_sent_again_under_the_same_key(self, put, drain, partner, clock):
        key = put().op_key
        partner.trouble = raising(LOST)
        drain()
        partner.trouble = lambda intent: None
        clock.forward(seconds=61)

        assert drain() == {"absent": 1, "done": 1}

        intent = Intent.objects.get()
        assert (intent.op_key, intent.state, partner.holds) == (key, State.DONE, {"LS-1": 1})

    def test_a_late_effect_is_found_because_the_quarantine_outlives_it(self, put, drain, partner, clock):
        put()
        partner.trouble = raising(LOST)
        drain()
        clock.forward(seconds=4)
        partner.holds["LS-1"] = 1  # the partner applies it four seconds later
        partner.trouble = lambda intent: None
        clock.forward(seconds=57)

        assert drain() == {"already": 1}
        assert partner.holds == {"LS-1": 1}

    def test_a_look_up_that_fails_stays_unknown(self, put, drain, partner, clock):
        put()
        partner.lost = raising(LOST)
        drain()
        clock.forward(seconds=61)
        partner.trouble = raising(DOWN)

        assert drain() == {"unknown": 1}
        assert Intent.objects.get().state == State.UNKNOWN

    def test_a_look_up_that_finds_something_else_ends_it(self, put, drain, partner, clock):
        put()
        partner.lost = raising(LOST)
        drain()
        clock.forward(seconds=61)
        partner.trouble = raising(Rejected("acs", "It holds other content."))

        assert drain() == {"refused": 1}

    def test_a_process_that_died_while_sending_leaves_an_unknown_outcome(self, put, drain, clock):
        intent = put()
        Intent.objects.filter(pk=intent.pk).update(state=State.SENDING, lease_until=clock() - timedelta(seconds=1), fence="gone")

        assert drain() == {}

        intent.refresh_from_db()
        assert (intent.state, intent.next_at) == (State.UNKNOWN, clock() + timedelta(seconds=60))

    def test_who_lost_the_lease_writes_nothing(self, put, drain, partner, clock):
        put()
        another = {"state": State.UNKNOWN, "fence": "", "next_at": clock() + timedelta(minutes=1)}
        partner.lost = lambda intent: Intent.objects.update(**another) and None

        assert drain(settled=lambda *_: pytest.fail("the lease was lost")) == {"lost": 1}
        assert Intent.objects.get().state == State.UNKNOWN


@pytest.mark.django_db(transaction=True)
class TestNoCallInsideATransaction:
    def test_sending_inside_a_transaction_is_an_error(self, put, drain, partner):
        put()

        with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
            drain()

        assert partner.holds == {}

    def test_none_is_open_while_the_partner_is_called(self, put, drain, partner, clock):
        put()
        open_blocks = []
        partner.trouble = lambda intent: open_blocks.append(connection.in_atomic_block)

        drain()
        assert open_blocks == [False]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_drains_at_the_same_time_send_each_intent_once(put, clock, partner, race):
    for number in range(40):
        put(f"LS-{number}")
    counts: list[int] = []

    def act(_runner: int) -> None:
        counts.append(sum(outbox.drain("release", send=partner.send, look_up=partner.look_up, clock=clock).values()))

    assert race(act, range(4)) == ["ok"] * 4
    assert partner.holds == {f"LS-{number}": 1 for number in range(40)}
    assert (sum(counts), Intent.objects.filter(state=State.DONE, attempts=1).count()) == (40, 40)


DRAIN = """
from datetime import timedelta
from pathlib import Path
from partners import outbox
from partners.models import Intent
sent, noon = Path({sent!r}), datetime.fromisoformat({noon!r})
def send(intent):
    with sent.open("a") as file: file.write(intent.business_id + chr(10))
    return outbox.Receipt()
def look_up(intent):
    return outbox.Receipt(already=True) if sent.exists() and intent.business_id in sent.read_text() else None
def drain(minutes):
    outbox.drain("release", send=send, look_up=look_up, clock=lambda: noon + timedelta(minutes=minutes))
"""
PUT_AND_DIE = DRAIN + "outbox.put(kind='release', business_id='LS-1', payload={{}}, actor='t', at=noon); drain(0)"
GO_ON = DRAIN + "drain(3); drain(5); drain(7); assert Intent.objects.get().state == 'done'"


@pytest.mark.parametrize("place", ["outbox.claimed", "outbox.sent", "outbox.before_commit", "outbox.settled"])
def test_a_process_killed_at_any_step_loses_nothing_and_sends_once(place, processes, tmp_path, noon):
    """Real processes on a database file: the first is killed where the failpoint says, the next goes on."""
    facts = {"sent": str(tmp_path / "sent"), "noon": noon.isoformat()}

    assert processes(PUT_AND_DIE.format(**facts), LOCKSTEP_FAILPOINT=place) == -signal.SIGKILL
    assert processes(GO_ON.format(**facts)) == 0

    assert (tmp_path / "sent").read_text().split() == ["LS-1"]
