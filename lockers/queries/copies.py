"""The ledger of one label's copies, and what warns of one more."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from lockers.models import Label, LabelCopy, Parcel
from lockers.rules import copies
from lockers.states import NOT_YET_GONE, ParcelState

MOST = 200
PRINTABLE = (ParcelState.LABELLED, ParcelState.MANIFESTED)


def of_parcel(parcel: Parcel) -> list[LabelCopy]:
    """Every copy of it that was given out, the latest first."""
    return list(parcel.copies.order_by("-number"))


def number_of_next(parcel: Parcel) -> int:
    """The how manieth the next copy would be."""
    return int(parcel.copies.aggregate(latest=Max("number"))["latest"] or 0) + 1


def warnings_of(parcel: Parcel, number: int) -> list[str]:
    """What whoever prints copy `number` of it has to confirm. Reads `parcel.manifest`."""
    on_manifest = parcel.state == ParcelState.MANIFESTED and parcel.manifest is not None
    closed = (parcel.manifest.closed_at if on_manifest and parcel.manifest else None) or (parcel.manifested_at if on_manifest else None)
    return copies.warnings(number, closed=_local(closed), scanned=_local(scanned_at(parcel)))


def scanned_at(parcel: Parcel) -> datetime | None:
    """When InPost first had it in hand, as far as its events say; None for not yet."""
    if parcel.handed_over_at:
        return parcel.handed_over_at
    return None if parcel.carriage in NOT_YET_GONE else parcel.carriage_at


def why_not(parcels: Mapping[int, Parcel], labels: Collection[int], copies: Mapping[int, int]) -> dict[int, str]:
    """Per parcel that a batch leaves out, why. `labels` are the parcels whose label is kept, `copies` how many were made of each."""
    said: dict[int, str] = {}
    for pk, parcel in parcels.items():
        if parcel.state not in PRINTABLE or pk not in labels:
            said[pk] = "There is no such label to print."
        elif copies.get(pk):
            said[pk] = f"It has been given out {'once' if copies[pk] == 1 else f'{copies[pk]} times'}. Open it to print another."
        elif warnings := warnings_of(parcel, 1):
            said[pk] = " ".join(warnings)
    return said


@dataclass(frozen=True)
class Chosen:
    """One of the labels chosen to be printed together; `why_not` is "" where a batch would give it out."""

    parcel: Parcel
    why_not: str


def chosen(ids: Collection[int], *, form: str) -> list[Chosen]:
    """What printing these together would do, in the batch's own order; three statements."""
    parcels = {parcel.pk: parcel for parcel in Parcel.objects.filter(pk__in=list(ids)[:MOST]).select_related("manifest").order_by("pk")}
    labels = set(Label.objects.filter(parcel__in=parcels, format=form).values_list("parcel_id", flat=True))
    made = LabelCopy.objects.filter(parcel__in=parcels).order_by().values_list("parcel_id").annotate(latest=Max("number"))
    said = why_not(parcels, labels, dict(made))
    return [Chosen(parcel, said.get(pk, "")) for pk, parcel in parcels.items()]


def _local(instant: datetime | None) -> str:
    return timezone.localtime(instant).strftime("%H:%M on %-d %B") if instant else ""
