"""Rows as CSV or XLSX that any spreadsheet opens and none runs: written line by line, whatever people typed."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO, Any

import xlsxwriter
from django.utils import timezone

# A cell that begins so is a formula to some spreadsheet; the wide forms are folded to the plain ones by others.
_FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
# Marks that turn the direction of text: with them a cell reads as something it is not.
_DIRECTIONS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_LINES = str.maketrans({"\r": " ", "\n": " ", "\t": " ", "\x00": " ", "\u2028": " ", "\u2029": " "})


class _Echo:
    """A file that gives back what is written, so that the CSV writer can feed a stream."""

    def write(self, line: str) -> str:
        return line


def lines(head: Sequence[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The lines of a CSV file, its head first."""
    writer = csv.writer(_Echo())
    yield writer.writerow(head)
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def workbook(head: Sequence[str], rows: Iterable[Iterable[Any]], *, title: str) -> IO[bytes]:
    """The same as an XLSX file of one sheet, ready to be read; each row goes to the disk as it comes, so memory stays flat."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer that sends it closes it
    with xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet, bold = book.add_worksheet(title[:31]), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(head):
            sheet.write_string(0, column, name, bold)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                sheet.write(number, column, value) if _is_number(value) else sheet.write_string(number, column, cell(value))
    file.seek(0)
    return file


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def cell(value: Any) -> str:
    """Text that no spreadsheet runs, on one line, read in the direction it was written."""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return f"{value:.2f}"
    if _is_number(value):
        return str(value)  # a minus in front of a number makes no formula
    text = "" if value is None else str(value).replace("\r\n", " ").translate(_LINES).translate(_DIRECTIONS)
    return f"'{text}" if text.lstrip().startswith(_FORMULAS) else text
