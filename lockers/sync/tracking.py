"""What InPost tells of our parcels: keep each event once, and let the facts of the parcel follow from all of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Q

from lockers.models import Parcel, TrackingEvent
from lockers.rules import tracking as rules
from lockers.states import CARRIAGE_ENDED, LIVE, ParcelState
from partners import connect
from partners.errors import RecordError
from partners.inpost.tracking import TrackingRecord, read_event
from partners.models import InboxMessage
from partners.pages import Applied, Page, Reject

AT_ONCE = 10  # as many parcels as InPost answers for in one call
MOST_A_RUN = 600
FACTS = tuple(asdict(rules.Facts()))


class Asked(NamedTuple):
    """One parcel we asked InPost about, and the raw events it showed."""

    number: str
    events: Sequence[bytes]


def take_messages(messages: Sequence[InboxMessage], at: datetime) -> dict[int, str]:
    """Apply stored webhooks in the caller's transaction, with a fixed number of statements. Returns why a message is refused, by id."""
    read: list[TrackingRecord] = []
    refused: dict[int, str] = {}
    for message in messages:
        try:
            read.append(read_event(bytes(message.raw_body)))
        except RecordError as unreadable:
            refused[message.pk] = str(unreadable)
    keep(read, source=TrackingEvent.Source.WEBHOOK, at=at)
    fold_parcels({record.tracking_number for record in read})
    return refused


def read_tracking(cursor: str) -> Iterator[Page]:
    """Ask for the parcels that are on their way, longest unasked first, ten at a time."""
    numbers = due_for_asking()
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        found = connect.inpost().tracked(some)
        records = [Asked(number, found.get(number, ())) for number in some]
        # With whom we asked about: parcels of which nothing is known yet would otherwise make pages that look the same.
        body = b"\n".join([" ".join(some).encode(), *(raw for events in found.values() for raw in events)])
        yield Page(records=records, cursor=cursor, source="GET /tracking/v1/parcels", body=body)


def due_for_asking() -> list[str]:
    """Tracking numbers of parcels whose way has not ended: live ones, and those that travel under a label that is void."""
    due = Q(state__in=LIVE) | Q(state=ParcelState.VOID, handed_over_at__isnull=False)
    live = Parcel.objects.filter(due).exclude(tracking_number="").exclude(carriage__in=CARRIAGE_ENDED)
    return list(live.order_by(F("polled_at").asc(nulls_first=True), "pk").values_list("tracking_number", flat=True)[:MOST_A_RUN])


def apply_tracking(page: Page, at: datetime) -> Applied:
    """Apply what InPost showed of these parcels. A record is a parcel: changed when it had an event that was new to us."""
    read: list[TrackingRecord] = []
    applied = Applied(read=[asked.number for asked in page.records])
    for asked in page.records:
        for raw in asked.events:
            try:
                read.append(read_event(raw))
            except RecordError as unreadable:
                applied.rejected.append(Reject(asked.number, unreadable.path, unreadable.reason, raw))
    refused = {reject.key for reject in applied.rejected}
    applied.rejected = list({reject.key: reject for reject in applied.rejected}.values())
    applied.read = [number for number in applied.read if number not in refused]
    with transaction.atomic():
        new = keep(read, source=TrackingEvent.Source.POLL, at=at) - refused
        numbers = {asked.number for asked in page.records}
        fold_parcels(numbers)
        Parcel.objects.filter(tracking_number__in=numbers).update(polled_at=at)
    applied.changed = len(new)
    applied.unchanged = len(page.records) - len(new) - len(refused)
    return applied


def keep(records: Iterable[TrackingRecord], *, source: TrackingEvent.Source, at: datetime) -> set[str]:
    """Store each event that is not here yet; return the tracking numbers that had one. Two statements."""
    by_id = {record.event_id: record for record in records}
    if not by_id:
        return set()
    known = set(TrackingEvent.objects.filter(event_id__in=by_id).values_list("event_id", flat=True))
    new = [record for event_id, record in by_id.items() if event_id not in known]
    TrackingEvent.objects.bulk_create([_row(record, source, at) for record in new], ignore_conflicts=True)
    return {record.tracking_number for record in new}


def fold_parcels(numbers: Iterable[str]) -> int:
    """Derive the facts of these parcels from all their events. The parcels are locked first, so that whoever comes later sees every
    event. Three statements; returns how many parcels changed."""
    parcels = list(Parcel.objects.select_for_update().filter(tracking_number__in=sorted(numbers)).order_by("pk"))
    if not parcels:
        return 0
    events = _events([parcel.tracking_number for parcel in parcels])
    changed = [parcel for parcel in parcels if _take(parcel, rules.fold(events[parcel.tracking_number], sent_to=parcel.point_id))]
    if changed:
        Parcel.objects.bulk_update(changed, FACTS, batch_size=500)
    return len(changed)


def _events(numbers: Sequence[str]) -> Mapping[str, list[rules.Event]]:
    found: dict[str, list[rules.Event]] = defaultdict(list)
    rows = TrackingEvent.objects.filter(tracking_number__in=numbers)
    columns = ("tracking_number", "event_id", "code", "happened_at", "place", "new_point", "returning_number")
    for number, event_id, code, happened_at, place, new_point, returning in rows.values_list(*columns):
        point = place.get("id", "") if place.get("type") in ("LOCKER_POINT", "PUDO_POINT") else ""
        event = rules.event(event_id, code, happened_at, point=point, new_point=new_point, returning_number=returning)
        found[number].append(event)
    return found


def _take(parcel: Parcel, facts: rules.Facts) -> bool:
    """Write the facts on the row in memory; whether any of them is new."""
    said = asdict(facts)
    if all(getattr(parcel, name) == value for name, value in said.items()):
        return False
    for name, value in said.items():
        setattr(parcel, name, value)
    return True


def _row(record: TrackingRecord, source: TrackingEvent.Source, at: datetime) -> TrackingEvent:
    return TrackingEvent(
        event_id=record.event_id,
        tracking_number=record.tracking_number,
        code=record.code,
        happened_at=record.happened_at,
        received_at=at,
        source=source,
        place=record.place,
        new_point=record.new_point[:40],
        returning_number=record.returning_number,
    )
