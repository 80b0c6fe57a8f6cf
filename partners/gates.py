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
DENIED_FOR = timedelta(hours=1)
LONGEST_WAIT_S = 2.0

_FAILURES = (Unreachable, UnknownOutcome, Unreadable)


@dataclass(frozen=True)
class Rate:
    """Calls a second, and how many may come at once."""

    per_second: float
    burst: float


# InPost publishes no limit; ACS none either. The points feed is a handful of large pages. All ours, to be agreed.
RATES = {"acs": Rate(25, 50), "inpost": Rate(5, 10), "points": Rate(5, 10)}
DEFAULT_RATE = Rate(5, 10)
# A sandbox on one's own machine has nobody to spare.
UNHURRIED = Rate(1000, 1000)


class DbGate:
    """Opens after five failures in a row and then lets one probe a minute through; a refused credential waits for a person.

    `clock` gives now; `wait` sleeps a bounded moment where the rate limit asks for less than two seconds; `rate` overrides the
    partner's own.
    """

    def __init__(self, clock: Callable[[], datetime], *, wait: Callable[[float], None] = time.sleep, rate: Rate | None = None) -> None:
        self._clock, self._wait, self._rate = clock, wait, rate

    def before(self, partner: str) -> None:
        now = self._clock()
        circuit, _ = Circuit.objects.get_or_create(partner=partner)
        if circuit.denied_at and circuit.denied_at > now - DENIED_FOR and not self._may_probe(circuit, now):
            raise Denied(partner, "Our credentials were refused. The connection waits until somebody renews and tests them.")
        if circuit.throttled_until and circuit.throttled_until > now:
            raise Throttled(partner, "It asked us to wait.", retry_after_s=(circuit.throttled_until - now).total_seconds())
        if circuit.opened_at and not self._may_probe(circuit, now):
            raise Unreachable(partner, "It has not answered for a while; one call a minute tests it.")
        self._take_token(partner, now)

    def after(self, partner: str, error: PartnerError | None, request_id: str) -> None:
        now, circuit = self._clock(), Circuit.objects.filter(partner=partner)
        if error is None or isinstance(error, Rejected):
            circuit.update(failures=0, opened_at=None, probe_at=None, denied_at=None, last_good_at=now, last_request_id=request_id)
            return
        told = {"last_error": error.sentence[:300], "last_error_at": now, "last_request_id": request_id}
        if isinstance(error, Denied):
            circuit.update(denied_at=now, probe_at=now, **told)
        elif isinstance(error, Throttled):
            circuit.update(throttled_until=now + timedelta(seconds=error.retry_after_s), **told)
        elif isinstance(error, _FAILURES):
            circuit.update(failures=F("failures") + 1, **told)
            circuit.filter(failures__gte=OPEN_AFTER, opened_at__isnull=True).update(opened_at=now, probe_at=now)

    def _may_probe(self, circuit: Circuit, now: datetime) -> bool:
        """One process a minute gets the probe: whoever moves `probe_at` first."""
        due = Q(probe_at__isnull=True) | Q(probe_at__lte=now - PROBE_EVERY)
        return bool(Circuit.objects.filter(due, pk=circuit.pk).update(probe_at=now))

    def _take_token(self, partner: str, now: datetime) -> None:
        rate = self._rate or RATES.get(partner, DEFAULT_RATE)
        with transaction.atomic():
            circuit = Circuit.objects.select_for_update().get(partner=partner)
            passed = (now - circuit.tokens_at).total_seconds() if circuit.tokens_at else 0.0
            tokens = min(rate.burst, circuit.tokens + max(passed, 0.0) * rate.per_second) if circuit.tokens_at else rate.burst
            owed = (1 - tokens) / rate.per_second
            if owed > LONGEST_WAIT_S:
                raise Throttled(partner, "We are calling faster than agreed.", retry_after_s=owed)
            Circuit.objects.filter(pk=circuit.pk).update(tokens=tokens - 1, tokens_at=now)
        if owed > 0:
            self._wait(owed)
