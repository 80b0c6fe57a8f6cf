"""Rows as CSV that any spreadsheet opens and none runs: streamed line by line, whatever people typed."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

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


def cell(value: Any) -> str:
    """Text that no spreadsheet runs, on one line, read in the direction it was written."""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return f"{value:.2f}"
    text = "" if value is None else str(value).replace("\r\n", " ").translate(_LINES).translate(_DIRECTIONS)
    return f"'{text}" if text.lstrip().startswith(_FORMULAS) else text
