"""The gate before each call, on database rows that all processes share: a rate limit and a circuit per partner."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from partners.errors import Denied, PartnerError, Rejected, Throttled, UnknownOutcome, Unreachable, Unreadable
from partners.models import Circuit

OPEN_AFTER = 5
PROBE_EVERY = timedelta(minutes=1)
PROBE_DENIED_EVERY = timedelta(hours=1)  # a refused password tried every minute gets the account locked
LONGEST_WAIT_S = 2.0

_FAILURES = (Unreachable, UnknownOutcome, Unreadable)
_WELL = {"failures": 0, "opened_at": None, "probe_at": None, "denied_at": None, "throttled_until": None}


@dataclass(frozen=True)
class Rate:
    """Calls a second, and how many may come at once."""

    per_second: float
    burst: float


# InPost publishes no limit; ACS none either. The points feed is a handful of large pages. All ours, to be agreed.
# Xero takes sixty calls a minute for each organisation, five at once.
# Shopify counts cost instead: at its smallest 100 points a second, and most changes cost ten.
RATES = {
    "acs": Rate(25, 50),
    "returns": Rate(5, 10),
    "inpost": Rate(5, 10),
    "points": Rate(5, 10),
    "store": Rate(10, 40),
    "ledger": Rate(0.9, 20),
}
DEFAULT_RATE = Rate(5, 10)
# A sandbox on one's own machine has nobody to spare.
UNHURRIED = Rate(1000, 1000)


class DbGate:
    """Opens after five failures in a row and then lets one call a minute through; refused credentials wait for a person.

    `clock` gives now; `wait` sleeps a bounded moment where the rate limit asks for less than two seconds; `rate` overrides the
    partner's own. Raises RuntimeError inside an open transaction: no partner is called while one is held.
    """

    def __init__(self, clock: Callable[[], datetime], *, wait: Callable[[float], None] = time.sleep, rate: Rate | None = None) -> None:
        self._clock, self._wait, self._rate = clock, wait, rate

    def before(self, partner: str) -> None:
        """May this call be made now? Raises Denied, Throttled or Unreachable when not."""
        now = self._clock()
        Circuit.objects.get_or_create(partner=partner)
        owed = self._pass(partner, now)
        if owed > 0:
            self._wait(owed)

    def after(self, partner: str, error: PartnerError | None, request_id: str) -> None:
        """Keep how the call ended. A refusal of the content proves that the line works."""
        now, circuit = self._clock(), Circuit.objects.filter(partner=partner)
        if error is None or isinstance(error, Rejected):
            circuit.update(**_WELL, last_good_at=now, last_request_id=request_id[:80])
            return
        told = {"last_error": error.sentence[:300], "last_error_at": now, "last_request_id": request_id[:80]}
        if isinstance(error, Denied):
            circuit.update(denied_at=now, probe_at=now, **told)
        elif isinstance(error, Throttled):
            circuit.update(throttled_until=now + timedelta(seconds=error.retry_after_s), **told)
        elif isinstance(error, _FAILURES):
            circuit.update(failures=F("failures") + 1, **told)
            circuit.filter(failures__gte=OPEN_AFTER, opened_at__isnull=True).update(opened_at=now, probe_at=now)

    def _pass(self, partner: str, now: datetime) -> float:
        """Take a token of the rate limit; return the seconds still to wait for it."""
        rate = self._rate or RATES.get(partner, DEFAULT_RATE)
        with transaction.atomic(durable=True):
            circuit = Circuit.objects.select_for_update().get(partner=partner)
            _stop(circuit, now)
            tokens = _tokens(circuit, rate, now)
            owed = (1 - tokens) / rate.per_second
            if owed > LONGEST_WAIT_S:
                raise Throttled(partner, "We are calling faster than agreed.", retry_after_s=owed)
            Circuit.objects.filter(pk=circuit.pk).update(tokens=tokens - 1, tokens_at=now)
        return owed


def allow_probe(partner: str) -> None:
    """Let the next call through whatever the circuit says: a person is testing the connection."""
    Circuit.objects.filter(partner=partner).update(probe_at=None, throttled_until=None)


def _stop(circuit: Circuit, now: datetime) -> None:
    partner = circuit.partner
    if circuit.denied_at and not _may_probe(circuit, now, PROBE_DENIED_EVERY):
        raise Denied(partner, "Our credentials were refused. The connection waits until somebody renews and tests them.")
    if circuit.throttled_until and circuit.throttled_until > now:
        raise Throttled(partner, "It asked us to wait.", retry_after_s=(circuit.throttled_until - now).total_seconds())
    if circuit.opened_at and not circuit.denied_at and not _may_probe(circuit, now, PROBE_EVERY):
        raise Unreachable(partner, "It has not answered for a while; one call a minute tests it.")


def _may_probe(circuit: Circuit, now: datetime, every: timedelta) -> bool:
    """One process gets the probe: whoever moves `probe_at` first."""
    due = Q(probe_at__isnull=True) | Q(probe_at__lte=now - every)
    return bool(Circuit.objects.filter(due, pk=circuit.pk).update(probe_at=now))


def _tokens(circuit: Circuit, rate: Rate, now: datetime) -> float:
    if circuit.tokens_at is None:
        return rate.burst
    passed = max((now - circuit.tokens_at).total_seconds(), 0.0)
    return min(rate.burst, circuit.tokens + passed * rate.per_second)
