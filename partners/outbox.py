"""Intents to partners: the rows are the truth, the task queue only rings the bell.

Intent → call → receipt. An intent is committed before its call, claimed by one process under a lease, and settled in the
transaction that writes what follows from it. An outcome nobody knows is looked up after a quarantine that outlives any
request in flight; it is never sent again blindly.
"""

import hashlib
import json
import random
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django_q.tasks import async_task

from exceptions_queue.audit import Actor, actor_text
from partners.errors import ABOUT_THE_LINE, Denied, PartnerError, Retry, Throttled, Unreachable
from partners.failpoints import failpoint
from partners.models import Intent

LEASE = timedelta(seconds=120)
QUARANTINE_S = 60.0  # longer than twice the longest call: after it, no request of ours can still take effect
BUDGET = timedelta(seconds=75)  # the cluster ends a task after 120 s; what is left over goes with the next ring
FIRST_BACK_OFF_S, LONGEST_BACK_OFF_S = 30.0, 3600.0
PAUSE_DENIED = timedelta(hours=1)
ASK_FIRST = "AskFirst"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Receipt:
    """What the partner shows for an intent. `already` says that it stood there before we acted."""

    remote_id: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    already: bool = False


Send = Callable[[Intent], Receipt]
LookUp = Callable[[Intent], Receipt | None]


@dataclass(frozen=True)
class Steps:
    """What the owning room does at each step. `may_send`, `settled`, `failed` and `deferred` run inside the step's transaction;
    `send` and `look_up` never do."""

    send: Send
    look_up: LookUp | None
    may_send: Callable[[Intent, datetime], bool]
    settled: Callable[[Intent, Receipt, datetime], None]
    failed: Callable[[Intent, PartnerError, datetime], None]
    deferred: Callable[[Intent, PartnerError, datetime], None]
    clock: Callable[[], datetime]
    quarantine: timedelta
    jitter: Callable[[], float]
    lock: Callable[[Intent], bool] | None = None


def put(*, kind: str, business_id: str, payload: dict[str, Any], actor: Actor, at: datetime, revision: int = 1, ring: str = "") -> Intent:
    """Write an intent in the caller's transaction and ring for it there. Raises IntegrityError when one is live already."""
    return put_many(kind=kind, wanted=[(business_id, revision, payload)], actor=actor, at=at, ring=ring)[0]


def put_many(*, kind: str, wanted: Sequence[tuple[str, int, dict[str, Any]]], actor: Actor, at: datetime, ring: str = "") -> list[Intent]:
    """The same for many, given as (business id, revision, payload): one statement and one ring, whatever their number."""
    by = actor_text(actor)[1]
    intents = [
        Intent(
            kind=kind,
            business_id=business_id,
            revision=revision,
            op_key=f"lockstep:{kind}:{business_id}:{revision}",
            payload=payload,
            payload_hash=payload_hash(payload),
            next_at=at,
            created_by=by,
            created_at=at,
        )
        for business_id, revision, payload in wanted
    ]
    Intent.objects.bulk_create(intents)
    if ring and intents:
        async_task(ring)
    return intents


def payload_hash(payload: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(payload, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def redact(intents: QuerySet[Intent], payload: dict[str, Any]) -> int:
    """Leave only `payload` of what these asked for, as when a customer's data are no longer needed; return how many that were.
    What stands then is what was written: the content and its hash go together."""
    return intents.update(payload=payload, payload_hash=payload_hash(payload))


def drain(
    kind: str,
    *,
    send: Send,
    clock: Callable[[], datetime],
    look_up: LookUp | None = None,
    may_send: Callable[[Intent, datetime], bool] = lambda intent, at: True,
    settled: Callable[[Intent, Receipt, datetime], None] = lambda intent, receipt, at: None,
    failed: Callable[[Intent, PartnerError, datetime], None] = lambda intent, error, at: None,
    deferred: Callable[[Intent, PartnerError, datetime], None] = lambda intent, error, at: None,
    quarantine_s: float = QUARANTINE_S,
    jitter: Callable[[], float] = lambda: random.uniform(0.8, 1.2),  # noqa: S311 - spread, not secrecy
    lock: Callable[[Intent], bool] | None = None,
    limit: int = 500,
) -> dict[str, int]:
    """Send every due intent of `kind`, at most `limit` and for 75 seconds; return how many ended how. Safe in several processes at once.

    Ends early when the partner cannot be reached, throttles or denies us: the rest waits for the next ring. A fault of ours in
    one intent is raised at the end, after the others had their turn; that intent's outcome is then looked up.
    `lock` takes the room's own row before the intent is locked, without waiting, and says whether it could: people who change
    both lock them in that order too, so nobody waits in a circle.
    Raises RuntimeError inside an open transaction: nothing calls a partner while holding one.
    """
    steps = Steps(send, look_up, may_send, settled, failed, deferred, clock, timedelta(seconds=quarantine_s), jitter, lock)
    _expire_leases(kind, at=clock(), quarantine=steps.quarantine)
    outcomes: Counter[str] = Counter()
    bugs: list[Exception] = []
    until = clock() + BUDGET
    while sum(outcomes.values()) < limit and clock() < until and (intent := _claim(kind, steps)):
        outcome, go_on = _one(intent, steps, bugs)
        outcomes[outcome] += 1
        if not go_on:
            break
    if bugs:
        raise bugs[0]
    return dict(outcomes)


def wake(*, at: datetime) -> int:
    """A line works again: what waited because of it is due now. Returns how many.

    An unclear outcome whose look-up met the closed line has had its quarantine already, so it may be asked for at once.
    """
    names = [error.__name__ for error in (Unreachable, Denied)]
    waiting = Intent.objects.filter(state__in=(Intent.State.READY, Intent.State.UNKNOWN), next_at__gt=at, error_class__in=names)
    return waiting.update(next_at=at)


def _expire_leases(kind: str, *, at: datetime, quarantine: timedelta) -> None:
    """A process that died while sending leaves an outcome nobody knows: to be looked up, never to be sent again as it is."""
    dead = Intent.objects.filter(kind=kind, state=Intent.State.SENDING, lease_until__lt=at)
    dead.update(state=Intent.State.UNKNOWN, next_at=at + quarantine, fence="", error_class="LeaseExpired")


def _claim(kind: str, steps: Steps) -> Intent | None:
    """Take the next due intent for this process, and let its room say no. A refused one comes back CANCELLED.

    `durable` makes an open transaction around us an error, so that none is held while a partner is called.
    """
    at = steps.clock()
    due = Intent.objects.filter(Q(state=Intent.State.READY) | Q(state=Intent.State.UNKNOWN), kind=kind, next_at__lte=at)
    with transaction.atomic(durable=True):
        intent = _next(due.order_by("next_at", "id"), steps.lock)
        if intent is None:
            return None
        if intent.state == Intent.State.READY and not steps.may_send(intent, at):
            _end(intent, Intent.State.CANCELLED, at=at)
            return intent
        _lease(intent, at)
    failpoint("outbox.claimed")
    return intent


def _next(due: QuerySet[Intent], lock: Callable[[Intent], bool] | None) -> Intent | None:
    """The first due intent nobody else is at, locked; where the room has a row of its own, after that one."""
    if lock is None:
        return _locked(due).first()
    passed: list[int] = []
    while (seen := due.exclude(pk__in=passed).first()) is not None:
        if lock(seen) and (intent := _locked(due.filter(pk=seen.pk)).first()):
            return intent
        passed.append(seen.pk)
    return None


def _locked(due: QuerySet[Intent]) -> QuerySet[Intent]:
    return due.select_for_update(skip_locked=True) if connection.features.has_select_for_update_skip_locked else due


def _lease(intent: Intent, at: datetime) -> None:
    """A leased row remembers that its outcome was unknown, so that this attempt asks instead of acting."""
    was, intent.fence = intent.state, uuid.uuid4().hex
    intent.error_class = ASK_FIRST if was == Intent.State.UNKNOWN else ""
    taken = Intent.objects.filter(pk=intent.pk, state=was).update(
        state=Intent.State.SENDING,
        fence=intent.fence,
        lease_until=at + LEASE,
        attempts=F("attempts") + 1,
        error_class=intent.error_class,
    )
    if not taken:  # pragma: no cover - the row is locked on PostgreSQL, and SQLite has one writer
        raise RuntimeError(f"intent {intent.pk} was claimed twice")
    intent.attempts, intent.state = intent.attempts + 1, Intent.State.SENDING


def _one(intent: Intent, steps: Steps, bugs: list[Exception]) -> tuple[str, bool]:
    """What became of one claimed intent, and whether the next may be tried."""
    if intent.state == Intent.State.CANCELLED:
        return "cancelled", True
    try:
        receipt = _ask_or_send(intent, steps)
        if receipt is None:
            _release(intent, state=Intent.State.READY, next_at=steps.clock())
            return "absent", True
        failpoint("outbox.sent")
        return _settle(intent, receipt, steps), True
    except PartnerError as error:
        return _trouble(intent, error, steps), not isinstance(error, ABOUT_THE_LINE)
    except Exception as bug:  # noqa: BLE001 - ours, raised when the others have had their turn; the lease runs out by itself
        log.error("intent met a fault of ours", kind=intent.kind, intent=intent.pk, error=type(bug).__name__)
        bugs.append(bug)
        return "fault", True


def _ask_or_send(intent: Intent, steps: Steps) -> Receipt | None:
    if intent.error_class == ASK_FIRST and steps.look_up is not None:
        return steps.look_up(intent)
    return steps.send(intent)


def _settle(intent: Intent, receipt: Receipt, steps: Steps) -> str:
    at = steps.clock()
    detail = receipt.detail | {"already": receipt.already}
    with transaction.atomic():
        if not _end(intent, Intent.State.DONE, at=at, remote_id=receipt.remote_id[:120], receipt=detail):
            return "lost"
        steps.settled(intent, receipt, at)
        failpoint("outbox.before_commit")
    failpoint("outbox.settled")
    return "already" if receipt.already else "done"


def _trouble(intent: Intent, error: PartnerError, steps: Steps) -> str:
    at = steps.clock()
    log.info("intent not sent", kind=intent.kind, intent=intent.pk, error=type(error).__name__, request_id=error.request_id)
    if error.retry == Retry.NEVER:
        with transaction.atomic():
            if _end(intent, Intent.State.DEAD, at=at, error=error):
                steps.failed(intent, error, at)
        return "refused"
    if error.retry == Retry.LOOK_UP or intent.error_class == ASK_FIRST:
        wait = max(steps.quarantine, _wait(intent, error, steps.jitter))
        _release(intent, state=Intent.State.UNKNOWN, next_at=at + wait, error=error)
        return "unknown"
    with transaction.atomic():
        if _release(intent, state=Intent.State.READY, next_at=at + _wait(intent, error, steps.jitter), error=error):
            steps.deferred(intent, error, at)
    return "denied" if isinstance(error, Denied) else "later"


def _wait(intent: Intent, error: PartnerError, jitter: Callable[[], float]) -> timedelta:
    if isinstance(error, Denied):
        return PAUSE_DENIED
    if isinstance(error, Throttled):
        return timedelta(seconds=min(error.retry_after_s, LONGEST_BACK_OFF_S))
    return timedelta(seconds=back_off_s(intent.attempts) * jitter())


def back_off_s(attempts: int) -> float:
    """30 s, doubled with every attempt, an hour at the most. Each wait is spread by ±20 % on top."""
    return min(FIRST_BACK_OFF_S * 2.0 ** min(attempts - 1, 10), LONGEST_BACK_OFF_S)


def _release(intent: Intent, *, state: str, next_at: datetime, error: PartnerError | None = None) -> int:
    """Give the lease back, if it is still ours."""
    ours = Intent.objects.filter(pk=intent.pk, state=Intent.State.SENDING, fence=intent.fence)
    return ours.update(state=state, next_at=next_at, lease_until=None, fence="", **_about(error))


def _end(intent: Intent, state: str, *, at: datetime, error: PartnerError | None = None, **columns: Any) -> int:
    ours = Intent.objects.filter(pk=intent.pk, state=intent.state, fence=intent.fence)
    ended = ours.update(state=state, ended_at=at, lease_until=None, **_about(error), **columns)
    if ended:
        intent.state = state
    return ended


def _about(error: PartnerError | None) -> dict[str, str]:
    return {"error_class": type(error).__name__ if error else "", "error": error.sentence[:500] if error else ""}
