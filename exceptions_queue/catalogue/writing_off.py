"""What a write-off waits for, and what is wrong with one."""

from exceptions_queue.catalogue.kinds import Code, Evidence, Fix, Kind, always, by_fault, fault, named
from exceptions_queue.states import Owner

WRITE_OFF = Fix("returns:write-off", "Open the write-off", takes="reference", fragment=False)


def _lacks(evidence: Evidence) -> str:
    lacking = named(evidence.get("lacks"), most=5)
    return f"The write-off cannot be approved: it lacks {lacking or 'evidence'}."


def _regraded(evidence: Evidence) -> str:
    to = str(evidence.get("grade") or "another grade")
    where = "is on its way to the ledger" if fault(evidence) == "in_the_air" else "stands in the ledger"
    return f"The garment was graded again, as “{to}”, and its write-off {where}."


WRITING_OFF = (
    Kind(
        code=Code.BER_NEW,
        title="Garment graded beyond repair: decision needed",
        owner=Owner.FINANCE,
        sentence=by_fault(
            {
                "graded": "ACS graded the garment beyond economic repair. It is off sale, and its write-off waits for a decision.",
                "ex_hired": "ACS shows the garment as ex-hired without a reason. It is off sale, and its write-off waits for a decision.",
                "manual": "A colleague raised a write-off of the garment. It is off sale, and the write-off waits for a decision.",
                "second": "The write-off has its first approval and waits for the second.",
            },
            "A write-off of the garment waits for a decision.",
        ),
        what_to_do="Approve, query or reject it",
        blocks="S",
        fixes=(WRITE_OFF,),
        recheck="",
        closes_when="the write-off is approved or rejected, or the garment is graded otherwise",
    ),
    Kind(
        code=Code.BER_EVIDENCE,
        title="Write-off lacks evidence",
        owner=Owner.WAREHOUSE,
        sentence=_lacks,
        what_to_do="Add what lacks, or ask ACS for it",
        blocks="J",
        fixes=(WRITE_OFF,),
        recheck="",
        closes_when="nothing on its checklist lacks any more",
    ),
    Kind(
        code=Code.BER_COST,
        title="No book value for this garment",
        owner=Owner.FINANCE,
        sentence=by_fault(
            {
                "unknown": "Nobody has said what the garment stands at in the books.",
                "zero": "The garment stands at nothing in the books, so there is nothing to write off.",
                "negative": "The value that is entered for the garment is below nothing.",
                "depreciation": "The garment is depreciated by more than its cost.",
                "account": "No account of the ledger is set for a line of its journal.",
            },
            "The value of the garment cannot be used for a journal.",
        ),
        what_to_do="Enter its cost and ledger class, with their source",
        blocks="J",
        fixes=(WRITE_OFF,),
        recheck="",
        closes_when="a journal can be drafted from its value",
    ),
    Kind(
        code=Code.BER_OWNER,
        title="Garment is not ours to write off",
        owner=Owner.FINANCE,
        sentence=always("The garment belongs to somebody else: its write-off is decided here and never posted."),
        what_to_do="Tell the owner, and claim from ACS where it is liable",
        blocks="J",
        fixes=(WRITE_OFF,),
        recheck="",
        closes_when="the write-off is approved without a journal, or rejected",
    ),
    Kind(
        code=Code.BER_STALE,
        title="Write-off waits too long",
        owner=Owner.FINANCE,
        sentence=by_fault(
            {"month_end": "The month it belongs to is about to end, and nobody has decided about the write-off."},
            "Nobody has decided about the write-off for days.",
        ),
        what_to_do="Decide, hand over to a colleague, or accrue it",
        fixes=(WRITE_OFF,),
        recheck="",
        waivable_by=frozenset({Owner.FINANCE}),
        closes_when="the write-off is decided",
    ),
    Kind(
        code=Code.BER_REGRADED,
        title="Graded otherwise after its write-off was posted",
        owner=Owner.FINANCE,
        sentence=_regraded,
        what_to_do="Reverse the write-off, or have the grade put right",
        fixes=(WRITE_OFF,),
        recheck="",
        waivable_by=frozenset({Owner.FINANCE}),
        closes_when="the write-off is reversed, or the garment is graded beyond repair again",
    ),
)
