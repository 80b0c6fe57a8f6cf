"""What a write-off waits for, and what is wrong with one."""

from exceptions_queue.catalogue.kinds import Code
from exceptions_queue.reference.pages import Page

WRITING_OFF = {
    Code.BER_NEW: Page(
        means="A garment is to leave the books: ACS graded it beyond repair, shows it as ex-hired without a reason, or a colleague "
        "raised it. It went off sale at once; the journal is drafted and nothing is posted before it is approved.",
        do=(
            "Look at the photos, the grade and what a repair would cost.",
            "Approve it, query the grade with a question, or reject it with a reason.",
            "If you raised, valued or graded it yourself, a colleague must decide.",
        ),
        do_not=("Do not ask somebody to approve under your name: hand over by a delegation with dates.",),
        next="When it is approved, and approved a second time where that is needed, its journal is posted once and read back. "
        "When ACS grades the garment otherwise before that, the write-off is withdrawn by itself.",
    ),
    Code.BER_EVIDENCE: Page(
        means="Nobody can approve a write-off before its checklist is complete: a photo (more of a dear garment), the reason, its value "
        "and where the garment goes. A garment that never came back as a return needs a certificate or note in place of photos.",
        do=(
            "Open the write-off: the checklist names what lacks.",
            "Add the photo or the reason, or ask ACS for it.",
            "Say where the garment goes, with the certificate where there is one.",
        ),
        do_not=("Do not add a photo of another garment to get it through.",),
        next="With the last line of the checklist there, it waits for approval by itself.",
    ),
    Code.BER_COST: Page(
        means="The journal needs what the garment stands at in the books and whether it is stock, hire fleet or another's. That is not "
        "known, cannot be used, or no account of the ledger is set for it.",
        do=(
            "See if the garment or its SKU is missing from the last file of costs, and have it added.",
            "Or enter cost, depreciation and ledger class on the write-off, from the asset register.",
            "Where an account is missing, have finance set it.",
        ),
        do_not=(
            "Do not guess a value: an auditor will ask where it came from.",
            "Whoever enters a value cannot approve the write-off.",
        ),
        next="As soon as a journal can be drafted the case closes by itself.",
    ),
    Code.BER_OWNER: Page(
        means="The garment is consigned: it belongs to a brand or another owner. It is written off here so that it stays off sale, and "
        "no journal is ever posted for it.",
        do=(
            "Tell the owner what was found, with the photos.",
            "Claim from ACS where it was damaged in its care.",
            "Then approve the write-off: it ends without a journal.",
        ),
        do_not=("Do not change its ledger class to get it posted.",),
        next="With the approval, or a rejection, the case closes by itself.",
    ),
    Code.BER_STALE: Page(
        means="A write-off has waited for days, or the month it belongs to is about to end. What is not posted by then must be accrued.",
        do=(
            "Decide about it, or answer the question that is open.",
            "If its approver is away, use a delegation.",
            "If it cannot be decided in time, note it for the accrual.",
        ),
        do_not=("Do not reject it just to have the month clean.",),
        next="With the decision the case closes by itself.",
    ),
    Code.BER_REGRADED: Page(
        means="ACS graded the garment beyond repair, its write-off was posted or is on its way to the ledger, and now ACS grades it "
        "otherwise. The books and the garment no longer say the same. It stays off sale meanwhile.",
        do=(
            "Ask ACS which of the two grades is right.",
            "If it can be sold after all, reverse the write-off.",
            "If the new grade is a mistake, have ACS grade it beyond repair again.",
        ),
        do_not=("Do not put the garment back on sale while the ledger says that it is gone.",),
        next="When the write-off is reversed, or the grade is put right, the case closes by itself.",
    ),
}
