"""What the shop sold, or offers, and ACS cannot send."""

from exceptions_queue.catalogue.kinds import Code
from exceptions_queue.reference.pages import Page

SELLING: dict[Code, Page] = {}
