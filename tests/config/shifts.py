"""A shift with one of everything that the next lead must know of."""

from datetime import datetime, timedelta

from exceptions_queue.actions import place_hold
from exceptions_queue.models import ExceptionCase
from lockers.models import Manifest
from partners.models import Feed
from partners.states import FEEDS
from tests.exceptions_queue.builders import find
from tests.orders.builders import make_order
from tests.orders.collecting import labelled

LANDLINE = {"field": "mobile", "fault": "landline"}


def blocked(subjects: range, *, at: datetime, codes: tuple[str, ...] = ("VAL-MOB-FORMAT",), value_pence: int = 5_000) -> None:
    """Open cases that stop a release, on orders numbered like their subjects."""
    for subject in subjects:
        find({subject: dict.fromkeys(codes, LANDLINE)}, at=at, value_pence=value_pence)


def waiting(subject: int, *, at: datetime, until: datetime | None) -> ExceptionCase:
    """A case that waits for the customer's answer."""
    blocked(range(subject, subject + 1), at=at)
    ExceptionCase.objects.filter(subject_id=subject).update(waiting_since=at, waiting_until=until)
    return ExceptionCase.objects.get(subject_id=subject)


def snoozed(subject: int, *, at: datetime, until: datetime) -> ExceptionCase:
    blocked(range(subject, subject + 1), at=at)
    ExceptionCase.objects.filter(subject_id=subject).update(snoozed_until=until)
    return ExceptionCase.objects.get(subject_id=subject)


def held(*, at: datetime, until: datetime | None) -> str:
    """The number of an order that a person holds."""
    order = make_order()
    place_hold(order, reason="Ada asks for Friday", exit="She rings back", owner="cx", actor="system:test", at=at, until=until)
    return str(order.number)


def every_feed_on_time(*, at: datetime) -> None:
    for name in FEEDS:
        Feed.objects.update_or_create(name=name, defaults={"last_good_at": at})


def manifest(*, at: datetime, parcels: int = 0) -> Manifest:
    """The day's manifest, closed with so many parcels on it."""
    row = Manifest.objects.create(
        site_key="acs", collection_on=at.date(), cutoff_at=at + timedelta(hours=5), created_at=at, state="closed", closed_at=at
    )
    for _ in range(parcels):
        labelled(state="manifested", manifest=row, gate_passed_at=at, manifested_at=at)
    return row
