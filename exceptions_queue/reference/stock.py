"""ACS's stock file, and the garments in it."""

from exceptions_queue.catalogue.kinds import Code
from exceptions_queue.reference.pages import Page

STOCK: dict[Code, Page] = {}
