"""Labels that could not be made, and labels that grow old."""

from exceptions_queue.catalogue.kinds import Code, Evidence, Fix, Kind, fault
from exceptions_queue.states import Owner

_THEN = {
    "reconnect": "No label can be made until the access to InPost is renewed.",
    "try_again": "The parcel cannot leave without it.",
    "fix_first": "Put that right first, then try again.",
    "unknown": "InPost has something under our key: ask InPost before anybody makes another.",
}


def _failed(evidence: Evidence) -> str:
    reasons = evidence.get("reasons")
    said = str(reasons[0]) if isinstance(reasons, list) and reasons else ""
    return f"InPost made no label. {said + ' ' if said else ''}{_THEN.get(fault(evidence), _THEN['try_again'])}"


def _expiring(evidence: Evidence) -> str:
    made, days = evidence.get("made"), evidence.get("days")
    said = f"The label was made on {made} and InPost has not seen the parcel yet." if made else "The label is old and unused."
    return f"{said} After {days} working days InPost may refuse it." if days else f"{said} InPost may refuse it."


LABELS = (
    Kind(
        code=Code.LBL_FAILED,
        title="Label could not be made",
        blocks="M",
        owner=Owner.WAREHOUSE,
        sentence=_failed,
        what_to_do="Put right what InPost names, then try again",
        fixes=(
            Fix("lockers:labels", "Open the labels", takes="", fragment=False),
            Fix("orders:detail", "Open the order", fragment=False),
        ),
        recheck="",
        closes_when="the label exists",
    ),
    Kind(
        code=Code.LBL_EXPIRING,
        title="Label will be too old before it is used",
        owner=Owner.WAREHOUSE,
        sentence=_expiring,
        what_to_do="Put the parcel on the next manifest, or replace its label",
        fixes=(
            Fix("lockers:labels", "Open the labels", takes="", fragment=False),
            Fix("orders:detail", "Open the order", fragment=False),
        ),
        recheck="",
        waivable_by=frozenset({Owner.WAREHOUSE}),
        closes_when="InPost scans the parcel, it is on a closed manifest, or its label is replaced",
    ),
)
