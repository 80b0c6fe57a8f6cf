"""What keeps a packed parcel from its collection."""

from exceptions_queue.catalogue.kinds import Code
from exceptions_queue.reference.pages import Page

COLLECTIONS = {
    Code.MAN_MISSED: Page(
        means="At the cut-off the order was picked or packed, and its parcel was on no closed manifest. The customer waits a day longer. "
        "What stood where at that minute is kept with the manifest.",
        do=(
            "Open the manifests: the parcel stands there with what stops it.",
            "Put that right, or tell the desk that can, well before the next cut-off.",
            "If a day was promised, ask CX to tell the customer.",
        ),
        do_not=("Do not hand a parcel to the driver that is not on the sheet: nobody could prove that it left.",),
        next="With the order on a closed manifest the case closes by itself, also when that manifest is closed a little late.",
    ),
    Code.MAN_UNMATCHED: Page(
        means="Three parties should say the same of a parcel that left, and they do not: the manifest, ACS and InPost. The case names "
        "what ACS and InPost say.",
        do=(
            "On the manifest and not despatched at ACS: look whether the parcel still stands in the cage. Reopen the manifest if it does.",
            "On the manifest and unknown to InPost: compare the number on the label with the sheet.",
            "On its way without a manifest: ask who handed it over, and write it down.",
        ),
        do_not=("Do not send the goods again before the parcel has been looked for.",),
        next="When all three agree the case closes by itself, at the next comparison.",
    ),
}
