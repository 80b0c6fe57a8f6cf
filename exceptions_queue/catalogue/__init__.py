"""Every kind of exception: code, title, sentence, what it blocks, who acts first, how it is put right, when it closes.

The evidence a room hands in names the field and the fault class (`field`, `fault`) and plain identifiers (`locker`, `skus`,
`method`, `other`, `run`, `fields`), never a personal value. A sentence never fails on evidence it does not know.
"""

from exceptions_queue.catalogue.carriage import CARRIAGE
from exceptions_queue.catalogue.contact import CONTACT
from exceptions_queue.catalogue.journals import JOURNALS
from exceptions_queue.catalogue.kinds import Code, Evidence, Fix, Kind
from exceptions_queue.catalogue.labels import LABELS
from exceptions_queue.catalogue.manifests import COLLECTIONS
from exceptions_queue.catalogue.parcels import PARCELS
from exceptions_queue.catalogue.publishing import PUBLISHING
from exceptions_queue.catalogue.returned import RETURNED
from exceptions_queue.catalogue.selling import SELLING
from exceptions_queue.catalogue.sending import SENDING
from exceptions_queue.catalogue.stock import STOCK
from exceptions_queue.catalogue.waiting import WAITING
from exceptions_queue.catalogue.writing_off import WRITING_OFF

_KINDS = (
    *CONTACT,
    *PARCELS,
    *SENDING,
    *WAITING,
    *LABELS,
    *COLLECTIONS,
    *CARRIAGE,
    *STOCK,
    *SELLING,
    *PUBLISHING,
    *RETURNED,
    *WRITING_OFF,
    *JOURNALS,
)
CATALOGUE: dict[str, Kind] = {kind.code: kind for kind in _KINDS}

__all__ = ["CATALOGUE", "Code", "Evidence", "Fix", "Kind", "sentence"]


def sentence(code: str, evidence: Evidence) -> str:
    """What is wrong, in plain English. A code of an older release, no longer in the catalogue, shows itself."""
    kind = CATALOGUE.get(code)
    return kind.sentence(evidence) if kind else f"{code} (no longer checked)"
