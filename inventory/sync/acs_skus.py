"""Which SKUs does ACS know? From its set-up list, and from every order it accepted."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from inventory.models import AcsSku
from inventory.sync.files import read_csv
from partners.pages import Applied, Page, Reject
from partners.values import identifier

ALIASES = {"product_sku": "sku", "garmentsku": "sku", "garment_sku": "sku"}


def read_setup_csv(path: str) -> Callable[[str], Iterator[Page]]:
    """A reader of the set-up list at `path`, one row per garment; the one column it must have is `product_sku`."""
    return read_csv(path, aliases=ALIASES, needed=frozenset({"sku"}))


def apply_setup(page: Page, at: datetime) -> Applied:
    """Remember the SKUs of a page. Several garments of one SKU are one SKU."""
    rejected = [
        Reject(key="", path=f"row {row.number}, column product_sku", reason="is empty", raw=",".join(row.cells.values()))
        for row in page.records
        if not identifier(row.cells.get("sku", ""))
    ]
    skus = {identifier(row.cells.get("sku", "")) for row in page.records} - {""}
    created = note_acs_skus(skus, source=AcsSku.Source.SETUP_LIST, at=at)
    return Applied(created=created, unchanged=len(page.records) - len(rejected) - created, rejected=rejected)


def note_acs_skus(skus: Iterable[str], *, source: str, at: datetime) -> int:
    """Remember that ACS knows these SKUs; return how many were new. What is known already keeps its first source."""
    wanted = set(skus)
    known = set(AcsSku.objects.filter(sku__in=wanted).values_list("sku", flat=True))
    new = [AcsSku(sku=sku, source=source, first_seen_at=at) for sku in sorted(wanted - known)]
    AcsSku.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    return len(new)
