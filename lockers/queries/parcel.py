"""One parcel's label: what it is, every copy and every attempt, and what one more copy would need."""

from typing import Any

from lockers.models import Parcel
from lockers.queries import copies
from lockers.queries.handing import handed_of
from lockers.rules.copies import needs_reason


def find(parcel_id: int) -> Parcel | None:
    return Parcel.objects.select_related("manifest").filter(pk=parcel_id).first()


def page_of(parcel: Parcel) -> dict[str, Any]:
    """Everything its page shows; five statements."""
    ledger = copies.of_parcel(parcel)
    number = max((copy.number for copy in ledger), default=0) + 1
    formats = list(parcel.labels.order_by("format").values_list("format", "fetched_at"))
    printable = parcel.state in copies.PRINTABLE
    return {
        "parcel": parcel,
        "copies": ledger,
        "number": number,
        "needs_reason": needs_reason(number),
        "warnings": copies.warnings_of(parcel, number) if printable else [],
        "formats": [name for name, _ in formats] if printable else [],
        "scanned_at": copies.scanned_at(parcel),
        "attempts": list(parcel.attempts.order_by("-number")),
        "handed": handed_of([parcel]).get(parcel.pk),
        "others": list(Parcel.objects.filter(order_number=parcel.order_number).exclude(pk=parcel.pk).order_by("-revision")),
    }
