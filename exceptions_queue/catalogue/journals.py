"""A journal that the ledger refused, may or may not have, or shows otherwise than it was approved."""

from exceptions_queue.catalogue.kinds import Code, Evidence, Fix, Kind, by_fault, fault, named
from exceptions_queue.states import Owner

WRITE_OFF = Fix("returns:write-off", "Open the write-off", takes="reference", fragment=False)
CONNECTION = Fix("partners:connections", "Look at the ledger's connection", takes="", fragment=False)
_REJECTED = {
    "closed": "The ledger refuses the journal: its books are closed over that day.",
    "account": "The ledger refuses the journal: it does not take one of its accounts.",
    "currency": "The ledger keeps its books in another currency, so nothing was posted.",
    "balance": "The journal's debits do not equal its credits, so it was not sent.",
    "too_often": "The journal was tried as often as it may be, and is tried no more: reject the write-off, and raise it anew.",
}
_MISMATCH = {
    "drafted": "The ledger wrote down something else than was approved, so the draft was not posted.",
    "missing": "The ledger no longer shows a journal that was posted.",
    "void": "A journal that was posted was made void in the ledger.",
    "unknown": "The ledger has a posted journal with a key of ours that nobody approved here.",
    "twice": "The ledger has a second posted journal under a key of ours.",
}


def _mismatch(evidence: Evidence) -> str:
    if fault(evidence) in ("shown", "changed"):
        when = "was posted" if fault(evidence) == "shown" else "was changed in the ledger afterwards"
        return f"A journal {when} and does not show what was approved: its {named(evidence.get('fields')) or 'content'} differs."
    return _MISMATCH.get(fault(evidence), "The ledger and our register disagree about a journal.")


JOURNALS = (
    Kind(
        code=Code.JRN_REJECTED,
        title="The ledger refused the journal",
        owner=Owner.FINANCE,
        sentence=by_fault(_REJECTED, "The ledger refuses the journal. Its own words stand at the write-off."),
        what_to_do="Put right what it names, and post again",
        fixes=(WRITE_OFF, CONNECTION),
        recheck="",
        closes_when="the journal, or the one that takes its place, is posted and read back, or its write-off is rejected",
        blocks="J",
    ),
    Kind(
        code=Code.JRN_UNKNOWN,
        title="We do not know whether the ledger has the journal",
        owner=Owner.INTEGRATION,
        sentence=lambda evidence: "The ledger's answer was lost, and looking the journal up has not settled it yet.",
        what_to_do="See that the ledger can be reached",
        fixes=(WRITE_OFF, CONNECTION),
        recheck="",
        closes_when="the journal is found, or is proved absent and posted anew",
        blocks="J",
    ),
    Kind(
        code=Code.JRN_MISMATCH,
        title="The ledger shows something else than was approved",
        owner=Owner.FINANCE,
        sentence=_mismatch,
        what_to_do="Compare both, then reverse or correct",
        fixes=(WRITE_OFF, CONNECTION),
        recheck="",
        closes_when="both show the same again",
        waivable_by=frozenset({Owner.FINANCE}),
        told_early=True,
    ),
)
