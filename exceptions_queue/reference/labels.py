"""Labels that could not be made, and labels that grow old."""

from exceptions_queue.catalogue.kinds import Code
from exceptions_queue.reference.pages import Page

LABELS = {
    Code.LBL_FAILED: Page(
        means="ACS has picked the order, and InPost was asked for a label and gave none. The parcel stands at ACS and cannot go on "
        "the collection. The case says in plain words what InPost objected to.",
        do=(
            "If a field is named, open the order and put it right; another desk may have to.",
            "Open the labels and try again: one order, or all that failed for the same reason.",
            "If the access is refused, tell an integration admin: every label fails until it is renewed.",
        ),
        do_not=(
            "Do not make a label in another system: the order would have two parcels.",
            "Do not try again and again without changing what InPost named: it will say no again.",
        ),
        next="When the label exists, the case closes by itself. What could not be tried yet is tried again by itself.",
    ),
    Code.LBL_EXPIRING: Page(
        means="The parcel has had its label for some working days, and it is neither on a closed manifest nor has InPost scanned it. "
        "It stands somewhere, and a label that is too old may be refused by the courier or the network.",
        do=(
            "Ask ACS where the parcel is, and put it on the next manifest.",
            "If the label is damaged or InPost refuses it, replace it on the label's page: ACS is told of the new one.",
            "If the parcel left without a manifest, ask the courier: its first scan closes this case.",
        ),
        do_not=(
            "Do not print the old label again to make it younger: its age counts from the day it was made.",
            "Do not replace the label of a parcel that has left: it would travel with a number that nobody follows.",
        ),
        next="InPost's first scan, a closed manifest or a new label closes the case by itself.",
    ),
}
