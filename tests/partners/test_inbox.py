"""What partners send us: stored first, each delivery once, processed later and never in the way of the next."""

from datetime import timedelta

import pytest
from django_q.models import OrmQ

from partners import inbox
from partners.errors import RecordError, Rejected, Unreachable
from partners.models import InboxMessage
from tests.partners.partner import Clock

pytestmark = pytest.mark.django_db

State = InboxMessage.State


@pytest.fixture
def clock(noon) -> Clock:
    return Clock(noon)


@pytest.fixture
def receive(clock):
    def receive(delivery_id: str = "d-1", **facts: object) -> bool:
        return inbox.receive("inpost", delivery_id, **{"body": b'{"status": "collected"}', "at": clock(), **facts})

    return receive


@pytest.fixture
def drain(clock):
    return lambda process=lambda message, at: None, **how: inbox.drain("inpost", process=process, clock=clock, **how)


def raising(error: Exception):
    def process(message, at):
        raise error

    return process


class TestReceiving:
    def test_the_bytes_are_kept_as_they_came(self, receive, clock):
        assert receive(topic="tracking", object_id="PARCEL-1") is True

        message = InboxMessage.objects.get()
        assert (bytes(message.raw_body), message.topic, message.state) == (b'{"status": "collected"}', "tracking", State.NEW)
        assert message.received_at == clock()

    def test_the_same_delivery_again_has_no_effect(self, receive):
        assert [receive(ring="orders.tasks.drain"), receive(ring="orders.tasks.drain", body=b"other")] == [True, False]

        assert bytes(InboxMessage.objects.get().raw_body) == b'{"status": "collected"}'
        assert OrmQ.objects.count() == 1

    def test_another_partner_may_use_the_same_id(self, receive, clock):
        receive()

        assert inbox.receive("shopify", "d-1", body=b"", at=clock()) is True


class TestDraining:
    def test_each_is_processed_once_the_oldest_first(self, receive, drain, clock):
        receive("d-1")
        clock.forward(seconds=1)
        receive("d-2")
        seen = []

        assert drain(lambda message, at: seen.append(message.delivery_id)) == {"done": 2}
        assert drain(lambda message, at: seen.append(message.delivery_id)) == {}
        assert seen == ["d-1", "d-2"]

    def test_what_cannot_be_read_ends_at_once_with_its_reason(self, receive, drain):
        receive()

        assert drain(raising(RecordError("$.status", "is missing"))) == {"dead": 1}
        assert InboxMessage.objects.get().error == "$.status: is missing"

    def test_what_the_partner_refuses_for_good_ends_too(self, receive, drain):
        receive()

        assert drain(raising(Rejected("inpost", "No such parcel."))) == {"dead": 1}

    def test_a_partner_that_is_down_is_asked_again_later(self, receive, drain, clock):
        receive()

        assert drain(raising(Unreachable("inpost", "It cannot be reached."))) == {"later": 1}
        assert InboxMessage.objects.get().next_at == clock() + timedelta(seconds=30)
        assert drain() == {}
        clock.forward(seconds=30)
        assert drain() == {"done": 1}

    def test_a_fault_of_ours_delays_one_and_not_the_others(self, receive, drain):
        receive("d-1")
        receive("d-2")

        def process(message, at):
            if message.delivery_id == "d-1":
                raise KeyError("Ada Lovelace")

        assert drain(process) == {"later": 1, "done": 1}
        assert InboxMessage.objects.get(delivery_id="d-1").error == "A fault of ours: KeyError."

    def test_after_eight_attempts_it_is_over(self, receive, drain, clock):
        receive()
        outcomes = []
        for _ in range(8):
            outcomes += drain(raising(KeyError()))
            clock.forward(hours=2)

        assert outcomes == ["later"] * 7 + ["dead"]
        assert InboxMessage.objects.get().state == State.DEAD

    def test_a_process_that_died_leaves_it_for_the_next_when_its_lease_ends(self, receive, drain, clock):
        receive()
        inbox._claim("inpost", clock())

        assert drain() == {}
        clock.forward(seconds=121)
        assert drain() == {"done": 1}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_a_delivery_made_four_times_at_once_is_kept_once(self, clock, race):
        new = []

        assert race(lambda _: new.append(inbox.receive("inpost", "d-1", body=b"x", at=clock())), range(4)) == ["ok"] * 4
        assert sorted(new) == [False, False, False, True]

    def test_drains_at_the_same_time_process_each_once(self, receive, clock, race):
        for number in range(40):
            receive(f"d-{number}")
        seen = []

        race(lambda _: inbox.drain("inpost", process=lambda message, at: seen.append(message.pk), clock=clock), range(4))

        assert len(seen) == len(set(seen)) == 40
