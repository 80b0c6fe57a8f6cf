"""Who did what, to what, when: the only writer of AuditEntry, and the chain that shows if a row was touched afterwards."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.utils.crypto import salted_hmac

from exceptions_queue.models import AuditEntry, AuditSeal
from exceptions_queue.rules.erasing import without_contacts

Actor = User | str
Facts = Mapping[str, Any]

GENESIS = "0" * 64
_SEALER_LOCK = 7_317_001  # any fixed number: the PostgreSQL advisory lock of the one sealer
LOOK_BACK = 100_000  # a transaction may commit an older id late; the nightly pass looks back without limit


@dataclass(frozen=True)
class Broken:
    """The first place where the chain does not hold."""

    seq: int
    entry_id: int | None
    why: str


@dataclass(frozen=True)
class ChainReport:
    """What a walk along the whole chain found. `head` is the hash to compare with a copy kept elsewhere."""

    sealed: int
    unsealed: int
    oldest_unsealed_at: datetime | None
    head: str
    broken: Broken | None

    @property
    def holds(self) -> bool:
        return self.broken is None


def record(
    verb: str,
    subject: models.Model,
    *,
    actor: Actor,
    at: datetime,
    before: Facts | None = None,
    after: Facts | None = None,
    reason: str = "",
) -> AuditEntry:
    """Write one act. Call it inside the transaction of the act. Personal values go in as `digest(value)`; `reason` loses addresses and
    telephone numbers, for nothing can be taken out of it later."""
    entry = _entry(verb, type(subject), subject.pk, str(subject), actor, at, before, after, reason)
    entry.save(force_insert=True)
    return entry


def record_many(
    verb: str,
    subjects: Sequence[tuple[type[models.Model], int, str]],
    *,
    actor: Actor,
    at: datetime,
    before: Facts | None = None,
    after: Facts | None = None,
    reason: str = "",
) -> None:
    """Write the same act for many subjects, given as (model, id, label), in one statement (batches on SQLite)."""
    AuditEntry.objects.bulk_create([_entry(verb, model, pk, label, actor, at, before, after, reason) for model, pk, label in subjects])


def digest(value: object) -> str:
    """Stand-in for a personal value: equal values give equal text, and nobody can guess the value back without our key."""
    return "hmac:" + salted_hmac("lockstep.audit", str(value), algorithm="sha256").hexdigest()[:20]


def actor_text(actor: Actor) -> tuple[str, str]:
    """(id, label) of a person or of a part of the system, frozen as text."""
    return ("", actor[:150]) if isinstance(actor, str) else (str(actor.pk), actor.get_username()[:150])


def person(actor: Actor) -> User | None:
    """The user behind an act, or None when the system did it."""
    return None if isinstance(actor, str) else actor


def _entry(
    verb: str,
    model: type[models.Model],
    pk: int,
    label: str,
    actor: Actor,
    at: datetime,
    before: Facts | None,
    after: Facts | None,
    reason: str,
) -> AuditEntry:
    actor_id, actor_label = actor_text(actor)
    return AuditEntry(
        subject_type=ContentType.objects.get_for_model(model),
        subject_id=pk,
        subject_label=label[:200],
        at=at,
        actor_id_text=actor_id,
        actor_label=actor_label,
        verb=verb[:60],
        before=dict(before or {}),
        after=dict(after or {}),
        reason=without_contacts(reason)[:500],
    )


# --- the chain ------------------------------------------------------------------------------------------------------


def seal(*, at: datetime, limit: int = 5000, look_back: int | None = LOOK_BACK) -> int:
    """Give up to `limit` unsealed entries, lowest id first, their place in the chain; return how many.

    One sealer at a time: an advisory lock on PostgreSQL, the write lock on SQLite. `look_back=None` also finds
    entries whose transaction committed very late, at the price of reading the whole index.
    """
    with transaction.atomic():
        _be_the_only_sealer()
        head = AuditSeal.objects.order_by("-seq").first()
        entries = _unsealed(head, look_back)[:limit]
        seals = _chain(entries, head, at)
        AuditSeal.objects.bulk_create(seals)
    return len(seals)


def is_sealed() -> bool:
    """Is nothing waiting for the sealer? Cheap: looks back as far as the sealer does."""
    return not _unsealed(AuditSeal.objects.order_by("-seq").first(), LOOK_BACK).exists()


@dataclass(frozen=True)
class Waiting:
    """How the chain stands, without walking it. `waiting` stops counting at `MANY`."""

    sealed: int
    waiting: int
    oldest_at: datetime | None
    head: str


MANY = 1000
LATE_AFTER = timedelta(minutes=5)  # the sealer runs every minute


def standing() -> Waiting:
    """Two cheap statements: the newest seal, and what waits for the sealer as far back as the sealer itself looks."""
    newest = AuditSeal.objects.order_by("-seq").first()
    waiting = list(_unsealed(newest, LOOK_BACK).values_list("at", flat=True)[:MANY])
    return Waiting(newest.seq if newest else 0, len(waiting), min(waiting, default=None), newest.hash if newest else GENESIS)


def head() -> str:
    """The newest hash of the chain: what to keep a copy of elsewhere."""
    return AuditSeal.objects.order_by("-seq").values_list("hash", flat=True).first() or GENESIS


def verify(*, newest: int | None = None) -> ChainReport:
    """Walk the chain, row by row in constant memory, and stop at the first break.

    From its very start; with `newest` only that many seals from the end, trusting the one before them.
    """
    first = _trusted(newest) if newest else None
    seq, head, broken = (first.seq, first.hash, None) if first else (0, GENESIS, None)
    for row in AuditSeal.objects.filter(seq__gt=seq).select_related("entry").order_by("seq").iterator(chunk_size=2000):
        broken = _break(row, seq + 1, head)
        if broken:
            break
        seq, head = row.seq, row.hash
    unsealed = AuditEntry.objects.filter(seal__isnull=True)
    oldest = unsealed.order_by("id").values_list("at", flat=True).first()
    return ChainReport(sealed=seq, unsealed=unsealed.count(), oldest_unsealed_at=oldest, head=head, broken=broken)


def passes_through(head: str) -> bool:
    """Was this ever the chain's head? Every chain begins at GENESIS."""
    return head == GENESIS or AuditSeal.objects.filter(hash=head).exists()


def _trusted(newest: int) -> AuditSeal | None:
    last = AuditSeal.objects.order_by("-seq").first()
    return AuditSeal.objects.filter(seq=last.seq - newest).first() if last else None


def entry_hash(entry: AuditEntry, *, seq: int, previous: str) -> str:
    """SHA-256 over the entry as canonical JSON, its place and the hash before it."""
    subject = ContentType.objects.get_for_id(entry.subject_type_id)
    facts = {
        "seq": seq,
        "previous": previous,
        "id": entry.pk,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": [entry.actor_id_text, entry.actor_label],
        "verb": entry.verb,
        "subject": [f"{subject.app_label}.{subject.model}", entry.subject_id, entry.subject_label],
        "before": entry.before,
        "after": entry.after,
        "reason": entry.reason,
    }
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _be_the_only_sealer() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEALER_LOCK])


def _unsealed(head: AuditSeal | None, look_back: int | None) -> models.QuerySet[AuditEntry]:
    entries = AuditEntry.objects.filter(seal__isnull=True).order_by("id")
    if head is None or look_back is None:
        return entries
    return entries.filter(id__gt=head.entry_id - look_back)


def _chain(entries: models.QuerySet[AuditEntry], head: AuditSeal | None, at: datetime) -> list[AuditSeal]:
    seq, previous = (head.seq, head.hash) if head else (0, GENESIS)
    seals = []
    for entry in entries:
        seq += 1
        hash_ = entry_hash(entry, seq=seq, previous=previous)
        seals.append(AuditSeal(seq=seq, entry=entry, previous_hash=previous, hash=hash_, sealed_at=at))
        previous = hash_
    return seals


def _break(row: AuditSeal, expected_seq: int, previous: str) -> Broken | None:
    if row.seq != expected_seq:
        return Broken(expected_seq, None, f"Seal {expected_seq} is missing: the next one found is {row.seq}.")
    if row.previous_hash != previous:
        return Broken(row.seq, row.entry_id, "The seal does not follow the one before it.")
    if row.hash != entry_hash(row.entry, seq=row.seq, previous=previous):
        return Broken(row.seq, row.entry_id, "The entry was changed after it was sealed.")
    return None
