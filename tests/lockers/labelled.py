"""Parcels that have their labels, as InPost would have left them."""

import hashlib
from datetime import datetime
from typing import Any

from django.utils import timezone

from lockers.actions import request_labels
from lockers.models import Label, Manifest, Parcel
from tests.lockers.shipping import PDF, ZPL, shipment


def make_labelled(number: str = "LS-1", *, at: datetime | None = None, **columns: Any) -> Parcel:
    """A live parcel with both labels."""
    at = at or timezone.now()
    [parcel] = request_labels([shipment(number)], actor="system:test", at=at)
    facts = {"state": "labelled", "tracking_number": f"JJD{parcel.pk:07d}", "labelled_at": at}
    Parcel.objects.filter(pk=parcel.pk).update(**facts | columns)
    for form, content in (("pdf", PDF), ("zpl", ZPL)):
        content += str(parcel.pk).encode()
        Label.objects.create(parcel=parcel, format=form, content=content, sha256=hashlib.sha256(content).hexdigest(), fetched_at=at)
    parcel.refresh_from_db()
    return parcel


def put_on_manifest(parcel: Parcel, *, closed_at: datetime) -> Parcel:
    """The parcel on a manifest that was closed then."""
    manifest = Manifest.objects.create(
        site_key="acs", collection_on=closed_at.date(), cutoff_at=closed_at, state="closed", created_at=closed_at, closed_at=closed_at
    )
    facts = {"state": "manifested", "manifest": manifest, "gate_passed_at": closed_at, "manifested_at": closed_at}
    Parcel.objects.filter(pk=parcel.pk).update(**facts)
    parcel.refresh_from_db()
    return parcel
