"""Manifests: the one that is open, those that are past, and the parcels that wait for the next collection."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet

from exceptions_queue.calendars import DEFAULT_SITE
from lockers.models import Manifest, Parcel, Pull
from lockers.states import NOT_YET_GONE, ManifestState, ParcelState

LATE_FOR = timedelta(hours=6)  # couriers are late too: so long after its cut-off a collection may still be closed
GATE = "system:manifest-gate"  # who pulled what the gate pulled; no person can be called so


class Waiting(NamedTuple):
    """A labelled parcel as the gate needs it."""

    id: int
    order_number: str
    point_id: str
    size: str
    tracking_number: str


def waiting() -> QuerySet[Parcel]:
    """The labelled parcels that nobody at InPost has in hand: they belong to the open collection."""
    return Parcel.objects.filter(state=ParcelState.LABELLED, handed_over_at__isnull=True, carriage__in=NOT_YET_GONE)


def going(manifest: Manifest) -> list[Waiting]:
    """What waits and was not pulled from this manifest by a person, the oldest first. One statement."""
    rows = waiting().exclude(pk__in=by_hand(manifest).values("parcel_id"))
    return [Waiting._make(row) for row in rows.order_by("pk").values_list(*Waiting._fields)]


def by_hand(manifest: Manifest) -> QuerySet[Pull]:
    """What people pulled from this manifest."""
    return Pull.objects.filter(manifest=manifest).exclude(pulled_by=GATE)


def current(*, at: datetime, site_key: str = DEFAULT_SITE) -> Manifest | None:
    """The manifest to work on: the earliest that is not closed and whose collection may still come. None before the clock made one."""
    live = Manifest.objects.filter(site_key=site_key, cutoff_at__gt=at - LATE_FOR).exclude(state=ManifestState.CLOSED)
    return live.order_by("cutoff_at", "pk").first()


def past(*, before: datetime | None = None, size: int = 20) -> Sequence[Manifest]:
    """Closed manifests, the latest collection first."""
    rows = Manifest.objects.filter(state=ManifestState.CLOSED).select_related("closed_by").order_by("-cutoff_at", "-pk")
    return list((rows.filter(cutoff_at__lt=before) if before else rows)[:size])
