"""The steps of `outbox.drain` for one label: create the shipment, keep its number, fetch and keep the label, settle.

What InPost made is kept at once and never asked for twice: a repeat goes on where the last one stopped.
"""

import hashlib
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet

from exceptions_queue.moves import move
from lockers.models import Label, LabelAttempt, Parcel
from lockers.rules.remedies import remedy_of
from lockers.rules.shipments import from_payload
from lockers.states import MOVES, AttemptState, ParcelState
from partners import connect, outbox
from partners.errors import Conflict, PartnerError, Rejected
from partners.failpoints import failpoint
from partners.inpost.shipments import PDF, ZPL, problems_of
from partners.models import Intent
from partners.ports import Carrier

SYSTEM = "system:labels"
FORMATS = ((Label.Format.PDF, PDF), (Label.Format.ZPL, ZPL))


def lock_parcel(intent: Intent) -> bool:
    """Lock the parcel before its intent, as everybody does who changes both; False when a colleague is at it just now."""
    rows = Parcel.objects.filter(pk=intent.payload["parcel"])
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return rows.values_list("pk", flat=True).first() is not None


def may_send(intent: Intent, _at: datetime) -> bool:
    """Only a parcel that still waits for its label gets one."""
    return Parcel.objects.filter(pk=intent.payload["parcel"], state=ParcelState.LABEL_PENDING).exists()


def send(intent: Intent) -> outbox.Receipt:
    """Create the shipment unless its number is known, then fetch what is not kept yet. Raises every PartnerError of the client.

    Also the look-up after an unclear outcome: InPost has none by our own number, and shows what it made to whoever repeats the
    same body under the same deduplication id.
    """
    parcel, carrier = Parcel.objects.get(pk=intent.payload["parcel"]), connect.inpost()
    already = bool(parcel.tracking_number)
    if not already:
        _create(parcel, intent, carrier)
    failpoint("labels.created")
    kept = set(parcel.labels.values_list("format", flat=True))
    for name, accept in FORMATS:
        if name not in kept:
            _keep(parcel, name, carrier.label(parcel.tracking_number, accept=accept), at=intent.created_at)
    return outbox.Receipt(remote_id=parcel.tracking_number, already=already)


def _create(parcel: Parcel, intent: Intent, carrier: Carrier) -> None:
    """The number is kept before anything else can go wrong."""
    attempt = LabelAttempt.objects.get(parcel=parcel, number=intent.payload["attempt"])
    number = carrier.create_shipment(from_payload(intent.payload["shipment"]), deduplication_id=str(attempt.deduplication_id))
    try:
        with transaction.atomic():
            Parcel.objects.filter(pk=parcel.pk, tracking_number="").update(tracking_number=number)
    except IntegrityError as taken:
        raise Conflict("inpost", "InPost answered with the number of another parcel. Ask InPost before anything else.") from taken
    parcel.tracking_number = number


def _keep(parcel: Parcel, name: str, content: bytes, *, at: datetime) -> None:
    label = Label(parcel=parcel, format=name, content=content, sha256=hashlib.sha256(content).hexdigest(), fetched_at=at)
    Label.objects.bulk_create([label], ignore_conflicts=True)


def settled(intent: Intent, _receipt: outbox.Receipt, at: datetime) -> None:
    """The label is here. The customer's data go from the intent: it is done and only its traces are kept."""
    parcel = Parcel.objects.select_for_update().get(pk=intent.payload["parcel"])
    move(
        parcel,
        to=ParcelState.LABELLED,
        allowed=MOVES,
        actor=SYSTEM,
        at=at,
        verb="label made",
        also={"labelled_at": at, "version": F("version") + 1},
    )
    Label.objects.filter(parcel=parcel).update(fetched_at=at)
    _attempt(intent).update(state=AttemptState.MADE, ended_at=at, problems=[], remedy="")
    outbox.redact(Intent.objects.filter(pk=intent.pk), {**intent.payload, "shipment": None})


def failed(intent: Intent, error: PartnerError, at: datetime) -> None:
    """InPost said no. Something else under our key is not a no: nobody may ask under another key before InPost has said what it is."""
    state = AttemptState.UNKNOWN if isinstance(error, Conflict) else AttemptState.REFUSED
    _attempt(intent).update(state=state, ended_at=at, **_about(error))


def deferred(intent: Intent, error: PartnerError, _at: datetime) -> None:
    """Not yet; it goes on by itself. Until then the desk sees why."""
    _attempt(intent).update(**_about(error))


def _attempt(intent: Intent) -> QuerySet[LabelAttempt]:
    return LabelAttempt.objects.filter(parcel_id=intent.payload["parcel"], number=intent.payload["attempt"])


def _about(error: PartnerError) -> dict[str, object]:
    problems = [problem.plain() for problem in problems_of(error)]
    refused = isinstance(error, Rejected) and bool(error.fields)
    return {"problems": problems, "remedy": remedy_of(error.retry, names_fields=refused), "request_id": error.request_id[:64]}
