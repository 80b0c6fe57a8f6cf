"""What can be wrong with the garments that ACS says it holds, and with the file in which it says so."""

from exceptions_queue.catalogue.kinds import Kind

STOCK: tuple[Kind, ...] = ()
