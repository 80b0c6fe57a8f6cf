"""What partners send us: stored before it is answered, processed later, each delivery once."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
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
ProcessMany = Callable[[Sequence[InboxMessage], datetime], Mapping[int, str]]


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
    alone = not ring and not connection.in_atomic_block  # one statement commits itself
    try:
        with nullcontext() if alone else transaction.atomic():
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


def drain_many(
    source: str, *, process: ProcessMany, clock: Callable[[], datetime], batch: int = 500, limit: int = 20_000
) -> dict[str, int]:
    """Process every due message of `source` in batches, each in one transaction with a fixed number of statements.

    `process` runs inside that transaction and must not call a partner; it returns why each message it could not read is refused, by
    id. If a batch fails, its messages are tried one by one, so that one of them does not keep the others back.
    """
    outcomes: Counter[str] = Counter()
    size = batch
    while sum(outcomes.values()) < limit:
        ended = _batch(source, process, clock(), size)
        if ended is None:
            size = 1
            continue
        if not ended:
            break
        outcomes.update(ended)
    return dict(outcomes)


def _batch(source: str, process: ProcessMany, at: datetime, size: int) -> Counter[str] | None:
    """How the next messages ended, empty when none is due; None when the batch failed as a whole and is to be cut up."""
    with transaction.atomic(durable=True):
        due = InboxMessage.objects.filter(source=source, state=InboxMessage.State.NEW, next_at__lte=at).order_by("next_at", "id")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        messages = list(due[:size])
        if not messages:
            return Counter()
        try:
            with transaction.atomic():
                refused = process(messages, at)
        except Exception as bug:  # noqa: BLE001 - one message must not keep the others from being processed
            log.error("a batch of inbox messages met a fault of ours", source=source, messages=len(messages), error=type(bug).__name__)
            return None if size > 1 else Counter([_again_after(messages[0], at, f"A fault of ours: {type(bug).__name__}.")])
        return _end_all(messages, refused)


def _end_all(messages: Sequence[InboxMessage], refused: Mapping[int, str]) -> Counter[str]:
    done = InboxMessage.objects.filter(pk__in=[message.pk for message in messages if message.pk not in refused])
    done.update(state=InboxMessage.State.DONE, attempts=F("attempts") + 1)
    dead = [message for message in messages if message.pk in refused]
    for message in dead:
        message.state, message.error, message.attempts = InboxMessage.State.DEAD, refused[message.pk][:500], message.attempts + 1
    if dead:
        InboxMessage.objects.bulk_update(dead, ["state", "error", "attempts"])
    return Counter(done=len(messages) - len(dead), dead=len(dead))


def _again_after(message: InboxMessage, at: datetime, error: str) -> str:
    message.attempts += 1
    InboxMessage.objects.filter(pk=message.pk).update(attempts=message.attempts)
    return _again(message, at, error=error)


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
