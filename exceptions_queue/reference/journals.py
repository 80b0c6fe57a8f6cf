"""Journals that the ledger refused, may or may not have, or shows otherwise than they were approved."""

from exceptions_queue.catalogue.kinds import Code
from exceptions_queue.reference.pages import Page

JOURNALS = {
    Code.JRN_REJECTED: Page(
        means="An approved write-off was to be posted and the ledger said no. Nothing of it is in the ledger; the write-off stands at "
        "approved.",
        do=(
            "Read the ledger's own words at the write-off: they name the account, the day or the amount.",
            "An account: choose another for the purpose. The write-off is drafted anew and approved anew, then posts by itself.",
            "A closed period: Lockstep has already tried the first open day. Ask finance to open the period or to correct the lock date.",
            "Something that was wrong in the ledger and is right now: post again from the write-off.",
        ),
        do_not=(
            "Do not enter the journal in the ledger by hand: it would stand there twice as soon as ours is posted.",
            "Do not open a closed period for one garment without finance's word.",
        ),
        next="Once a journal of the write-off is posted and read back, the case closes by itself.",
    ),
    Code.JRN_UNKNOWN: Page(
        means="The line broke while a journal was being sent. The ledger may have it or not. Nothing is sent again before that is known: "
        "after a minute the ledger is asked for our key, and whatever it shows decides.",
        do=(
            "Look whether the ledger's connection works, and test it. The look-up goes on by itself as soon as it answers.",
            "If it lasts, search the ledger for the key yourself, and tell the ledger's support the time of the call.",
        ),
        do_not=(
            "Do not post the journal by hand.",
            "Do not delete a draft that carries our key: the look-up drops what is too much.",
        ),
        next="Found: it is posted if it was only a draft, and read back. Not found: it is drafted anew. Either closes the case.",
    ),
    Code.JRN_MISMATCH: Page(
        means="What the ledger shows and what was approved here are not the same: another amount, account or day, a journal that is gone "
        "or void, a second one under one key, or one that carries a key of ours and was never approved here.",
        do=(
            "Open the journal in the ledger by its number and see who changed it, and when.",
            "Changed by mistake: put it back there. The next comparison closes the case.",
            "Right in the ledger and wrong here: reverse the write-off and raise it anew, so that both tell the same story.",
            "A second or unknown journal: void it in the ledger, with the reason in its history.",
        ),
        do_not=(
            "Do not sign off the month while the case is open.",
            "Do not change a journal in the ledger to make the numbers agree: reversals leave a trail, edits do not.",
        ),
        next="Both sides are compared after each posting and every night, by key and by what they say in money. When they agree the case "
        "closes by itself.",
    ),
}
