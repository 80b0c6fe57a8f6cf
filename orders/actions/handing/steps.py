"""The steps of `outbox.drain`: tell ACS of one label and read back, never while anything else of that order is in the air."""

from datetime import datetime

from django.conf import settings
from django.db.models import Q

from exceptions_queue.audit import record
from lockers.models import Parcel
from lockers.queries.handing import KIND
from orders.actions.handing import field, files
from orders.actions.handing.asking import SYSTEM, is_told, printable
from orders.actions.sending import KIND as RELEASE
from orders.actions.sending import lock_row
from orders.models import Order
from orders.states import OrderState
from partners import connect, outbox
from partners.models import Intent


def lock_order(intent: Intent) -> bool:
    """Lock the order before the intent; False while a colleague is at it, or while ACS is being told something else of it."""
    return lock_row(intent.payload["order"]) and not _something_else(intent)


def _something_else(intent: Intent) -> bool:
    """A change of the order goes first; but what is only to be looked up writes nothing, and the change waits for it."""
    number = intent.payload["order"]
    standing = Q(state__in=Intent.IN_THE_AIR) if intent.state == Intent.State.UNKNOWN else ~Q(state__in=Intent.ENDED)
    release = Q(kind=RELEASE, business_id=number) & standing
    other = Q(kind=KIND, business_id__startswith=f"{number}/", state__in=Intent.IN_THE_AIR)
    return Intent.objects.filter(release | other).exclude(pk=intent.pk).exists()


def may_send(intent: Intent, _at: datetime) -> bool:
    """Only of a live label, and only for an order that ACS has."""
    order = Order.objects.filter(number=intent.payload["order"], state=OrderState.RELEASED)
    return is_told() and order.exists() and printable().filter(pk=intent.payload["parcel"]).exists()


def send(intent: Intent) -> outbox.Receipt:
    """Tell ACS and read back. Raises Rejected where a setting is in the way, UnknownOutcome while ACS does not show it yet, and
    every PartnerError of the client."""
    parcel = Parcel.objects.get(pk=intent.payload["parcel"])
    if settings.LABELS_TO == "folder":
        return files.lay_down(parcel, connect.label_drop())
    return field.tell(parcel, writing=lambda: _count(intent))


def _count(intent: Intent) -> int:
    """How often this has been written by now. Leases do not say: one may have found ACS down."""
    puts = int(intent.receipt.get("puts", 0)) + 1
    Intent.objects.filter(pk=intent.pk, fence=intent.fence).update(receipt={"puts": puts})
    return puts


def look_up(intent: Intent) -> outbox.Receipt | None:
    """Does ACS have it after all? None when it does not."""
    parcel = Parcel.objects.get(pk=intent.payload["parcel"])
    return files.in_folder(parcel, connect.label_drop()) if settings.LABELS_TO == "folder" else field.shown(parcel)


def settled(intent: Intent, receipt: outbox.Receipt, at: datetime) -> None:
    record("label handed to ACS", Parcel.objects.get(pk=intent.payload["parcel"]), actor=SYSTEM, at=at, after=dict(receipt.detail))
