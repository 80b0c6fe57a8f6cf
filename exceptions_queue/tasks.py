"""The clock asks: seal the audit record, do what was asked for in bulk, bring back what waited."""

import logging

from django.utils import timezone

from exceptions_queue import audit, jobs
from exceptions_queue.actions import bulk, ownership, presence, waiting

_LIMIT = 5_000
_ROUNDS = 10

log = logging.getLogger(__name__)


def seal() -> dict[str, object]:
    """Seal every waiting audit entry. Safe to run twice, at once or late; leaves the head of the chain in the log.

    In the first minute of an hour it looks back without limit, for an entry whose transaction was very long.
    """
    now = timezone.now()
    look_back = None if now.minute == 0 else audit.LOOK_BACK
    sealed = 0
    for _ in range(_ROUNDS):
        some = audit.seal(at=now, limit=_LIMIT, look_back=look_back)
        sealed += some
        if some < _LIMIT:
            break
    if sealed:
        log.info("audit sealed", extra={"sealed": sealed, "head": audit.head()})
    return {"sealed": sealed}


def drain_bulk() -> dict[str, object]:
    """Do what is left of the desk's own bulk jobs. Rung by each job, and by the clock in case a ring was lost."""
    return dict(jobs.drain_items(bulk.DOES | {ownership.KIND: ownership.apply_items}, clock=timezone.now))


def bring_back() -> dict[str, object]:
    """Cases that waited for the customer long enough are the owner's again; presence of long ago is forgotten."""
    now = timezone.now()
    return {"resumed": waiting.resume_due(at=now), "forgotten": presence.forget(at=now) if now.minute == 0 else 0}
