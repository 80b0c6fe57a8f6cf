"""Which conditions a write-off can be in, which moves are legal, and the words for grades, ledger classes and disposal routes."""

from django.db import models


class Grade(models.TextChoices):
    """ACS's grade in our words. UNKNOWN keeps the raw text and is never guessed from it."""

    UNGRADED = "ungraded", "Not graded yet"
    A = "a", "A: as new"
    B = "b", "B: used, sellable"
    C = "c", "C: worn"
    REPAIR = "repair", "Repair"
    CLEAN = "clean", "Clean"
    QUARANTINE = "quarantine", "Quarantine"
    BER = "ber", "Beyond economic repair"
    LOST = "lost", "Lost"
    UNKNOWN = "unknown", "Unmapped"


class LedgerClass(models.TextChoices):
    """Whose garment it is in the books, which decides the journal."""

    STOCK = "stock", "Stock for sale"
    HIRE_FLEET = "hire_fleet", "Hire fleet"
    CONSIGNED = "consigned", "Consigned: another owner's"


class Route(models.TextChoices):
    """Where a written-off garment goes."""

    DESTROYED = "destroyed", "Destroyed"
    RECYCLED = "recycled", "Recycled"
    SOLD = "sold", "Sold as scrap"
    DONATED = "donated", "Donated"
    RETURNED = "returned", "Returned to brand"


class Cause(models.TextChoices):
    """Why there is a write-off at all."""

    GRADED = "graded", "Graded beyond economic repair"
    EX_HIRED = "ex_hired", "Ex-hired without a reason"
    MANUAL = "manual", "Raised by a person"


class Method(models.TextChoices):
    """How a write-off reaches the ledger: never both for one garment."""

    JOURNAL = "journal", "Journal"
    STOCK_ADJUSTMENT = "stock_adjustment", "Stock adjustment"
    NONE = "none", "Nothing to post"


class WriteOffState(models.TextChoices):
    """Our decision. What the ledger shows is a fact and stands on the journal."""

    DRAFTED = "drafted", "Drafted"
    EVIDENCE_NEEDED = "evidence_needed", "Evidence needed"
    AWAITING_APPROVAL = "awaiting_approval", "Awaiting approval"
    AWAITING_SECOND = "awaiting_second", "Awaiting second approval"
    QUERIED = "queried", "Queried"
    REJECTED = "rejected", "Rejected"
    APPROVED = "approved", "Approved"
    POSTING = "posting", "Posting"
    POST_UNKNOWN = "post_unknown", "Posting: outcome unknown"
    POSTED = "posted", "Posted"
    VERIFIED = "verified", "Verified"
    REVERSED = "reversed", "Reversed"


_S = WriteOffState
# A consigned garment is approved and goes straight to VERIFIED: nothing of it is ever posted.
MOVES = {
    _S.DRAFTED: {_S.EVIDENCE_NEEDED, _S.AWAITING_APPROVAL, _S.REJECTED},
    _S.EVIDENCE_NEEDED: {_S.AWAITING_APPROVAL, _S.QUERIED, _S.REJECTED},
    _S.AWAITING_APPROVAL: {_S.EVIDENCE_NEEDED, _S.AWAITING_SECOND, _S.APPROVED, _S.QUERIED, _S.REJECTED},
    _S.AWAITING_SECOND: {_S.AWAITING_APPROVAL, _S.EVIDENCE_NEEDED, _S.APPROVED, _S.QUERIED, _S.REJECTED},
    _S.QUERIED: {_S.EVIDENCE_NEEDED, _S.AWAITING_APPROVAL, _S.REJECTED},
    _S.APPROVED: {_S.POSTING, _S.AWAITING_APPROVAL, _S.EVIDENCE_NEEDED, _S.QUERIED, _S.REJECTED, _S.VERIFIED},
    _S.POSTING: {_S.POSTED, _S.POST_UNKNOWN, _S.APPROVED},
    _S.POST_UNKNOWN: {_S.POSTED, _S.POSTING, _S.APPROVED},
    _S.POSTED: {_S.VERIFIED, _S.REVERSED},
    _S.VERIFIED: {_S.REVERSED},
}

WAITS_FOR_APPROVAL = (_S.AWAITING_APPROVAL, _S.AWAITING_SECOND)
BEFORE_APPROVAL = (_S.DRAFTED, _S.EVIDENCE_NEEDED, _S.QUERIED, *WAITS_FOR_APPROVAL)
IN_THE_AIR = (_S.POSTING, _S.POST_UNKNOWN)
IN_THE_LEDGER = (_S.POSTED, _S.VERIFIED)
ENDED = (_S.REJECTED, _S.REVERSED)


class JournalState(models.TextChoices):
    """How far one journal is on its way to the ledger and back."""

    DRAFTED = "drafted", "Drafted"
    SENDING = "sending", "On its way"
    UNKNOWN = "unknown", "Outcome unknown"
    REFUSED = "refused", "Refused by the ledger"
    POSTED = "posted", "Posted"
    VERIFIED = "verified", "Verified"
    DRIFTED = "drifted", "Changed in the ledger"
    DROPPED = "dropped", "Never posted; another took its place"


_J = JournalState
JOURNAL_MOVES = {
    _J.DRAFTED: {_J.SENDING, _J.DROPPED},
    _J.SENDING: {_J.UNKNOWN, _J.REFUSED, _J.POSTED, _J.DROPPED},
    _J.UNKNOWN: {_J.SENDING, _J.REFUSED, _J.POSTED, _J.DROPPED},
    _J.REFUSED: {_J.SENDING, _J.DRAFTED, _J.DROPPED},
    _J.POSTED: {_J.VERIFIED, _J.DRIFTED},
    _J.VERIFIED: {_J.DRIFTED},
    _J.DRIFTED: {_J.VERIFIED},
}


class RefundState(models.TextChoices):
    """A refund or credit note that a grade has made due."""

    PROPOSED = "proposed", "Proposed"
    AWAITING_SECOND = "awaiting_second", "Awaiting second approval"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    SENDING = "sending", "On its way"
    UNKNOWN = "unknown", "Outcome unknown"
    REFUSED = "refused", "Refused"
    DONE = "done", "Given"


_R = RefundState
REFUND_MOVES = {
    _R.PROPOSED: {_R.AWAITING_SECOND, _R.APPROVED, _R.DECLINED},
    _R.AWAITING_SECOND: {_R.APPROVED, _R.DECLINED, _R.PROPOSED},
    _R.APPROVED: {_R.SENDING, _R.DECLINED, _R.PROPOSED},
    _R.SENDING: {_R.UNKNOWN, _R.REFUSED, _R.DONE},
    _R.UNKNOWN: {_R.SENDING, _R.REFUSED, _R.DONE},
    _R.REFUSED: {_R.AWAITING_SECOND, _R.APPROVED, _R.DECLINED},
    _R.DECLINED: {_R.PROPOSED},
}
REFUND_WAITS = (_R.PROPOSED, _R.AWAITING_SECOND, _R.REFUSED)
REFUND_UNSENT = (*REFUND_WAITS, _R.APPROVED)
REFUND_IN_THE_AIR = (_R.SENDING, _R.UNKNOWN)
REFUND_SAID = (_R.APPROVED, *REFUND_IN_THE_AIR, _R.DONE)  # somebody has said that the money goes back
