"""A manifest as its pages and its sheet speak of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from exceptions_queue.models import Site
from exceptions_queue.queries import words
from lockers.models import Manifest
from lockers.queries import crawled_at
from lockers.queries.manifests import LATE_FOR
from lockers.states import ManifestState

EARLY = timedelta(hours=4)  # before the cut-off: as long as a parcel takes from the pick to the door


@dataclass(frozen=True)
class Shown:
    """`left` is how long until the cut-off, or how long ago it was; `how` says how fresh the lockers were at the closing."""

    manifest: Manifest
    title: str
    site: str
    cutoff: str
    cutoff_full: str
    left: str
    is_over: bool
    is_urgent: bool
    is_gone: bool
    is_early: bool
    closed: str
    late: str
    how: str

    @property
    def pk(self) -> int:
        return self.manifest.pk

    @property
    def by(self) -> str:
        """Who closed it, by name."""
        who = self.manifest.closed_by
        return words.name_of(who) if who else "the system"

    @property
    def is_open(self) -> bool:
        return self.manifest.state == ManifestState.OPEN

    @property
    def is_closing(self) -> bool:
        return self.manifest.state == ManifestState.CLOSING

    @property
    def is_closed(self) -> bool:
        return self.manifest.state == ManifestState.CLOSED

    @property
    def snapshot(self) -> dict[str, Any] | None:
        snapshot: dict[str, Any] | None = self.manifest.snapshot
        return snapshot


def shown(manifest: Manifest, *, at: datetime) -> Shown:
    """At most two statements: the site's name, and for a closed manifest when the lockers' list was last read."""
    until = manifest.cutoff_at - at
    return Shown(
        manifest=manifest,
        title=f"{words.day(timezone.localtime(manifest.cutoff_at))}, {timezone.localtime(manifest.cutoff_at):%H:%M}",
        site=Site.objects.filter(key=manifest.site_key).values_list("name", flat=True).first() or manifest.site_key.upper(),
        cutoff=words.moment(manifest.cutoff_at, at),
        cutoff_full=words.full(manifest.cutoff_at),
        left=words.span(abs(until)),
        is_over=until.total_seconds() <= 0,
        is_urgent=0 < until.total_seconds() <= 3600,
        is_gone=manifest.cutoff_at + LATE_FOR <= at,
        is_early=until > EARLY,
        closed=words.moment(manifest.closed_at, at) if manifest.closed_at else "",
        late=_late(manifest),
        how=_how(manifest) if manifest.state == ManifestState.CLOSED else "",
    )


def _late(manifest: Manifest) -> str:
    if manifest.closed_at is None or manifest.closed_at <= manifest.cutoff_at or manifest.state != ManifestState.CLOSED:
        return ""
    return f"Closed {words.span(manifest.closed_at - manifest.cutoff_at)} after the cut-off."


def _how(manifest: Manifest) -> str:
    """How the lockers were judged: by asking InPost just before, or by our copy of its list."""
    asked, copied = manifest.points_asked, manifest.points_from_mirror
    if not asked + copied:
        return ""
    if not copied:
        return f"{_lockers(asked)} looked up at InPost just before the closing."
    crawl = crawled_at(before=manifest.closed_at)
    read = f", last read {words.full(crawl)}" if crawl else ", which had never been read whole"
    if not asked:
        return f"InPost did not answer. {_lockers(copied)} judged by our copy of its list{read}."
    return f"{_lockers(asked)} looked up at InPost just before the closing; InPost did not answer for {copied}, judged by our copy{read}."


def _lockers(count: int) -> str:
    return "The one locker was" if count == 1 else f"{count} lockers were"
