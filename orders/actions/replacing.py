"""A person replaces a label: the old parcel is void here, its successor is asked for with what the order says now, and ACS is told."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from exceptions_queue.audit import Actor
from lockers.actions import replace_parcel
from lockers.models import Parcel
from lockers.queries.copies import scanned_at
from lockers.states import ParcelState
from orders.actions.labelling import shipment_of, wrong
from orders.actions.outcomes import Refused
from orders.models import Order
from orders.problems import find_many
from orders.states import OrderState
from partners import connect


def replace_label(parcel: Parcel, *, why: str, actor: Actor, at: datetime, version: int) -> Parcel:
    """Void this parcel and ask for its successor, the order locked throughout. Its label is made, and handed to ACS, like any other.

    Raises Refused of this room or of the lockers', with a sentence, where the parcel cannot be replaced as things stand.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update().filter(number=parcel.order_number, state=OrderState.RELEASED).first()
        if order is None:
            raise Refused("The order is no longer with ACS.")
        if reason := why_not(Parcel.objects.select_related("manifest").get(pk=parcel.pk)):
            raise Refused(reason)
        verdicts, batch = find_many([order.pk], at=at)
        if not verdicts or wrong(verdicts[0], order.acs_packed, batch):
            raise Refused("The order itself is not right yet, and the new label would carry the same fault. Open it: its cases say what.")
        shipment = shipment_of(order, batch, verdicts[0].size)
        return replace_parcel(parcel, why=why, shipment=shipment, actor=actor, at=at, version=version)


def why_not(parcel: Parcel) -> str:
    """Why this parcel's label cannot be replaced now, in a sentence; "" when it can. Reads `parcel.manifest`."""
    if parcel.state == ParcelState.VOID:
        return "This label is void already."
    if parcel.made_by == Parcel.MadeBy.ACS:
        return "ACS made this label: ask ACS for another."
    if connect.mode("inpost") != "live":
        return "Lockstep only watches InPost here (MODE_INPOST=observe)."
    if scanned := scanned_at(parcel):
        return f"InPost scanned this parcel at {_local(scanned)}: it is on its way with this label."
    if parcel.state == ParcelState.MANIFESTED:
        closed = parcel.manifest.closed_at if parcel.manifest else None
        return f"This parcel is on the manifest closed at {_local(closed or parcel.manifested_at)}. Reopen the manifest first."
    return ""


def _local(instant: datetime | None) -> str:
    return timezone.localtime(instant).strftime("%H:%M on %-d %B") if instant else "an unknown time"
