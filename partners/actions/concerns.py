"""What the lines and feeds have to say: one that is late, one that fails. What looks wrong or is down is a case already."""

from datetime import datetime, timedelta

from django.db.models import Sum
from django.urls import reverse

from exceptions_queue.actions.alerts import Concern, make_equal
from exceptions_queue.states import AlertKind, Owner
from partners.models import SyncRun, WebhookDoor
from partners.queries.banners import BROKEN, Latest, feeds_with_latest, is_late
from partners.queries.doors import ALARMING, CARRIER
from partners.queries.words import clock_time
from partners.states import feed_kind

SILENT_AFTER = timedelta(hours=2)
SEEN_BY_ASKING = 5  # parcels that moved without a word: one or two may be a delivery that InPost gave up


def watch(*, at: datetime) -> dict[str, int]:
    """Make the alerts about feeds true; returns how many are open of each kind."""
    late = [latest for latest in feeds_with_latest() if not latest.feed.paused and is_late(latest, at)]
    failing = [latest for latest in late if latest.outcome in BROKEN]
    silent = [latest for latest in late if latest.outcome not in BROKEN]
    return {
        "late": make_equal(AlertKind.LATE, [*(_late(latest, at) for latest in silent), *_silent_door(at)], at=at)["open"],
        "failed": make_equal(AlertKind.FAILED, [*(_failing(latest, at) for latest in failing), *_knocked_in_vain(at)], at=at)["open"],
    }


def _silent_door(at: datetime) -> list[Concern]:
    """InPost used to tell us and no longer does, while we see parcels move when we ask."""
    door = WebhookDoor.objects.filter(source=CARRIER, accepted_at__lt=at - SILENT_AFTER).first()
    if door is None or door.accepted_at is None:
        return []
    asked = SyncRun.objects.filter(feed__name="inpost.tracking", started_at__gt=max(door.accepted_at, at - 2 * SILENT_AFTER))
    moved = asked.aggregate(moved=Sum("changed"))["moved"] or 0
    if moved < SEEN_BY_ASKING:
        return []
    sentence = f"InPost last told us something {clock_time(door.accepted_at, at)}, yet {moved:,} parcels were seen to move when we asked."
    return [_of_door(f"{sentence} Ask InPost whether it still sends to our address.", "InPost's webhooks have stopped")]


def _knocked_in_vain(at: datetime) -> list[Concern]:
    """Every delivery of late had a wrong signature."""
    door = WebhookDoor.objects.filter(source=CARRIER, refused_in_a_row__gte=ALARMING).first()
    if door is None or door.refused_at is None:
        return []
    sentence = f"The last {door.refused_in_a_row:,} had a wrong signature, the latest {clock_time(door.refused_at, at)}."
    return [_of_door(f"{sentence} Check INPOST_WEBHOOK_SECRET.", "InPost's webhooks are refused")]


def _of_door(sentence: str, title: str) -> Concern:
    return Concern(key=f"door:{title}", title=title, sentence=sentence, url=reverse("partners:connections"), owner=Owner.INTEGRATION)


def _late(latest: Latest, at: datetime) -> Concern:
    kind = feed_kind(latest.feed.name)
    return _concern(latest, f"{kind.title}: late", f"Expected {kind.every}, {_read(latest, at)}.")


def _failing(latest: Latest, at: datetime) -> Concern:
    return _concern(
        latest, f"{feed_kind(latest.feed.name).title}: reading fails", f"{latest.why or 'It failed.'} It was {_read(latest, at)}."
    )


def _read(latest: Latest, at: datetime) -> str:
    return f"last read {clock_time(latest.feed.last_good_at, at)}" if latest.feed.last_good_at else "never read yet"


def _concern(latest: Latest, title: str, sentence: str) -> Concern:
    meanwhile = feed_kind(latest.feed.name).meanwhile
    told = f"{sentence} Meanwhile {meanwhile}." if meanwhile else sentence
    return Concern(key=f"feed:{latest.feed.name}", title=title, sentence=told, url=reverse("partners:sync"), owner=Owner.INTEGRATION)
