"""What keeps a packed parcel from its collection."""

from exceptions_queue.catalogue.kinds import Code, Evidence, Fix, Kind, fault
from exceptions_queue.states import Owner

MANIFESTS = Fix("orders:manifests", "Open the manifests", takes="", fragment=False)
ORDER = Fix("orders:detail", "Open the order", fragment=False)


def _missed(evidence: Evidence) -> str:
    why = {
        "no_label": "It is picked and has no label.",
        "labelled": "It has a label and is on no closed manifest.",
        "pulled": "It was pulled from the manifest.",
    }.get(fault(evidence), "It is on no closed manifest.")
    on = str(evidence.get("collection", ""))
    return f"The order missed the collection{' of ' + on if on else ''}. {why}"


def _unmatched(evidence: Evidence) -> str:
    acs, inpost = str(evidence.get("acs") or "nothing"), str(evidence.get("inpost") or "nothing")
    said = f"ACS says: {acs}. InPost says: {inpost}."
    what = {
        "not_despatched": "The parcel is on a closed manifest, and ACS does not show it despatched.",
        "not_at_inpost": "The parcel is on a closed manifest, and InPost has never heard of it.",
        "gone_void": "The parcel is on its way, and its label is void here: it was replaced, or the order was to go to another locker.",
        "gone_without": "The parcel is on its way, and is on no closed manifest.",
    }.get(fault(evidence), "Manifest, ACS and InPost do not agree about the parcel.")
    return f"{what} {said}"


COLLECTIONS = (
    Kind(
        code=Code.MAN_MISSED,
        title="Order missed the collection",
        owner=Owner.WAREHOUSE,
        sentence=_missed,
        what_to_do="See that it makes the next collection",
        fixes=(MANIFESTS, ORDER),
        recheck="",
        closes_when="the order is on a closed manifest, is cancelled, or goes to the door",
        waivable_by=frozenset({Owner.WAREHOUSE}),
    ),
    Kind(
        code=Code.MAN_UNMATCHED,
        title="Manifest, ACS and InPost do not agree",
        owner=Owner.WAREHOUSE,
        sentence=_unmatched,
        what_to_do="Find the parcel",
        fixes=(MANIFESTS, ORDER),
        recheck="",
        closes_when="manifest, ACS and InPost agree",
        waivable_by=frozenset({Owner.WAREHOUSE}),
    ),
)
