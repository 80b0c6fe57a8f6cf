"""End a parcel here. InPost has no call for it: an unused label is simply never handed over."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from exceptions_queue.audit import Actor
from exceptions_queue.moves import move
from lockers.actions.labels import KIND, business_id_of, request_labels
from lockers.actions.outcomes import Refused
from lockers.models import Parcel
from lockers.rules.shipments import Shipment
from lockers.states import LIVE, MOVES, ParcelState
from partners.models import Intent

IN_THE_AIR = (Intent.State.SENDING, Intent.State.UNKNOWN)


def void_parcel(parcel: Parcel, *, why: str, actor: Actor, at: datetime, version: int) -> None:
    """Mark a parcel void. Raises Refused while its label is being made, or where it is closed on a manifest or changed meanwhile."""
    with transaction.atomic():
        _void(parcel, why=why, actor=actor, at=at, version=version)
    parcel.refresh_from_db()


def replace_parcel(parcel: Parcel, *, why: str, shipment: Shipment, actor: Actor, at: datetime, version: int) -> Parcel:
    """Void one parcel and ask for its successor in one transaction, so that the order has one live parcel throughout."""
    try:
        with transaction.atomic():
            _void(parcel, why=why, actor=actor, at=at, version=version)
            made = request_labels([shipment], actor=actor, at=at)
    except IntegrityError as lost:  # pragma: no cover - the locked row keeps others out
        raise Refused("A colleague replaced this parcel meanwhile. Look again.") from lost
    if not made:  # pragma: no cover - as above
        raise Refused("The order has a live parcel already.")
    parcel.refresh_from_db()
    return made[0]


def _void(parcel: Parcel, *, why: str, actor: Actor, at: datetime, version: int) -> None:
    row = Parcel.objects.select_for_update().get(pk=parcel.pk)
    if row.version != version or row.state not in LIVE:
        raise Refused("A colleague changed this parcel meanwhile. Look again.")
    if row.state == ParcelState.MANIFESTED:
        raise Refused("This parcel is on a closed manifest. Reopen the manifest first.")
    if not why.strip():
        raise Refused("Say why: ACS has to be told.")
    asked = Intent.objects.select_for_update().filter(kind=KIND, business_id=business_id_of(row)).exclude(state__in=Intent.ENDED)
    if any(intent.state in IN_THE_AIR for intent in asked):
        raise Refused("Its label is being made just now. Wait until that has ended.")
    asked.update(state=Intent.State.CANCELLED, ended_at=at)
    also = {"void_at": at, "void_why": why.strip()[:200], "version": F("version") + 1}
    move(row, to=ParcelState.VOID, allowed=MOVES, actor=actor, at=at, verb="parcel void", reason=why.strip()[:200], also=also)
