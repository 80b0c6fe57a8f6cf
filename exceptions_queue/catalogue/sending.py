"""What can go wrong on the way to ACS, and with the lines to our partners. None of these waits for the customer."""

from exceptions_queue.catalogue.contact import CANCEL
from exceptions_queue.catalogue.kinds import Code, Evidence, Fix, Kind, always, fault, named
from exceptions_queue.states import Owner

CONNECTIONS = Fix("partners:connections", "Open the connections", takes="", fragment=False)
RESEND = Fix("orders:resend", "Send it again")
ADMIN = frozenset({Owner.INTEGRATION})

_FEEDS = {"inpost.points": "InPost's locker list", "store.orders": "The shop's order feed", "acs.orders": "ACS's status feed"}
_PARTNERS = {"acs": "ACS", "inpost": "InPost", "points": "InPost's locker list", "store": "The shop"}


def _partner(evidence: Evidence) -> str:
    name = str(evidence.get("partner", ""))
    return _PARTNERS.get(name, name or "A partner")


def _rejected(evidence: Evidence) -> str:
    fields = named(evidence.get("fields"))
    return f"ACS refused the order{' because of ' + fields if fields else ''}. Nothing will be picked until it is sent again."


def _unconfirmed(evidence: Evidence) -> str:
    if fault(evidence) == "elsewhere":
        return f"ACS was asked to send the parcel to locker {named(evidence.get('locker'))} and does not show that locker."
    if fault(evidence) == "lost":
        return f"{_both(evidence)} It had the order, and does not show it any more."
    if fault(evidence) == "differs":
        fields = named(evidence.get("fields"))
        return f"ACS shows this order with {'other ' + fields if fields else 'other content'} than we sent."
    return "We sent this order to ACS and cannot see it there."


def _both(evidence: Evidence) -> str:
    shop, acs = (named(evidence.get(who)) or "nothing" for who in ("shop", "acs"))
    return f"The shop says: {shop}. ACS says: {acs}."


def _alive(evidence: Evidence) -> str:
    return f"The order is cancelled here, and ACS goes on with it. {_both(evidence)}"


def _stranger(evidence: Evidence) -> str:
    if fault(evidence) == "not_sent":
        return "ACS names this order in its progress file, and it was never sent from here."
    where = "ACS has picked a garment for" if fault(evidence) == "garment" else "ACS names"
    return f"{where} an order that neither the shop nor Lockstep knows."


def _stuck(evidence: Evidence) -> str:
    status = str(evidence.get("status", "")).replace("_", " ")
    return f"Nothing has moved at ACS{' since ' + status if status else ''} for longer than that step should take."


_EDITED = {
    "amending": "ACS is asked to change it.",
    "refused": "ACS did not take the change.",
    "edited": "ACS has not begun.",
}


def _edited(evidence: Evidence) -> str:
    done = str(evidence.get("done") or "ACS goes on with it")
    said = _CANCELLED.get(fault(evidence))
    if said is not None:
        return said.format(done)
    what = named(evidence.get("fields")) or "something"
    too_late = f"Too late to change it there: {done}." if fault(evidence) == "begun" else ""
    return f"The shop changed {what} after ACS had the order. {too_late or _EDITED.get(fault(evidence), '')}".strip()


_CANCELLED = {
    "cancelled": "The shop cancelled the order after ACS had it.",
    "recalling": "The order is to be stopped, and ACS is asked to.",
    "too_late": "The order was to be stopped. Too late: {}.",
    "let_go": "The order was to be stopped, and a person lets it go: {}.",
}


def _suspect(evidence: Evidence) -> str:
    name = named(evidence.get("feed"))
    feed = _FEEDS.get(name, f"The feed {name}" if name else "A feed")
    why = {
        "empty": "it was empty",
        "short": "it was much shorter than usual",
        "long": "it was much longer than usual",
        "older": "it is older than the one before",
        "rejected": "too many of its records could not be read",
        "gone": "it would take away more than a fifth of what we know",
    }.get(fault(evidence), "it looks wrong")
    return f"{feed} was held because {why}. Nothing of it has been used."


SENDING = (
    Kind(
        code=Code.VAL_EDITED,
        title="Order was changed after we released it",
        blocks="M",
        owner=Owner.CX,
        sentence=_edited,
        what_to_do="Have ACS change it, stop it, or let it go",
        fixes=(
            Fix("orders:amend", "Ask ACS to change it"),
            Fix("orders:accept-as-sent", "Let it go as ACS has it"),
            Fix("orders:recall", "Ask ACS to stop it", danger=True),
        ),
        closes_when="ACS shows the order as the shop has it, has stopped it, or a person has let it go",
    ),
    Kind(
        code=Code.ORD_REJECTED,
        title="ACS refused the order",
        blocks="R",
        owner=Owner.INTEGRATION,
        sentence=_rejected,
        what_to_do="Put the reason right and send it again",
        fixes=(RESEND, CANCEL),
        closes_when="ACS has accepted the order and shows it",
    ),
    Kind(
        code=Code.ORD_UNCONFIRMED,
        title="We sent it but cannot see it at ACS",
        blocks_where={"elsewhere": "M"},  # its parcel would go to a locker that somebody decided against
        owner=Owner.INTEGRATION,
        sentence=_unconfirmed,
        what_to_do="Compare with ACS, then send it again",
        fixes=(RESEND,),
        closes_when="ACS shows the order exactly as we sent it",
        waivable_by=ADMIN,
    ),
    Kind(
        code=Code.ORD_STUCK,
        title="No movement at ACS",
        owner=Owner.WAREHOUSE,
        sentence=_stuck,
        what_to_do="Chase ACS",
        closes_when="ACS reports the next status",
        waivable_by=frozenset({Owner.WAREHOUSE}),
    ),
    Kind(
        code=Code.ORD_NEVER_SENT,
        title="Paid order not on its way",
        owner=Owner.INTEGRATION,
        sentence=always("Paid more than 15 minutes ago, and neither held, released nor left out by a rule."),
        what_to_do="Check it again",
        fixes=(Fix("orders:recheck", "Check it again"),),
        closes_when="the order is held, released, excluded or cancelled",
        waivable_by=ADMIN,
    ),
    Kind(
        code=Code.ORD_STRANGER,
        title="ACS has an order that it was not sent",
        owner=Owner.INTEGRATION,
        sentence=_stranger,
        what_to_do="Find out where ACS has it from",
        fixes=(Fix("orders:reconcile", "Open what differs", takes="", fragment=False),),
        recheck="",
        closes_when="the shop's order is here and at ACS, or ACS does not name it any more",
        waivable_by=ADMIN,
    ),
    Kind(
        code=Code.ORD_ALIVE,
        title="Cancelled here, and ACS goes on with it",
        owner=Owner.CX,
        sentence=_alive,
        what_to_do="Ring ACS and have it stopped",
        fixes=(Fix("orders:detail", "Open the order", fragment=False),),
        recheck="",
        closes_when="ACS shows the order as cancelled, or does not have it any more",
        waivable_by=frozenset({Owner.CX}),
        told_early=True,
    ),
    Kind(
        code=Code.LOC_STALE,
        title="Locker information is out of date",
        owner=Owner.INTEGRATION,
        sentence=always("InPost's locker list is out of date here: orders go on by the last good one."),
        what_to_do="Look at the feed",
        fixes=(Fix("partners:sync", "Open sync health", takes="", fragment=False),),
        recheck="",
        closes_when="a fresh locker list has been applied",
        waivable_by=ADMIN,
    ),
    Kind(
        code=Code.FEED_SUSPECT,
        title="A feed looks wrong and was held",
        owner=Owner.INTEGRATION,
        sentence=_suspect,
        what_to_do="Accept it with a reason, or wait for a good one",
        fixes=(Fix("partners:run", "Open the held run", takes="run", fragment=False),),
        recheck="",
        closes_when="the feed is accepted with a reason, or a good one has been applied",
        waivable_by=ADMIN,
    ),
    Kind(
        code=Code.INT_AUTH,
        title="A connection has been refused",
        owner=Owner.INTEGRATION,
        sentence=lambda evidence: f"{_partner(evidence)} refuses our credentials: everything for it waits.",
        what_to_do="Renew the credentials and test",
        fixes=(CONNECTIONS,),
        recheck="",
        closes_when="a call with the new credentials succeeds",
        waivable_by=ADMIN,
    ),
    Kind(
        code=Code.INT_DOWN,
        title="A partner system is not answering",
        owner=Owner.INTEGRATION,
        sentence=lambda evidence: f"{_partner(evidence)} is not answering. What is meant for it waits and goes by itself afterwards.",
        what_to_do="Wait, or declare an incident",
        fixes=(CONNECTIONS,),
        recheck="",
        closes_when="the partner answers again",
        waivable_by=ADMIN,
    ),
)
