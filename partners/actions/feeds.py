"""What people decide about feeds: run now, pause, accept what was held, try a refused record again, look at one unmasked."""

from datetime import datetime

from django.db import transaction
from django_q.tasks import async_task

from exceptions_queue.audit import Actor, person, record
from partners.models import Feed, RejectedRecord, SyncRun
from partners.states import feed_kind
from partners.sync import why_not_acceptable
from partners.sync.rejected import replayable

# Which feeds exist and how they are read is the roof's to know: rung by name.
RUN, ACCEPT = "config.tasks.run_feed", "config.tasks.accept_feed"


class Refused(Exception):
    """It cannot be done, and the sentence says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def run_now(feed: Feed, *, actor: Actor, at: datetime) -> None:
    """Have a worker run the feed. Raises Refused while it is paused."""
    if feed.paused:
        raise Refused("This feed is paused. Let it go on first.")
    with transaction.atomic():
        record("feed asked to run", feed, actor=actor, at=at)
        async_task(RUN, feed.name)


def pause(feed: Feed, *, paused: bool, reason: str, actor: Actor, at: datetime) -> None:
    """Stop a feed, with a reason, or let it go on. What already holds changes nothing. Raises Refused without a reason."""
    if paused and not reason.strip():
        raise Refused("Say why the feed must stop: whoever comes next has to know when it may go on.")
    with transaction.atomic():
        if Feed.objects.filter(pk=feed.pk, paused=not paused).update(paused=paused):
            verb = "feed paused" if paused else "feed goes on"
            record(verb, feed, actor=actor, at=at, before={"paused": not paused}, after={"paused": paused}, reason=reason.strip())


def accept(run: SyncRun, *, reason: str, actor: Actor, at: datetime) -> None:
    """Say that a held feed is right: kept with the run, and applied by a worker. Raises Refused."""
    if why := why_not_acceptable(run, reason):
        raise Refused(why)
    who = person(actor)
    with transaction.atomic():
        held = SyncRun.objects.filter(pk=run.pk, outcome=SyncRun.Outcome.HELD, accepted_by__isnull=True)
        if not held.update(accepted_by=who, accepted_why=reason.strip()[:500]):
            raise Refused("This run is not held any more, or somebody has accepted it.")
        record("held feed accepted", run.feed, actor=actor, at=at, reason=reason.strip(), after={"run": run.pk})
        async_task(ACCEPT, run.pk, who.pk if who else 0, reason.strip()[:500])


def ask_replay(run: SyncRun, *, actor: Actor, at: datetime) -> int:
    """Have the refused records of this run tried again by the feed's next run, which is rung for now; return how many."""
    with transaction.atomic():
        asked = replayable(run).update(replay_asked_at=at)
        if asked:
            record("refused records tried again", run.feed, actor=actor, at=at, after={"run": run.pk, "records": asked})
            async_task(RUN, run.feed.name)
    return asked


def ask_replay_of(row: RejectedRecord, *, actor: Actor, at: datetime) -> bool:
    """Have one refused record tried again by the feed's next run, which is rung for now; False when it cannot be."""
    with transaction.atomic():
        asked = row.run is not None and bool(replayable(row.run).filter(pk=row.pk).update(replay_asked_at=at))
        if asked:
            record("refused record tried again", row.feed, actor=actor, at=at, after={"record": row.pk})
            async_task(RUN, row.feed.name)
    return asked


def read_again(feed: Feed, *, since: datetime, reason: str, actor: Actor, at: datetime) -> None:
    """Have a worker read again what the partner changed since an instant. Raises Refused."""
    if not feed_kind(feed.name).again:
        raise Refused("This feed is read whole each time: have it run now instead.")
    if feed.paused:
        raise Refused("This feed is paused. Let it go on first.")
    if not reason.strip():
        raise Refused("Say why it is read again: it stands in the audit log beside your name.")
    if since >= at:
        raise Refused("The time to read from must be in the past.")
    with transaction.atomic():
        record("feed read again", feed, actor=actor, at=at, reason=reason.strip(), after={"since": since.isoformat()})
        async_task(RUN, feed.name, since.isoformat())


def reveal(row: RejectedRecord, *, actor: Actor, at: datetime) -> str:
    """The record as the partner sent it, personal data and all; that somebody looked is written down."""
    with transaction.atomic():
        record("refused record seen unmasked", row.feed, actor=actor, at=at, after={"record": row.pk})
    return row.raw
