"""ACS's machine fetches a label by its signed address: only while the parcel is live and its time is not over, and in the ledger."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from lockers.models import Label, LabelCopy, Parcel
from lockers.rules.addresses import works_until
from lockers.states import ParcelState

PER_HOUR = 20  # a printer needs one; who asks oftener is broken, or not a printer


class NotThere(Exception):
    """There is no label at this address."""


class Gone(Exception):
    """There was one, and it must not be used any more; the text is a sentence for people."""


class TooOften(Exception):
    """It was fetched too often. `retry_after_s` says when it may be fetched again."""

    retry_after_s = 3600


def look(parcel_id: int, *, form: str, at: datetime) -> Label:
    """The label that stands at the address now; nothing is written. Raises NotThere and Gone."""
    parcel = Parcel.objects.select_related("manifest").filter(pk=parcel_id).first()
    return _label(parcel, form, at)


def fetch(parcel_id: int, *, form: str, caller: str, at: datetime) -> Label:
    """The same, as one more numbered copy in the ledger. Raises TooOften besides.

    The parcel's row is locked, so two machines at once get two numbers.
    """
    with transaction.atomic():
        parcel = Parcel.objects.select_for_update(of=("self",)).select_related("manifest").filter(pk=parcel_id).first()
        label = _label(parcel, form, at)
        copies = LabelCopy.objects.filter(parcel_id=parcel_id)
        if copies.filter(how=LabelCopy.How.FETCHED, at__gt=at - timedelta(hours=1)).count() >= PER_HOUR:
            raise TooOften
        number = (copies.aggregate(latest=Max("number"))["latest"] or 0) + 1
        by = f"By its address, from {caller}"
        LabelCopy.objects.create(parcel_id=parcel_id, number=number, format=form, how=LabelCopy.How.FETCHED, by_text=by, at=at)
    return label


def _label(parcel: Parcel | None, form: str, at: datetime) -> Label:
    if parcel is None:
        raise NotThere
    _must_be_live(parcel, at)
    label = Label.objects.filter(parcel=parcel, format=form).first()
    if label is None:
        raise NotThere
    return label


def _must_be_live(parcel: Parcel, at: datetime) -> None:
    if parcel.state == ParcelState.VOID:
        raise Gone(f"This label is void since {_local(parcel.void_at or at)}. Do not use it: the order has, or will have, another.")
    if parcel.state not in (ParcelState.LABELLED, ParcelState.MANIFESTED):
        raise NotThere
    closed_at = parcel.manifest.closed_at if parcel.manifest and parcel.state == ParcelState.MANIFESTED else None
    until = works_until(labelled_at=parcel.labelled_at or parcel.created_at, closed_at=closed_at)
    if at > until:
        raise Gone(f"This address of the label worked until {_local(until)}. Ask the desk for the label.")


def _local(instant: datetime) -> str:
    return timezone.localtime(instant).strftime("%H:%M on %-d %B")
