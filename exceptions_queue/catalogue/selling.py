"""What the shop may have sold, or offers, that ACS cannot send."""

from exceptions_queue.catalogue.kinds import Kind

SELLING: tuple[Kind, ...] = ()
