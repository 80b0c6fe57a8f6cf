"""When may a partner be called? One answer for all processes, kept in one row per partner."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from partners.errors import Denied, PartnerError, Rejected, Throttled, UnknownOutcome, Unreachable, Unreadable
from partners.gates import DbGate, Rate, allow_probe
from partners.models import Circuit
from tests.partners.partner import Clock
from tests.postgres import Race

FAST = Rate(1000, 1000)
DOWN = Unreachable("acs", "It cannot be reached.", request_id="id-1")


@pytest.fixture
def clock(noon: datetime) -> Clock:
    return Clock(noon)


@pytest.fixture
def gate(clock: Clock) -> DbGate:
    return DbGate(clock, rate=FAST)


def call(gate: DbGate, error: PartnerError | None = None) -> None:
    gate.before("acs")
    gate.after("acs", error, "id-1")


def fails(gate: DbGate, times: int, error: PartnerError = DOWN) -> None:
    for _ in range(times):
        call(gate, error)


@pytest.mark.django_db
class TestCircuit:
    def test_stays_closed_while_failures_are_few_or_apart(self, gate):
        fails(gate, 4)
        call(gate)
        fails(gate, 4)

        gate.before("acs")
        assert Circuit.objects.get().opened_at is None

    @pytest.mark.parametrize("error", [DOWN, UnknownOutcome("acs", "lost"), Unreadable("acs", "not JSON")])
    def test_opens_after_five_failures_in_a_row(self, gate, noon, error):
        fails(gate, 5, error)

        with pytest.raises(Unreachable, match="one call a minute"):
            gate.before("acs")
        assert Circuit.objects.get().opened_at == noon

    def test_lets_one_call_a_minute_through(self, gate, clock):
        fails(gate, 5)
        clock.forward(seconds=60)

        gate.before("acs")
        with pytest.raises(Unreachable):
            gate.before("acs")
        gate.after("acs", DOWN, "id-2")
        clock.forward(seconds=59)
        with pytest.raises(Unreachable):
            gate.before("acs")
        clock.forward(seconds=1)
        gate.before("acs")

    def test_closes_when_the_probe_succeeds(self, gate, clock):
        fails(gate, 5)
        clock.forward(seconds=60)
        call(gate)

        call(gate)
        line = Circuit.objects.get()
        assert (line.failures, line.opened_at, line.probe_at, line.last_good_at) == (0, None, None, clock.at)

    def test_a_refusal_of_the_content_proves_the_line(self, gate):
        fails(gate, 9, Rejected("acs", "SKU not known"))
        assert (Circuit.objects.get().failures, Circuit.objects.get().last_error) == (0, "")

    def test_other_partners_are_not_touched(self, gate):
        fails(gate, 5)

        gate.before("inpost")
        opened = dict(Circuit.objects.values_list("partner", "opened_at"))
        assert (opened["inpost"], opened["acs"] is None) == (None, False)

    def test_it_keeps_what_went_wrong_last(self, gate, noon):
        fails(gate, 1)
        call(gate)
        line = Circuit.objects.get()
        assert (line.last_error, line.last_error_at, line.last_request_id) == ("It cannot be reached.", noon, "id-1")


@pytest.mark.django_db
class TestRefusedCredentials:
    def test_pause_the_whole_connection(self, gate, clock):
        fails(gate, 1, Denied("acs", "It refuses our credentials."))

        for minutes in (0, 1, 58):
            clock.forward(minutes=minutes)
            with pytest.raises(Denied, match="waits until somebody renews"):
                gate.before("acs")

    def test_are_tried_once_an_hour_so_that_no_account_gets_locked(self, gate, clock):
        fails(gate, 1, Denied("acs", "no"))
        clock.forward(hours=1)

        call(gate, Denied("acs", "no"))
        with pytest.raises(Denied):
            gate.before("acs")

    def test_are_forgotten_at_the_first_success(self, gate, clock):
        fails(gate, 1, Denied("acs", "no"))
        allow_probe("acs")
        call(gate)

        call(gate)
        assert Circuit.objects.get().denied_at is None


@pytest.mark.django_db
class TestThrottling:
    def test_a_partners_wish_is_kept_and_not_slept_on(self, gate, clock):
        fails(gate, 1, Throttled("acs", "wait", retry_after_s=90))

        clock.forward(seconds=89)
        with pytest.raises(Throttled) as told:
            gate.before("acs")
        assert told.value.retry_after_s == 1
        clock.forward(seconds=1)
        gate.before("acs")

    def test_a_person_who_tests_does_not_wait(self, gate, noon):
        fails(gate, 5)
        fails_throttled = Throttled("acs", "wait", retry_after_s=90)
        gate.after("acs", fails_throttled, "id")
        allow_probe("acs")

        gate.before("acs")
        line = Circuit.objects.get()
        assert (line.throttled_until, line.opened_at, line.probe_at) == (None, noon, noon)
        with pytest.raises(Unreachable):  # the person's was the one probe of this minute
            gate.before("acs")


@pytest.mark.django_db
class TestRate:
    def test_a_burst_goes_at_once_then_calls_wait_a_bounded_moment(self, clock):
        waits: list[float] = []
        gate = DbGate(clock, rate=Rate(per_second=2, burst=3), wait=waits.append)
        for _ in range(7):
            gate.before("acs")

        assert waits == pytest.approx([0.5, 1.0, 1.5, 2.0])
        with pytest.raises(Throttled) as told:
            gate.before("acs")
        assert told.value.retry_after_s == pytest.approx(2.5)

    def test_what_was_refused_costs_nothing_and_time_fills_up(self, clock):
        waits: list[float] = []
        gate = DbGate(clock, rate=Rate(per_second=1, burst=2), wait=waits.append)
        gate.before("acs")
        clock.forward(hours=1)
        for _ in range(2):
            gate.before("acs")
        assert waits == []

    def test_a_clock_set_back_does_no_harm(self, clock):
        waits: list[float] = []
        gate = DbGate(clock, rate=Rate(per_second=1, burst=2), wait=waits.append)
        gate.before("acs")
        clock.forward(hours=-1)
        gate.before("acs")
        assert waits == []


@pytest.mark.django_db
def test_a_call_costs_few_statements(gate, django_assert_max_num_queries):
    call(gate)
    with django_assert_max_num_queries(6):  # two of them begin and end a transaction
        call(gate)


@pytest.mark.django_db(transaction=True)
def test_no_partner_is_called_inside_a_transaction(gate):
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        gate.before("acs")
    connection.close()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_only_one_process_gets_the_probe(noon: datetime, race: Race):
    fails(DbGate(lambda: noon, rate=FAST), 5)
    later = DbGate(lambda: noon + timedelta(minutes=1), rate=FAST)

    outcomes = race(later.before, ["acs"] * 6)

    assert sorted(outcomes) == ["Unreachable"] * 5 + ["ok"]
