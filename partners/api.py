"""A program asks how the feeds went."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from exceptions_queue.api.door import Access, Asked, Door, question
from exceptions_queue.api.paging import by_instant, page_of
from partners.models import SyncRun
from partners.serializers import RUN_COLUMNS, Run, RunQuestion

COLUMN_OF = {"feed": "feed__name", "outcome": "outcome"}


class Runs(Door):
    """The run history of every feed."""

    access: ClassVar = {"GET": Access("sync:read", ("partners.view_syncrun",))}

    @extend_schema(
        operation_id="sync_runs_list",
        summary="List the runs of the feeds",
        description="The newest first.",
        parameters=[RunQuestion],
        responses=page_of("RunPage", Run),
    )
    def get(self, request: Asked) -> Response:
        asked = question(request, RunQuestion)
        chosen = {column: asked[name] for name, column in COLUMN_OF.items() if name in asked}
        rows = SyncRun.objects.filter(**chosen).values(*RUN_COLUMNS)
        return by_instant(request, rows, asked, Run, key="started_at", newest_first=True)
