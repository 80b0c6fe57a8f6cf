"""The way to ACS, the feeds and the lines to our partners."""

from exceptions_queue.catalogue.kinds import Code
from exceptions_queue.reference.pages import Page

SENDING = {
    Code.VAL_EDITED: Page(
        means="The shop changed or cancelled this order after ACS had it. ACS works by what it was told: it does not look at the shop. "
        "The case says what changed and how far ACS is. A cancelled order is recalled by Lockstep itself, once.",
        do=(
            "If ACS has not begun, have ACS change the order. Lockstep reads it back and closes the case when it agrees.",
            "If the customer no longer wants it, have ACS stop it. Refund it in the shop.",
            "If it is too late, tell the customer what will arrive and where, then let the order go and say why.",
            "If it must not leave at any price, ring ACS: only they can take a parcel out of the day's work.",
        ),
        do_not=(
            "Do not change the order in the shop again to undo a change ACS never saw, unless the customer wants it so.",
            "Do not take ACS's yes for an answer: it says yes also to what it then ignores. Wait for the read-back.",
        ),
        next="The case closes by itself when ACS shows the order as the shop has it, when ACS has cancelled it, or when the shop's change "
        "is taken back. An order that was to be stopped and was let go keeps its case until ACS says that it left.",
    ),
    Code.ORD_REJECTED: Page(
        means="ACS looked at the order and refused it. Nothing is being picked.",
        do=(
            "Read which fields ACS names.",
            "Put them right at their owner: contact data here, a SKU with merchandising, a service in the mappings.",
            "Send it again.",
        ),
        do_not=("Do not send it again unchanged: ACS will refuse it again.",),
        next="When ACS accepts the order and shows it, the case closes by itself.",
    ),
    Code.ORD_UNCONFIRMED: Page(
        means="We sent the order, and ACS either does not show it or shows other content than we sent. It may have "
        "had it and lost it. It may or may not be picked.",
        do=(
            "Compare what we sent with what ACS shows, on the order's page.",
            "If ACS does not have it, send it again: the same number can never make a second order.",
            "If ACS has other content, ask ACS which one the warehouse works by.",
            "If ACS does not show another locker that it was asked for, send it again, or choose the old one once more.",
        ),
        do_not=("Do not place the order at ACS by hand under another number: it would be sent twice.",),
        next="When ACS shows the order exactly as we sent it, the case closes by itself.",
    ),
    Code.ORD_STUCK: Page(
        means="The order has been in one ACS status for longer than that step should take.",
        do=(
            "Write to ACS with the order number, the status and since when: all three are on the order's page.",
            "Put the case aside until the time ACS promises.",
        ),
        do_not=("Do not cancel here: the warehouse would not hear of it. Ask ACS to stop it first.",),
        next="When ACS reports the next status, the case closes by itself.",
    ),
    Code.ORD_NEVER_SENT: Page(
        means="The order is paid for more than 15 minutes, and it is neither held, released, left out by a rule, nor in another "
        "case. That should not happen: this check exists so that no order is forgotten.",
        do=(
            "Check it again with the button. Most often it then goes or shows a case.",
            "If it comes back, look at the connections and the background jobs: something is not running.",
        ),
        do_not=("Do not waive it to clear the list.",),
        next="As soon as the order is held, released, excluded or cancelled, the case closes by itself.",
    ),
    Code.ORD_STRANGER: Page(
        means="ACS works on an order that it does not have from us: it stands in ACS's progress file, or a garment was picked for it. "
        "Either nobody here knows the number at all, or the order was never sent from here.",
        do=(
            "Look the number up in the shop. If it is there, read the shop's orders again from its day on.",
            "If it is not there, ask ACS who sent it, and to stop it meanwhile.",
            "If it is here and was held or cancelled, ask ACS to stop it until it is sent.",
            "If only the writing of the number differs, have ACS write it as the shop does.",
        ),
        do_not=("Do not make an order of that number in the shop to have it quiet.",),
        next="When the shop's order is here, or ACS does not name it for two weeks, the case closes by itself.",
    ),
    Code.ORD_ALIVE: Page(
        means="The order was cancelled here, so nothing is checked about it any more and its money may be on its way back. ACS was sent it "
        "once and goes on with it. The case says what each of the two says.",
        do=(
            "Ring ACS with the number and have it stopped: only they can take it out of the day's work.",
            "If it has left, tell the customer, and have the parcel turned or returned.",
            "If the customer is to have it after all, ask the shop for a new order, and ACS to keep this parcel for it.",
        ),
        do_not=("Do not take the case for an echo: ACS was asked after the order was cancelled here.",),
        next="ACS is asked every five minutes while the case stands. When it shows the order as cancelled the case closes by itself.",
    ),
    Code.LOC_STALE: Page(
        means="InPost's locker list has not been read well for longer than its limit. Orders go on by the last good list; none is "
        "called invalid for it.",
        do=(
            "Open sync health and read why the last runs failed.",
            "If InPost is down, wait. Otherwise run the feed by hand.",
        ),
        do_not=("Do not hold orders because of it.",),
        next="With a fresh list applied the case closes by itself, and open orders are checked against it.",
    ),
    Code.FEED_SUSPECT: Page(
        means="A partner sent a file or list that does not look right: empty, far shorter or longer than usual, older than the one "
        "before, or full of records that cannot be read. It was kept, and nothing of it was used.",
        do=(
            "Open the held run: it shows what was counted and what is usual.",
            "Ask the partner whether it is right.",
            "Accept it with a reason, or wait for a good one.",
        ),
        do_not=("Do not accept it to make the warning go away: a half list would call thousands of lockers gone.",),
        next="Accepted, it is applied at once. A later good one closes the case by itself.",
    ),
    Code.INT_AUTH: Page(
        means="A partner refuses our name and password, or our token. Everything meant for it waits; nothing is lost.",
        do=(
            "Ask the partner for new credentials, or look whether they have expired.",
            "Enter them in the settings of the installation, restart, and test the connection.",
        ),
        do_not=("Do not send credentials by e-mail or paste them into a note.",),
        next="The first call that succeeds closes the case, and what waited goes by itself.",
    ),
    Code.INT_DOWN: Page(
        means="A partner's system does not answer. Lockstep asks once a minute and keeps everything that is meant for it.",
        do=(
            "Look at the partner's status page, or ring them.",
            "If a cut-off is near, tell the warehouse what will come late.",
        ),
        do_not=("Do not send anything by another way: it would arrive twice.",),
        next="When the partner answers again, the case closes and what waited goes by itself, oldest first.",
    ),
}
