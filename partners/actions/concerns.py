"""What the lines and feeds have to say: one that is late, one that fails. What looks wrong or is down is a case already."""

from datetime import datetime

from django.urls import reverse

from exceptions_queue.actions.alerts import Concern, make_equal
from exceptions_queue.states import AlertKind, Owner
from partners.queries.banners import BROKEN, Latest, feeds_with_latest, is_late
from partners.queries.words import clock_time
from partners.states import feed_kind


def watch(*, at: datetime) -> dict[str, int]:
    """Make the alerts about feeds true; returns how many are open of each kind."""
    late = [latest for latest in feeds_with_latest() if not latest.feed.paused and is_late(latest, at)]
    failing = [latest for latest in late if latest.outcome in BROKEN]
    silent = [latest for latest in late if latest.outcome not in BROKEN]
    return {
        "late": make_equal(AlertKind.LATE, [_late(latest, at) for latest in silent], at=at)["open"],
        "failed": make_equal(AlertKind.FAILED, [_failing(latest, at) for latest in failing], at=at)["open"],
    }


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
