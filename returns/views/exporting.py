"""A person takes a month's register away, or all of its evidence."""

from datetime import date

from django.contrib.auth.decorators import permission_required
from django.http import Http404, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from exceptions_queue.queries import words
from returns.actions.exporting import note_taken
from returns.queries import register as registers
from returns.queries.exports import evidence as evidences
from returns.rules.months import month_of, name_of
from returns.views import Signed

EXPORT = ["returns.view_writeoff", "returns.export_writeoff"]


@require_GET
@permission_required(EXPORT, raise_exception=True)
def register(request: Signed, month: str) -> StreamingHttpResponse:
    """The register of the month as CSV, row by row."""
    first, at = _month_or_404(month), timezone.now()
    ids = registers.ids_of(first)
    note_taken("register", first, len(ids), actor=request.user, at=at)
    answer = StreamingHttpResponse(registers.lines(ids), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="register-{name_of(first)}.csv"'
    return answer


@require_GET
@permission_required([*EXPORT, "returns.view_return", "exceptions_queue.view_auditentry"], raise_exception=True)
def evidence(request: Signed, month: str) -> StreamingHttpResponse:
    """Everything of the month as one ZIP, sent while it is made: register, journals, a page of each write-off, photos, and the sums."""
    first, at = _month_or_404(month), timezone.now()
    asked = evidences.ask(first, person=words.name_of(request.user), at=at)
    note_taken("evidence", first, len(asked.ids), actor=request.user, at=at)
    answer = StreamingHttpResponse(evidences.archive(asked), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="evidence-{name_of(first)}.zip"'
    return answer


def _month_or_404(text: str) -> date:
    found = month_of(text)
    if found is None:
        raise Http404(f"There is no month {text[:10]}: write the year and the month, such as 2026-06.")
    return found
