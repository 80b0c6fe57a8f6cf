"""Labels that could not be made."""

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
}
