"""The operational reference: for every code what it means, what to do, what not to do, and what happens next."""

from exceptions_queue.catalogue.kinds import Code
from exceptions_queue.reference.carriage import CARRIAGE
from exceptions_queue.reference.contact import CONTACT
from exceptions_queue.reference.journals import JOURNALS
from exceptions_queue.reference.labels import LABELS
from exceptions_queue.reference.manifests import COLLECTIONS
from exceptions_queue.reference.pages import Page
from exceptions_queue.reference.parcels import PARCELS
from exceptions_queue.reference.publishing import PUBLISHING
from exceptions_queue.reference.returned import RETURNED
from exceptions_queue.reference.selling import SELLING
from exceptions_queue.reference.sending import SENDING
from exceptions_queue.reference.stock import STOCK
from exceptions_queue.reference.waiting import WAITING
from exceptions_queue.reference.writing_off import WRITING_OFF

REFERENCE: dict[Code, Page] = {
    **CONTACT,
    **PARCELS,
    **SENDING,
    **WAITING,
    **LABELS,
    **COLLECTIONS,
    **CARRIAGE,
    **STOCK,
    **SELLING,
    **PUBLISHING,
    **WRITING_OFF,
    **RETURNED,
    **JOURNALS,
}

__all__ = ["REFERENCE", "Page"]
