"""What must be true of our talks with partners at any moment, checked by `manage.py verify`."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import F, Q

from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from partners.models import Feed, InboxMessage, Intent, JobRun, SyncRun
from partners.outbox import QUARANTINE_S, payload_hash
from partners.queries.banners import feeds_with_latest
from partners.sync.guard import MOST_GONE

SHOWN = 20
MOST_ATTEMPTS = 200  # with the back-off more than a week: a person should have been called
HASHED = 20_000  # the newest intents, a few seconds
LOOKED_BACK = 5_000  # the newest runs that moved a cursor
RINGS_WITHIN = timedelta(minutes=2)  # every drain and job is rung once a minute
PROCESSED_WITHIN = timedelta(minutes=15)
CLOCK_SKEW = timedelta(minutes=10)


def intents_are_tried_within_reason(_at: datetime) -> list[str]:
    """I18: an intent still live after 200 attempts needs a person."""
    weary = Intent.objects.exclude(state__in=Intent.ENDED).filter(attempts__gt=MOST_ATTEMPTS)
    return [f"{kind} {name} was tried {times} times" for kind, name, times in weary.values_list("kind", "business_id", "attempts")[:SHOWN]]


def nothing_is_sent_by_the_dead(at: datetime) -> list[str]:
    """I18: no intent is "being sent" longer than lease and quarantine: its outcome is looked up by then."""
    since = at - timedelta(seconds=QUARANTINE_S) - RINGS_WITHIN
    lost = Intent.objects.filter(state=Intent.State.SENDING).filter(Q(lease_until__lt=since) | Q(lease_until__isnull=True))
    return _named(lost.values_list("kind", "business_id"), "is being sent by a process that is gone")


def what_has_ended_stays_as_it_was(_at: datetime) -> list[str]:
    """I18: an ended intent says when and holds no lease; the content of none has changed since it was written."""
    ended, half = Q(state__in=Intent.ENDED), Q(ended_at__isnull=True) | Q(lease_until__isnull=False)
    wrong = Intent.objects.filter((ended & half) | (~ended & Q(ended_at__isnull=False)))
    return _named(wrong.values_list("kind", "business_id")[:SHOWN], "has ended by half") + list(_changed_contents())


def _changed_contents() -> Iterator[str]:
    newest = Intent.objects.order_by("-pk").values_list("kind", "business_id", "payload", "payload_hash")[:HASHED]
    for kind, name, payload, written in newest.iterator(chunk_size=1000):
        if payload_hash(payload) != written:
            yield f"{kind} {name}: its content is not what was written"


def messages_are_processed(at: datetime) -> list[str]:
    """I19: no message waits longer than 15 minutes without an error that says why."""
    waiting = InboxMessage.objects.filter(state=InboxMessage.State.NEW, error="", received_at__lt=at - PROCESSED_WITHIN)
    return _named(waiting.values_list("source", "pk")[:SHOWN], "has not been processed")


def counts_add_up(_at: datetime) -> list[str]:
    """I20: every record that a run saw is new, changed, unchanged or refused."""
    total = F("created") + F("changed") + F("unchanged") + F("rejected")
    wrong = SyncRun.objects.exclude(outcome=SyncRun.Outcome.HELD).exclude(seen=total)
    return _named(wrong.values_list("feed__name", "pk")[:SHOWN], "does not add up")


def cursors_go_forward(at: datetime) -> list[str]:
    """I20: a run's cursor, where it is an instant, never goes back, and no feed's is in the future."""
    moved = SyncRun.objects.exclude(cursor_before="").exclude(cursor_before=F("cursor_after")).order_by("-pk")
    steps = moved.values_list("feed__name", "cursor_before", "cursor_after")[:LOOKED_BACK]
    back = [f"{feed}: the cursor went back from {was} to {now}" for feed, was, now in steps if _is_earlier(now, was)]
    feeds = Feed.objects.exclude(cursor="").values_list("name", "cursor")
    return back + [f"{feed}: the cursor {cursor} is in the future" for feed, cursor in feeds if (_instant(cursor) or at) > at + CLOCK_SKEW]


def _is_earlier(cursor: str, than: str) -> bool:
    here, there = _instant(cursor), _instant(than)
    return bool(here and there and here < there)


def _instant(cursor: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(cursor)
    except ValueError:
        return None
    return instant if instant.tzinfo else None


def nothing_much_was_taken_away_unasked(_at: datetime) -> list[str]:
    """I21: no run took away more than a fifth of what was known, unless a person accepted it."""
    much = SyncRun.objects.filter(accepted_by__isnull=True, gone__gt=MOST_GONE * (F("seen") + F("gone")))
    return _named(much.values_list("feed__name", "pk")[:SHOWN], "took away more than a fifth")


def held_feeds_are_before_a_person(_at: datetime) -> list[str]:
    """I21: a feed whose latest run is held has a case that a person opened, waived or closed."""
    held = [latest.feed for latest in feeds_with_latest() if latest.is_held]
    cases = ExceptionCase.objects.filter(code__in=[Code.FEED_SUSPECT, Code.STK_FEED_BAD])
    told = set(cases.values_list("subject_id", flat=True)) if held else set()
    return [f"{feed.name} is held and no case says so" for feed in held if feed.pk not in told]


def no_job_runs_for_ever(at: datetime) -> list[str]:
    """I23: a job past its lease is dead, and its next run says so: within a day, as the rarest runs daily."""
    dead = JobRun.objects.filter(state=JobRun.State.RUNNING, lease_until__lt=at - timedelta(days=1))
    return _named(dead.values_list("job", "pk")[:SHOWN], "has been running since before its lease ended")


def _named(rows: Iterable[tuple[object, ...]], fault: str) -> list[str]:
    return [f"{' '.join(map(str, row))} {fault}" for row in rows]


INVARIANTS: list[tuple[str, Callable[[datetime], list[str]]]] = [
    ("I18 intents are tried within reason", intents_are_tried_within_reason),
    ("I18 nothing is sent by the dead", nothing_is_sent_by_the_dead),
    ("I18 what has ended stays as it was", what_has_ended_stays_as_it_was),
    ("I19 messages are processed", messages_are_processed),
    ("I20 counts add up", counts_add_up),
    ("I20 cursors go forward", cursors_go_forward),
    ("I21 nothing much was taken away unasked", nothing_much_was_taken_away_unasked),
    ("I21 held feeds are before a person", held_feeds_are_before_a_person),
    ("I23 no job runs for ever", no_job_runs_for_ever),
]
