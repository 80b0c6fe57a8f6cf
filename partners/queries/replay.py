"""What to know before something is read again: what happened then, what holds now, what it does outside, how many records."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from exceptions_queue.queries import words
from partners.models import Feed, RejectedRecord, SyncRun
from partners.queries.runs import Refused, shown
from partners.states import feed_kind
from partners.sync.rejected import replayable

ONLY_MIRROR = "Nothing. A refused record is read from what we kept; the partner is not asked again."


@dataclass(frozen=True)
class Checklist:
    """Four answers, in words. `records` counts what will be read again; zero means that there is nothing to do."""

    then: str
    now: str
    outside: str
    records: int


def of_run(run: SyncRun, *, at: datetime) -> Checklist:
    """Before the refused records of a run are tried again. One statement."""
    waiting = replayable(run).count()
    then = f"{words.moment(run.started_at, at).capitalize()} this run saw {run.seen:,} records and could not read {run.rejected:,}."
    return Checklist(then, _now(waiting), ONLY_MIRROR, waiting)


def of_record(row: RejectedRecord, *, at: datetime) -> Checklist:
    """Before one refused record is tried again. One statement."""
    waiting = replayable(row.run).filter(pk=row.pk).count() if row.run else 0
    seen = "once" if row.times == 1 else f"{row.times} times, first {words.moment(row.first_at, at)}"
    return Checklist(f"Refused {seen}, last {words.moment(row.last_at, at)}: {row.reason}.", _now(waiting), ONLY_MIRROR, waiting)


def of_window(feed: Feed, since: datetime, *, at: datetime) -> Checklist:
    """Before a feed is read again from an instant. One statement."""
    ran = SyncRun.objects.filter(feed=feed, started_at__gte=since, started_at__lte=at)
    well = Q(outcome__in=(SyncRun.Outcome.OK, SyncRun.Outcome.RUNNING))
    told = ran.aggregate(runs=Count("pk"), seen=Coalesce(Sum("seen"), 0), bad=Count("pk", filter=~well))
    ended = f"{told['bad']:,} of these runs did not end well" if told["bad"] else "each run ended well"
    then = f"{told['runs']:,} runs since {words.moment(since, at)} saw {told['seen']:,} records; {ended}."
    now = "The shop is asked for everything that changed since, and it is read by the rules and mappings that hold now."
    return Checklist(then, now, feed_kind(feed.name).again, told["seen"])


def _now(waiting: int) -> str:
    if not waiting:
        return "Nothing is left to try again: it was read since, has been asked for already, or was too long to keep."
    many = "It is" if waiting == 1 else f"All {waiting:,} are"
    return f"{many} read by the rules and mappings that hold now, and written only where nothing newer is known."


def record_of(pk: int) -> RejectedRecord | None:
    return RejectedRecord.objects.select_related("feed", "run__feed").filter(pk=pk).first()


def masked(row: RejectedRecord) -> Refused:
    return shown(row, limit=6_000)
