"""Which SKUs does ACS know? From its set-up list, and from every order it accepted."""

from collections.abc import Collection, Iterable
from datetime import datetime

from inventory.models import AcsSku
from inventory.sync.files import Headings, Layout, Reader, Source, headings_of, read_csv, rows_of
from partners.errors import RecordError
from partners.pages import Applied, Page, Reject
from partners.values import identifier_at

LAYOUT = Layout(
    columns=frozenset({"sku", "unique_sku", "name", "designer", "garment_type", "sizes", "description"}),
    needed=frozenset({"sku"}),
    aliases=dict.fromkeys(("product_sku", "garment_sku", "garmentsku", "item_sku"), "sku"),
)


def read_setup_csv(source: Source) -> Reader:
    """A reader of the set-up list, one row per garment; the one column it must have is `product_sku`."""
    return read_csv(source, LAYOUT)


def setup_headings(source: Source) -> Headings:
    """The file's headings, so that a person sees which columns were not understood."""
    return headings_of(source, LAYOUT)


def apply_setup(page: Page, at: datetime) -> Applied:
    """Remember the SKUs of a page. Several garments of one SKU are one SKU."""
    skus: set[str] = set()
    rejected: list[Reject] = []
    for row in rows_of(page.records, LAYOUT):
        try:
            if row.fault:
                raise RecordError("", row.fault)
            skus.add(identifier_at(row.cells.get("sku"), "product_sku"))
        except RecordError as error:
            where = f"row {row.number}: {error.path}" if error.path else f"row {row.number}"
            rejected.append(Reject(key="", path=where, reason=f"{error.path} {error.reason}".strip(), raw=row.raw))
    created = note_acs_skus(skus, source=AcsSku.Source.SETUP_LIST, at=at)
    return Applied(created=created, unchanged=len(page.records) - len(rejected) - created, rejected=rejected, read=skus)


def note_acs_skus(skus: Iterable[str], *, source: str, at: datetime) -> int:
    """Remember that ACS knows these SKUs; return how many were new. What is known already keeps its first source.

    Two statements for up to 500 new SKUs, one where nothing is new.
    """
    wanted: Collection[str] = set(skus)
    known = set(AcsSku.objects.filter(sku__in=wanted).values_list("sku", flat=True))
    new = [AcsSku(sku=sku, source=source, first_seen_at=at) for sku in sorted(set(wanted) - known)]
    AcsSku.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    return len(new)
