"""The clock asks: seal what was written to the audit record."""

import logging

from django.utils import timezone

from exceptions_queue import audit

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
