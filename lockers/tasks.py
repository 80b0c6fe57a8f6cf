"""The clock asks. Each task is safe to run twice, at once, or never."""

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from lockers.actions import KIND, making, retention
from partners import connect, outbox


def make_labels(clock: Callable[[], datetime] = timezone.now) -> dict[str, int]:
    """Make the labels that were asked for. In observe mode they stay asked for, and nothing is written to InPost."""
    if connect.mode("inpost") != "live":
        return {}
    return outbox.drain(
        KIND,
        send=making.send,
        lock=making.lock_parcel,
        look_up=making.send,  # the same call under the same deduplication id: InPost shows what it made, and makes no second one
        may_send=making.may_send,
        settled=making.settled,
        failed=making.failed,
        deferred=making.deferred,
        clock=clock,
    )


def purge_labels() -> dict[str, int]:
    """Delete labels that have had their time."""
    return retention.purge(at=timezone.now())
