"""The clock asks: what was approved goes back to customers."""

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from returns.actions import refunds

Clock = Callable[[], datetime]


def give_refunds(clock: Clock = timezone.now) -> dict[str, int]:
    """Have approved refunds given, and look up those whose answer was lost. Nothing in observe mode, nor unconnected."""
    if not any(refunds.may_give(kind) for kind in refunds.KINDS):
        return {}
    queued = refunds.queue_approved(at=clock())
    drained = refunds.drain_refunds(clock=clock)
    return {"queued": queued, **drained, "in_doubt": refunds.find_in_doubt(at=clock())}
