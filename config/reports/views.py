"""A person asks for a report: as a page with its charts, or one of its tables as a file."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from config.reports import period
from config.reports.compared import compare
from config.reports.period import Period
from config.reports.registry import REPORTS
from config.reports.shape import Report, Table, exported, heading
from config.reports.shown import shown_table
from exceptions_queue.queries import sheets
from exceptions_queue.views import Signed

VIEW = "config.view_reports"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@permission_required(VIEW, raise_exception=True)
def index(request: Signed) -> HttpResponse:
    """The reports that this person may open. The days asked for are kept on the way to each."""
    today = timezone.localdate()
    asked, complaint = period.read(request.GET, today)
    open_to = [report for report in REPORTS.values() if request.user.has_perm(report.permission)]
    listed = [(report, _address(report, asked)) for report in open_to]
    return render(request, "reports/index.html", {"reports": listed, **_range(asked, complaint, reverse("reports:index"))})


@require_GET
@permission_required(VIEW, raise_exception=True)
def report(request: Signed, key: str) -> HttpResponse:
    """One report, its figures beside those of as many days before. A range that makes no sense is said, and the usual one shown."""
    one = _report(request, key)
    asked, complaint = period.read(request.GET, timezone.localdate())
    answer, before = one.run(asked), one.run(asked.before)
    context = {
        "report": one,
        "figures": compare(answer.figures, before.figures),
        "tables": [shown_table(table, _files(one, table, asked), request.GET) for table in answer.tables],
        "before": asked.before.in_words,
        **_range(asked, complaint, reverse("reports:report", args=[one.key])),
    }
    return render(request, "reports/report.html", context)


@require_GET
@permission_required(VIEW, raise_exception=True)
def as_csv(request: Signed, key: str, table: str) -> HttpResponse | StreamingHttpResponse:
    """One table as CSV, line by line."""
    found = _asked_file(request, key, table)
    if isinstance(found, HttpResponse):
        return found
    one, asked = found
    answer = StreamingHttpResponse(sheets.lines(_heads(one), _lines(one)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{_file_name(key, one, asked)}.csv"'
    return answer


@require_GET
@permission_required(VIEW, raise_exception=True)
def as_xlsx(request: Signed, key: str, table: str) -> HttpResponse | FileResponse:
    """One table as a workbook; its rows go to the disk as they come."""
    found = _asked_file(request, key, table)
    if isinstance(found, HttpResponse):
        return found
    one, asked = found
    book = sheets.workbook(_heads(one), _lines(one), title=slugify(one.title))
    return FileResponse(book, as_attachment=True, filename=f"{_file_name(key, one, asked)}.xlsx", content_type=XLSX)


def _report(request: Signed, key: str) -> Report:
    if key not in REPORTS:
        raise Http404(f"There is no report {key}.")
    if not request.user.has_perm(REPORTS[key].permission):
        raise PermissionDenied
    return REPORTS[key]


def _asked_file(request: Signed, key: str, name: str) -> tuple[Table, Period] | HttpResponse:
    """The table with its days; a sentence instead of a file of other days than were asked for."""
    one = _report(request, key)
    asked, complaint = period.read(request.GET, timezone.localdate())
    if complaint:
        return HttpResponse(complaint, status=422, content_type="text/plain; charset=utf-8")
    tables = {table.key: table for table in one.run(asked).tables}
    if name not in tables:
        raise Http404(f"The report {key} has no table {name}.")
    return tables[name], asked


def _heads(table: Table) -> list[str]:
    return [heading(column) for column in table.columns]


def _lines(table: Table) -> Iterator[list[Any]]:
    for row in table.rows:
        yield [exported(value, column.unit) for value, column in zip(row.values, table.columns, strict=True)]


def _file_name(key: str, table: Table, asked: Period) -> str:
    return f"{key}-{table.key}-{asked.first:%Y-%m-%d}-{asked.last:%Y-%m-%d}"


def _address(report: Report, asked: Period) -> str:
    return f"{reverse('reports:report', args=[report.key])}?{urlencode(asked.asked())}"


def _files(report: Report, table: Table, asked: Period) -> dict[str, str]:
    where = {"csv": "reports:csv-export", "xlsx": "reports:xlsx-export"}
    return {kind: f"{reverse(name, args=[report.key, table.key])}?{urlencode(asked.asked())}" for kind, name in where.items()}


def _range(asked: Period, complaint: str, here: str) -> dict[str, Any]:
    """What the form of days needs: what is asked, what is wrong with it, and the ranges that are one click away."""
    ready = period.presets(timezone.localdate())
    presets = [(label, f"{here}?{urlencode(one.asked())}", one == asked) for label, one in ready.items()]
    return {"asked": asked, "complaint": complaint, "presets": presets, "days": asked.in_words}
