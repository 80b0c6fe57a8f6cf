"""Raw pages: kept before anything reads them, and read again from where they were kept."""

import hashlib
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from partners.models import RawPayload, SyncRun
from partners.pages import Page

Split = Callable[[bytes], Sequence[Any]]


def keep(run: SyncRun, page: Page, number: int, *, at: datetime) -> str:
    """Store a page's bytes in a transaction of their own, so that no later failure loses them; return their SHA-256."""
    digest = hashlib.sha256(page.body).hexdigest()
    RawPayload.objects.create(
        run=run,
        source=page.source[:300],
        page=number,
        body=zlib.compress(page.body, 1),
        size=len(page.body),
        sha256=digest,
        received_at=at,
    )
    return digest


def pages(run: SyncRun, split: Split) -> Iterator[Page]:
    """The pages of a run again, one in memory at a time. `split` cuts a body into its records."""
    rows = RawPayload.objects.filter(run=run).order_by("page").values_list("source", "body")
    for source, packed in rows.iterator(chunk_size=1):
        body = zlib.decompress(bytes(packed))
        yield Page(records=split(body), cursor=None, source=source, body=body)


def forget(run: SyncRun, page: Page) -> None:
    """Keep the bytes of this page no longer: they speak of somebody whose data were erased."""
    RawPayload.objects.filter(run=run, sha256=hashlib.sha256(page.body).hexdigest()).delete()
