"""The way of a collection: its steps with their counts, the rows of each, what is stuck by name, and the sheet."""

from orders.queries.manifests.rows import Row, of_manifest, rows, size_in_words, stuck
from orders.queries.manifests.shown import Shown, shown
from orders.queries.manifests.steps import SHOWN, SHOWS, Column, columns, parcels, sheet, to_label
from orders.queries.manifests.stops import Reason, pulls, reasons, stops

__all__ = [
    "SHOWN",
    "SHOWS",
    "Column",
    "Reason",
    "Row",
    "Shown",
    "columns",
    "of_manifest",
    "parcels",
    "pulls",
    "reasons",
    "rows",
    "sheet",
    "shown",
    "size_in_words",
    "stops",
    "stuck",
    "to_label",
]
