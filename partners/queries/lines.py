"""The state of each line in words: open, closed by failures, refused, asked to wait, or not used yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from exceptions_queue.queries import words
from partners.models import Circuit
from partners.queries.words import clock_time

DENIED_AGAIN_AFTER = timedelta(hours=1)  # a wrong password tried every minute locks accounts
AT_ONCE = 2  # each may take a minute to fail, and the cluster ends a task after two


@dataclass(frozen=True)
class Line:
    """One line, ready to print. `state` is tone, icon and word."""

    state: tuple[str, str, str]
    said: str
    last_good: str
    last_good_full: str
    last_error: str
    last_error_at: str
    request_id: str


NOT_CONNECTED = Line(("quiet", "minus-circle", "Not connected"), "", "never", "", "", "", "")
UNUSED = Line(("quiet", "minus-circle", "Not used yet"), "No call has been made.", "never", "", "", "", "")


def lines(at: datetime) -> dict[str, Line]:
    """{partner: its line} for every partner ever called. One statement."""
    return {circuit.partner: _line(circuit, at) for circuit in Circuit.objects.all()}


def to_probe(at: datetime) -> list[str]:
    """The closed lines that a test call should try now, longest untried first: those that fail always, those that refuse us hourly."""
    silent = Q(opened_at__isnull=False, denied_at__isnull=True)
    refused = Q(denied_at__lt=at - DENIED_AGAIN_AFTER)
    return list(Circuit.objects.filter(silent | refused).order_by("last_error_at", "partner").values_list("partner", flat=True)[:AT_ONCE])


def _line(circuit: Circuit, at: datetime) -> Line:
    state, said = _state(circuit, at)
    good, bad = circuit.last_good_at, circuit.last_error_at
    return Line(
        state=state,
        said=said,
        last_good=clock_time(good, at) if good else "never",
        last_good_full=words.full(good) if good else "",
        last_error=circuit.last_error,
        last_error_at=clock_time(bad, at) if bad else "",
        request_id=circuit.last_request_id,
    )


def _state(circuit: Circuit, at: datetime) -> tuple[tuple[str, str, str], str]:
    if circuit.denied_at:
        since = clock_time(circuit.denied_at, at)
        return ("bad", "lock-closed", "Refused"), f"Our credentials have been refused since {since}. Everything for it waits."
    if circuit.opened_at:
        since = clock_time(circuit.opened_at, at)
        return ("bad", "x-circle", "No answer"), f"No answer since {since}. One call a minute tests it; everything else waits."
    if circuit.throttled_until and circuit.throttled_until > at:
        return ("warn", "clock", "Asked to wait"), f"It asked us to wait until {clock_time(circuit.throttled_until, at)}."
    if circuit.failures:
        times = "once" if circuit.failures == 1 else f"{circuit.failures} times in a row"
        return ("warn", "exclamation-triangle", "Failing"), f"The last call failed {times}. After five the line is closed for a while."
    return ("ok", "check-circle", "Works"), "The last call went well."
