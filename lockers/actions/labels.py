"""Ask for labels: a parcel, its attempt and an intent each, in a constant number of statements."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django_q.tasks import async_task

from exceptions_queue.audit import Actor, actor_text, record, record_many
from lockers.actions.outcomes import Refused
from lockers.models import LabelAttempt, Parcel
from lockers.queries.handing import business_id_of
from lockers.rules.shipments import Shipment, from_payload, to_payload
from lockers.states import LIVE, AttemptState, ParcelState
from partners import outbox
from partners.models import Intent

KIND = "make-label"
RING = "lockers.tasks.make_labels"
ROUNDS = 50
_OURS = uuid.UUID("6f0c5d0e-8f0b-5c55-9a53-0f4a1c7b4f3d")  # our corner of the deduplication ids


def request_labels(wanted: Sequence[Shipment], *, actor: Actor, at: datetime) -> list[Parcel]:
    """Make a parcel with its intent for each order that has no live one; return those made.

    An order that has a live parcel already, or that somebody else is just asking for, is left alone without a word: the
    database decides, and a lost race is read again. Seven statements without a race.
    """
    by_order = {shipment.order_number: shipment for shipment in wanted}
    for left in reversed(range(ROUNDS)):
        try:
            with transaction.atomic():
                return _make(by_order, actor=actor, at=at)
        except IntegrityError:  # somebody was quicker with one of them, and has committed: the next look sees it
            if not left:
                raise
    raise AssertionError("every round returns or raises")  # pragma: no cover


def _make(wanted: dict[str, Shipment], *, actor: Actor, at: datetime) -> list[Parcel]:
    live = set(Parcel.objects.filter(order_number__in=wanted, state__in=LIVE).values_list("order_number", flat=True))
    free = sorted(set(wanted) - live)  # in one order for everybody, so that two askers never wait for each other in a circle
    if not free:
        return []
    said = Parcel.objects.filter(order_number__in=free).order_by().values_list("order_number")
    revisions = dict(said.annotate(latest=Max("revision")))
    parcels = Parcel.objects.bulk_create([parcel_of(wanted[number], revisions.get(number, 0) + 1, at) for number in free])
    _ask([(parcel, wanted[parcel.order_number]) for parcel in parcels], number=1, actor=actor, at=at)
    subjects = [(Parcel, parcel.pk, str(parcel)) for parcel in parcels]
    record_many("label asked for", subjects, actor=actor, at=at)
    return parcels


def parcel_of(shipment: Shipment, revision: int, at: datetime) -> Parcel:
    return Parcel(
        order_number=shipment.order_number,
        revision=revision,
        point_id=shipment.point_id,
        size=shipment.size,
        size_from=shipment.size_from,
        length_mm=shipment.length_mm,
        width_mm=shipment.width_mm,
        height_mm=shipment.height_mm,
        weight_g=shipment.weight_g,
        created_at=at,
    )


def _ask(asked: Sequence[tuple[Parcel, Shipment]], *, number: int, actor: Actor, at: datetime) -> None:
    """An attempt and an intent per parcel, and one ring for all."""
    by = actor_text(actor)[1]
    LabelAttempt.objects.bulk_create([_attempt(parcel, number, by, at) for parcel, _ in asked])
    Intent.objects.bulk_create([_intent(parcel, shipment, number, by, at) for parcel, shipment in asked])
    async_task(RING)


def _attempt(parcel: Parcel, number: int, by: str, at: datetime) -> LabelAttempt:
    return LabelAttempt(parcel=parcel, number=number, deduplication_id=_key(parcel, number), asked_by=by, asked_at=at)


def _key(parcel: Parcel, number: int) -> uuid.UUID:
    """The same for one attempt for ever, so that InPost knows a repeat by it."""
    return uuid.uuid5(_OURS, f"{parcel.order_number}/{parcel.revision}/{number}")


def _intent(parcel: Parcel, shipment: Shipment, number: int, by: str, at: datetime) -> Intent:
    payload = {"parcel": parcel.pk, "attempt": number, "shipment": to_payload(shipment)}
    business_id = business_id_of(parcel)
    return Intent(
        kind=KIND,
        business_id=business_id,
        revision=number,
        op_key=f"lockstep:{KIND}:{business_id}:{number}",
        payload=payload,
        payload_hash=outbox.payload_hash(payload),
        next_at=at,
        created_by=by,
        created_at=at,
    )


def retry_label(parcel: Parcel, *, actor: Actor, at: datetime, version: int, shipment: Shipment | None = None) -> None:
    """Try again for a parcel whose last attempt was refused, with `shipment` where something about it was put right.

    Raises Refused, with a sentence, where the parcel is not waiting for that.
    """
    with transaction.atomic():
        row = Parcel.objects.select_for_update().get(pk=parcel.pk)
        if row.version != version:
            raise Refused("A colleague changed this parcel meanwhile. Look again.")
        last = row.attempts.order_by("-number").first()
        if row.state != ParcelState.LABEL_PENDING or last is None or last.state != AttemptState.REFUSED:
            raise Refused("This parcel is not waiting for another attempt.")
        again = shipment or _said_before(row)
        _take(row, again)
        _ask([(row, again)], number=last.number + 1, actor=actor, at=at)
        record("label asked for again", row, actor=actor, at=at)
    parcel.refresh_from_db()


def _said_before(parcel: Parcel) -> Shipment:
    asked = Intent.objects.filter(kind=KIND, business_id=business_id_of(parcel)).order_by("-revision").first()
    if asked is None or not asked.payload.get("shipment"):
        raise Refused("What was asked for is no longer kept. Ask for the label on the order's page.")
    return from_payload(asked.payload["shipment"])


def _take(parcel: Parcel, shipment: Shipment) -> None:
    """The measures may be put right; another locker is another parcel once InPost has made one."""
    if parcel.tracking_number and shipment.point_id != parcel.point_id:
        raise Refused("InPost has made this parcel for its first locker. Replace it instead.")
    names = ("point_id", "size", "size_from", "length_mm", "width_mm", "height_mm", "weight_g")
    Parcel.objects.filter(pk=parcel.pk).update(version=F("version") + 1, **{name: getattr(shipment, name) for name in names})
