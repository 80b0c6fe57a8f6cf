"""A feed that is one large file: staged beside the mirror, measured, and then applied in one transaction or not at all."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple, Protocol

from django.db import transaction

from exceptions_queue.audit import Actor
from partners.errors import Unreadable
from partners.failpoints import failpoint
from partners.models import Feed, SyncRun
from partners.pages import Applied, Page, Reject
from partners.sync import guard, lease, rejected, stored
from partners.sync.engine import Clock, carry_out, take_up

CHUNK = 4 << 20  # bytes of a held file in one stored payload

WAITING = "waiting"  # the fault class of a file that was only looked at

Tell = Callable[[int, int], None]


class Done(NamedTuple):
    """What applying a file did to the mirror; what was refused is counted as it is noted."""

    created: int
    changed: int
    unchanged: int
    gone: int


class WholeFile(Protocol):
    """What a room knows of its file. Nothing is written to the mirror before `apply`, which runs in the one transaction."""

    name: str
    as_of: datetime

    def digest(self) -> str:
        """A hash of the bytes, in hex, that no other bytes have. Raises Unreadable where they cannot be had."""

    def begun(self, run: SyncRun) -> None:
        """The run has started: remember what the room wants to know of it."""

    def stage(self, tell: Tell) -> guard.Measured:
        """Read it all beside the mirror. `tell(done, total)` now and then. Raises Unreadable with a sentence."""

    def apply(self, run: SyncRun, at: datetime) -> Done:
        """Make the mirror agree. Raises guard.LooksWrong, unless a person accepted the run."""

    def refused(self) -> Iterator[list[Reject]]:
        """The records that were refused, some at a time."""

    def doubts(self) -> guard.Suspicion | None:
        """What a person should know of a file that was applied all the same."""

    def settled(self, run: SyncRun, at: datetime) -> None:
        """The counts and the as-of stand: do what follows from them, still in the transaction."""

    def same_again(self, run: SyncRun, at: datetime) -> None:
        """The bytes of the last file hold at this as-of too: do what follows from it, in the transaction, before the feed's as-of moves."""

    def outlook(self, run: SyncRun, found: guard.Suspicion) -> None:
        """The file is held because of this: remember what applying it would do."""

    def chunks(self, size: int) -> Iterator[bytes]:
        """The bytes as they came."""

    def close(self) -> None:
        """Forget what was staged."""


class _OnlyLooked(Exception):
    """Everything was tried and shown; nothing of it may stay."""


def sync_file(feed_name: str, file: WholeFile, *, clock: Clock, tell: Tell = lambda done, total: None, only_look: bool = False) -> SyncRun:
    """Run a feed once on this file and return the finished run; what is wrong with the file is an outcome, never an exception.

    The same bytes as the last applied file: everything is unchanged, and nothing is read. FAILED: it cannot be read. HELD: it looks
    wrong, or (`only_look`) it was only to be tried; its bytes are kept, so that a person may accept it. SKIPPED as in `sync_run`.
    """
    feed, _ = Feed.objects.get_or_create(name=feed_name)
    run = lease.start(feed, full=True, cursor="", at=clock())
    if run.outcome == SyncRun.Outcome.SKIPPED:
        return run
    return carry_out(run, clock, lambda: _run(run, file, clock, tell, only_look=only_look))


def accept_file(
    run: SyncRun, file: WholeFile, *, actor: Actor, at: datetime, reason: str, tell: Tell = lambda done, total: None
) -> SyncRun:
    """Apply a held file after all. Raises lease.NotHeld as `accept_held` does."""
    clock = take_up(run, actor=actor, at=at, reason=reason)

    def do() -> None:
        try:
            file.stage(_renewing(run, clock, tell))
            _apply(run, file, clock)
        finally:
            file.close()

    return carry_out(run, clock, do)


def kept(run: SyncRun) -> Iterator[bytes]:
    """The bytes of a held file again, in their order."""
    for page in stored.pages(run, lambda body: [body]):
        yield page.body


def _run(run: SyncRun, file: WholeFile, clock: Clock, tell: Tell, *, only_look: bool) -> None:
    try:
        run.content_hash = file.digest()
    except Unreadable as wrong:
        file.begun(run)
        _fail(run, wrong.sentence, at=clock())
        return
    with transaction.atomic():
        file.begun(run)
        SyncRun.objects.filter(pk=run.pk).update(content_hash=run.content_hash)
    if last := _same_as_last(run):
        _unchanged(run, last, file, at=clock())
        return
    try:
        _read(run, file, clock, tell, only_look=only_look)
    finally:
        file.close()


def _same_as_last(run: SyncRun) -> SyncRun | None:
    applied = SyncRun.objects.filter(feed=run.feed, outcome=SyncRun.Outcome.OK).exclude(content_hash="")
    last = applied.order_by("-started_at", "-id").first()
    return last if last and last.content_hash == run.content_hash else None


def _unchanged(run: SyncRun, last: SyncRun, file: WholeFile, *, at: datetime) -> None:
    """The same bytes again say nothing new, except that they hold at the file's as-of too. What was odd in them still is."""
    same = {"seen": last.seen, "unchanged": last.seen - last.rejected, "rejected": last.rejected}
    with transaction.atomic():
        lease.renew(run, at=at)
        SyncRun.objects.filter(pk=run.pk).update(**same)
        file.same_again(run, at)
        lease.count(run, Applied(), cursor=None, as_of=file.as_of, move_feed=False)
        lease.finish(run, SyncRun.Outcome.OK, at=at)
        if not guard.is_doubt_of_these_bytes(run):
            guard.close_suspicion(run, at=at)


def _read(run: SyncRun, file: WholeFile, clock: Clock, tell: Tell, *, only_look: bool) -> None:
    try:
        measured = file.stage(_renewing(run, clock, tell))
    except Unreadable as wrong:
        _fail(run, wrong.sentence, at=clock())
        return
    found = guard.suspicion(run, measured)
    try:
        if found and not only_look:
            raise guard.LooksWrong(found)
        _apply(run, file, clock, only_look=only_look)
    except guard.LooksWrong as wrong:
        _hold(run, file, wrong.suspicion, measured, at=clock())
    except _OnlyLooked:
        _hold(run, file, found or guard.Suspicion(WAITING, "Looked at; nothing of it has been used yet."), measured, at=clock())


def _renewing(run: SyncRun, clock: Clock, tell: Tell) -> Tell:
    def told(done: int, total: int) -> None:
        with transaction.atomic():
            lease.renew(run, at=clock())
        failpoint("sync.file_staging")
        tell(done, total)

    return told


def _apply(run: SyncRun, file: WholeFile, clock: Clock, *, only_look: bool = False) -> None:
    """One transaction: the mirror, the refused records, the counts, the outcome, and what follows from them."""
    with transaction.atomic():
        at = clock()
        lease.renew(run, at=at)
        done = file.apply(run, at)
        failpoint("sync.file_applied")
        for some in file.refused():
            rejected.note(run, some, at=at)
            lease.count(run, Applied(rejected=some), cursor=None, as_of=None, move_feed=False)
        applied = Applied(created=done.created, changed=done.changed, unchanged=done.unchanged)
        lease.count(run, applied, cursor=None, as_of=file.as_of, move_feed=False)
        guard.check_gone(run, done.gone)
        lease.finish(run, SyncRun.Outcome.OK, at=at, gone=done.gone)
        rejected.settle_unnamed(run, at=at)
        _say_doubts(run, file.doubts(), at=at)
        file.settled(run, at)
        failpoint("sync.before_commit")
        if only_look:
            raise _OnlyLooked
    failpoint("sync.file_committed")


def _say_doubts(run: SyncRun, doubts: guard.Suspicion | None, *, at: datetime) -> None:
    if doubts:
        guard.open_suspicion(run, doubts, at=at)
    else:
        guard.close_suspicion(run, at=at)


def _fail(run: SyncRun, why: str, *, at: datetime) -> None:
    with transaction.atomic():
        lease.finish(run, SyncRun.Outcome.FAILED, at=at, why=why)
        guard.open_suspicion(run, guard.Suspicion("unreadable", why), at=at)


def _hold(run: SyncRun, file: WholeFile, found: guard.Suspicion, measured: guard.Measured, *, at: datetime) -> None:
    """Nothing of it is used; only now is the file kept, for whoever accepts it."""
    for number, body in enumerate(file.chunks(CHUNK), start=1):
        stored.keep(run, Page(records=(), cursor=None, source=file.name, body=body), number, at=at)
    file.outlook(run, found)
    with transaction.atomic():
        lease.hold(run, found.why, seen=measured.records, rejected=measured.unreadable, at=at)
        guard.open_suspicion(run, found, at=at)
