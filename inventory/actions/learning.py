"""What packed parcels taught is of the stated size: told anew when another source, or the desk, states it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from inventory.models import Measure, Product, SizeCorrection, Source
from inventory.rules import SIZE, Size, rescaled

WHOLE = 1_000  # thousandths of its volume


def size_of(row: Product | Measure) -> Size:
    return Size(*(getattr(row, name) for name in SIZE))


def keep_what_was_learnt(changed: Collection[Product], before: Mapping[str, tuple[Size, str]], *, at: datetime) -> None:
    """A learnt factor is of the stated size. Where packed parcels take over as the stated size, or hand it back, it is told anew, so
    that the parcel itself counts for what it did. And a parcel does not fold: what it measures counts in full until a person says
    otherwise, which `accepted_by` nobody means here."""
    moved = {p.sku: p for p in changed if Source.ACS_MEASURED in (p.size_source, before.get(p.sku, (None, ""))[1])}
    if not moved:
        return
    learnt = {row.sku: row for row in SizeCorrection.objects.select_for_update().filter(sku__in=moved).order_by("pk")}
    new = [SizeCorrection(sku=sku, factor=WHOLE, learnt_at=at) for sku, p in moved.items() if sku not in learnt and not p.rigid]
    for row in [*learnt.values(), *new]:
        _tell_anew(row, before[row.sku][0], moved[row.sku], at)
    SizeCorrection.objects.bulk_update(learnt.values(), ["factor", "recent", "accepted_factor", "accepted_at"], batch_size=200)
    SizeCorrection.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)


def _tell_anew(row: SizeCorrection, was: Size, product: Product, at: datetime) -> None:
    now, by_parcels = size_of(product), product.size_source == Source.ACS_MEASURED
    if row.pk:
        row.recent = [rescaled(factor, was, now) for factor in row.recent]
        row.factor = rescaled(row.factor, was, now)
    if row.accepted_by_id:
        row.accepted_factor = rescaled(row.accepted_factor or row.factor, was, now)
    elif by_parcels and not product.rigid:
        row.accepted_factor, row.accepted_at = WHOLE, row.accepted_at or at
    else:
        row.accepted_factor = row.accepted_at = None
