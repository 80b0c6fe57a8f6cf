"""What partners send us: stored before it is answered, processed later, each delivery once."""

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet
from django_q.tasks import async_task

from partners.errors import PartnerError, RecordError, Retry
from partners.models import InboxMessage
from partners.outbox import back_off_s

LEASE = timedelta(seconds=120)
MOST_ATTEMPTS = 8

log = structlog.get_logger(__name__)

Process = Callable[[InboxMessage, datetime], None]


def receive(
    source: str,
    delivery_id: str,
    *,
    body: bytes,
    at: datetime,
    topic: str = "",
    object_id: str = "",
    object_version: str = "",
    triggered_at: datetime | None = None,
    ring: str = "",
) -> bool:
    """Store one verified delivery; False when it is here already, which has no effect. `ring` is a task to call for a new one."""
    message = InboxMessage(
        source=source,
        delivery_id=delivery_id[:120],
        topic=topic[:80],
        object_id=object_id[:120],
        object_version=object_version[:60],
        triggered_at=triggered_at,
        received_at=at,
        next_at=at,
        raw_body=body,
        raw_hash=hashlib.sha256(body).hexdigest(),
    )
    try:
        with transaction.atomic():
            message.save(force_insert=True)
            if ring:
                async_task(ring)
    except IntegrityError:
        return False
    return True


def drain(source: str, *, process: Process, clock: Callable[[], datetime], limit: int = 200) -> dict[str, int]:
    """Process every due message of `source`, the oldest first; return how many ended how. Safe in several processes at once.

    `process` runs with no transaction open and may call the partner. It may be called twice for one message, if its process
    dies, so it applies only what is newer than what we have. What it raises delays the message, or ends it for good after
    eight attempts or when no retry can help.
    """
    outcomes: Counter[str] = Counter()
    while sum(outcomes.values()) < limit and (message := _claim(source, clock())):
        outcomes[_one(message, process, clock)] += 1
    return dict(outcomes)


def _claim(source: str, at: datetime) -> InboxMessage | None:
    """Take the oldest due message: its next turn is moved behind the lease, and the attempt counted before the work."""
    due = InboxMessage.objects.filter(source=source, state=InboxMessage.State.NEW, next_at__lte=at).order_by("next_at", "id")
    with transaction.atomic(durable=True):
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        message = due.first()
        if message is None:
            return None
        same = InboxMessage.objects.filter(pk=message.pk, attempts=message.attempts)
        same.update(attempts=F("attempts") + 1, next_at=at + LEASE)
        message.attempts += 1
    return message


def _one(message: InboxMessage, process: Process, clock: Callable[[], datetime]) -> str:
    try:
        process(message, clock())
    except RecordError as unreadable:
        return _end(message, InboxMessage.State.DEAD, error=str(unreadable))
    except PartnerError as trouble:
        return _again(message, clock(), error=trouble.sentence, final=trouble.retry == Retry.NEVER)
    except Exception as bug:  # noqa: BLE001 - one message must not keep the others from being processed
        log.error("inbox message met a fault of ours", source=message.source, message=message.pk, error=type(bug).__name__)
        return _again(message, clock(), error=f"A fault of ours: {type(bug).__name__}.")
    return _end(message, InboxMessage.State.DONE)


def _again(message: InboxMessage, at: datetime, *, error: str, final: bool = False) -> str:
    if final or message.attempts >= MOST_ATTEMPTS:
        return _end(message, InboxMessage.State.DEAD, error=error)
    _ours(message).update(next_at=at + timedelta(seconds=back_off_s(message.attempts)), error=error[:500])
    return "later"


def _end(message: InboxMessage, state: InboxMessage.State, *, error: str = "") -> str:
    return str(state.value) if _ours(message).update(state=state, error=error[:500]) else "lost"


def _ours(message: InboxMessage) -> QuerySet[InboxMessage]:
    return InboxMessage.objects.filter(pk=message.pk, state=InboxMessage.State.NEW, attempts=message.attempts)
