"""A person uploads the product file or ACS's set-up list, and sees at once what became of every row."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_q.tasks import async_task

from inventory import sync
from inventory.actions import RECHECK
from inventory.forms import UploadForm
from inventory.models import Measure, Source
from inventory.sync.files import Headings, Reader
from inventory.views import Signed
from inventory.views.products import list_page
from partners.errors import PartnerError
from partners.models import SyncRun
from partners.pages import Applied, Page, Reject
from partners.sync import sync_run

SHOWN = 200


@dataclass
class Upload:
    """Reads one kind of file and remembers what was refused, for the answer."""

    feed: str
    read: Callable[[Any], Reader]
    headings: Callable[[Any], Headings]
    apply: Callable[[Page, datetime], Applied]
    refused: list[Reject] = field(default_factory=list)

    def __call__(self, page: Page, at: datetime) -> Applied:
        applied = self.apply(page, at)
        self.refused += applied.rejected[: SHOWN - len(self.refused)]
        return applied


@require_POST
@permission_required(["inventory.view_product", "inventory.import_product"], raise_exception=True)
def upload_products(request: Signed) -> HttpResponse:
    return _upload(
        request, Upload("products", sync.read_products_csv, sync.product_headings, sync.apply_products), "upload_form", "products_%s"
    )


@require_POST
@permission_required(["inventory.view_product", "inventory.import_product"], raise_exception=True)
def upload_setup(request: Signed) -> HttpResponse:
    return _upload(request, Upload("acs.setup", sync.read_setup_csv, sync.setup_headings, sync.apply_setup), "setup_form", "setup_%s")


def _upload(request: Signed, upload: Upload, form_name: str, auto_id: str) -> HttpResponse:
    """Run the file as its feed, so that it is kept raw, counted and listed with the other runs."""
    form = UploadForm(request.POST, request.FILES, auto_id=auto_id)
    if not form.is_valid():
        return list_page(request, status=422, **{form_name: form})
    file = form.cleaned_data["file"]
    try:
        unknown = upload.headings(file.file).unknown
    except PartnerError as refusal:
        form.add_error("file", refusal.sentence)
        return list_page(request, status=422, **{form_name: form})
    run = sync_run(upload.feed, read=upload.read(file.file), apply=upload, clock=timezone.now)
    if run.created or run.changed:
        async_task(RECHECK)
    return list_page(request, result=_result(run, upload, file.name, unknown))


def _result(run: SyncRun, upload: Upload, name: str, unknown: list[str]) -> dict[str, Any]:
    return {
        "run": run,
        "file": name,
        "ended_well": run.outcome == SyncRun.Outcome.OK,
        "refused": [_row(reject) for reject in upload.refused],
        "more": max(0, run.rejected - len(upload.refused)),
        "unknown": unknown,
        "absurd": Measure.objects.filter(source=Source.CSV, observed_at__gte=run.started_at).exclude(absurd="").count(),
    }


def _row(reject: Reject) -> dict[str, str]:
    """ "row 7: length, weight" as its two columns."""
    where, _, columns = reject.path.partition(": ")
    return {"row": where.removeprefix("row "), "columns": columns, "reason": reject.reason, "key": reject.key}
