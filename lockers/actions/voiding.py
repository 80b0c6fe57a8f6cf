"""End a parcel here. InPost has no call for it: an unused label is simply never handed over."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from exceptions_queue.audit import Actor
from exceptions_queue.moves import move, move_many
from lockers.actions.labels import KIND, request_labels
from lockers.actions.outcomes import Refused
from lockers.models import Parcel
from lockers.queries.handing import business_id_of
from lockers.rules.shipments import Shipment
from lockers.states import LIVE, MOVES, ParcelState
from partners.models import Intent

BEING_MADE = "Its label is being made just now. Wait until that has ended."


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


def lock_live(order_numbers: Iterable[str]) -> dict[str, Parcel]:
    """The live parcel of each of these orders, locked in one order for everybody. Its order's row is locked before it."""
    rows = Parcel.objects.select_for_update().filter(order_number__in=list(order_numbers), state__in=LIVE).order_by("pk")
    return {row.order_number: row for row in rows}


def labels_in_the_air(parcels: Iterable[Parcel]) -> set[str]:
    """The orders of those parcels whose label is being made just now: nobody knows yet whether it is."""
    by_key = {business_id_of(parcel): parcel.order_number for parcel in parcels if parcel.state == ParcelState.LABEL_PENDING}
    asked = Intent.objects.filter(kind=KIND, business_id__in=by_key, state__in=Intent.IN_THE_AIR).values_list("business_id", flat=True)
    return {by_key[key] for key in asked}


def void_many(parcels: Iterable[Parcel], *, why: str, actor: Actor, at: datetime) -> None:
    """Mark parcels void that `lock_live` gave, of which none is manifested and no label is in the air. A fixed number of statements."""
    by_state: dict[str, list[Parcel]] = defaultdict(list)
    for parcel in parcels:
        by_state[parcel.state].append(parcel)
    also = {"void_at": at, "void_why": why[:200], "version": F("version") + 1}
    for state, rows in by_state.items():
        asked = Intent.objects.filter(kind=KIND, business_id__in=[business_id_of(row) for row in rows], state=Intent.State.READY)
        asked.update(state=Intent.State.CANCELLED, ended_at=at)
        ids = [row.pk for row in rows]
        named = {"label_field": "order_number", "verb": "parcel void", "reason": why[:200]}
        move_many(Parcel, ids, frm=state, to=ParcelState.VOID, allowed=MOVES, actor=actor, at=at, also=also, **named)


def _void(parcel: Parcel, *, why: str, actor: Actor, at: datetime, version: int) -> None:
    row = Parcel.objects.select_for_update().get(pk=parcel.pk)
    if row.version != version or row.state not in LIVE:
        raise Refused("A colleague changed this parcel meanwhile. Look again.")
    if row.state == ParcelState.MANIFESTED:
        raise Refused("This parcel is on a closed manifest. Reopen the manifest first.")
    if not why.strip():
        raise Refused("Say why: ACS has to be told.")
    asked = Intent.objects.select_for_update().filter(kind=KIND, business_id=business_id_of(row)).exclude(state__in=Intent.ENDED)
    if any(intent.state in Intent.IN_THE_AIR for intent in asked):
        raise Refused(BEING_MADE)
    asked.update(state=Intent.State.CANCELLED, ended_at=at)
    also = {"void_at": at, "void_why": why.strip()[:200], "version": F("version") + 1}
    move(row, to=ParcelState.VOID, allowed=MOVES, actor=actor, at=at, verb="parcel void", reason=why.strip()[:200], also=also)
