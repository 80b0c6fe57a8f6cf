"""What can go wrong between the courier and the customer's hands."""

from exceptions_queue.catalogue.kinds import Code, Evidence, Fix, Kind, always, fault, named
from exceptions_queue.states import Owner

ORDER = Fix("orders:detail", "Open the order", fragment=False)
COLLECTIONS = Fix("orders:collections", "Look at the collections", takes="", fragment=False)


def _locker(evidence: Evidence) -> str:
    name = named(evidence.get("locker"))
    return f"locker {name}" if name else "the locker"


def _why_not_taken(evidence: Evidence) -> str:
    why = {
        "FMD.1009": ": nobody was there",
        "FMD.1010": ": it wanted an identification",
        "FMD.1011": ": the place was busy",
        "FMD.1012": ": it had no label",
        "FMD.1016": ": there was no access",
        "FMD.1017": ": there was nothing to collect",
    }
    return f"The courier did not take the parcel{why.get(str(evidence.get('said')), '')}. It still stands at ACS."


def _expired(evidence: Evidence) -> str:
    if fault(evidence) == "time":
        return f"The parcel has been in {_locker(evidence)} for 72 hours: InPost takes it out and sends it back."
    return f"The customer did not collect the parcel from {_locker(evidence)} in time: it will come back."


def _redirected(evidence: Evidence) -> str:
    if fault(evidence) == "waits":
        return f"InPost took the parcel to {_locker(evidence)}, another one than the customer chose. It waits there."
    return f"InPost is taking the parcel to {_locker(evidence)}, another one than the customer chose."


def _returning(evidence: Evidence) -> str:
    return {
        "undeliverable": "InPost could not deliver the parcel, and sends it back unless that is put right.",
        "returned": "The parcel is back with the sender. The customer has nothing yet.",
    }.get(fault(evidence), "The parcel is on its way back. The customer has nothing yet.")


def _not_scanned(evidence: Evidence) -> str:
    if fault(evidence) == "no_parcel":
        return "ACS says that it despatched the parcel a day ago. InPost knows of none, and nobody here ever had its label."
    return "The parcel left on a closed manifest a day ago and InPost has not scanned it since."


CARRIAGE = (
    Kind(
        code=Code.TRK_NOTTAKEN,
        title="The courier did not take the parcel",
        owner=Owner.WAREHOUSE,
        sentence=_why_not_taken,
        what_to_do="Hand it over at the next collection",
        fixes=(ORDER,),
        recheck="",
        closes_when="InPost scans the parcel",
        waivable_by=frozenset({Owner.WAREHOUSE}),
    ),
    Kind(
        code=Code.TRK_NOSCAN,
        title="InPost has not scanned a parcel we sent",
        owner=Owner.CX,
        sentence=_not_scanned,
        what_to_do="Ask InPost where it is",
        fixes=(ORDER,),
        recheck="",
        closes_when="InPost scans the parcel",
        waivable_by=frozenset({Owner.CX}),
    ),
    Kind(
        code=Code.TRK_EXPIRING,
        title="Collection window nearly over",
        owner=Owner.CX,
        sentence=lambda evidence: f"The parcel waits in {_locker(evidence)} and has less than 24 of its 72 hours left.",
        what_to_do="Remind the customer",
        fixes=(COLLECTIONS, ORDER),
        recheck="",
        closes_when="the parcel is collected, or its time is over",
        waivable_by=frozenset({Owner.CX}),
    ),
    Kind(
        code=Code.TRK_EXPIRED,
        title="Not collected in time",
        owner=Owner.CX,
        sentence=_expired,
        what_to_do="Ask the customer what they want instead",
        fixes=(COLLECTIONS, ORDER),
        recheck="",
        closes_when="the parcel is collected, waits in a locker again, or is on its way back, which has a case of its own",
        waivable_by=frozenset({Owner.CX}),
    ),
    Kind(
        code=Code.TRK_REDIRECTED,
        title="Moved to another locker",
        owner=Owner.CX,
        sentence=_redirected,
        what_to_do="Tell the customer where it is",
        fixes=(COLLECTIONS, ORDER),
        recheck="",
        closes_when="the parcel is collected or goes to the chosen locker after all, or a person closes it once the customer is told",
        waivable_by=frozenset({Owner.CX}),
    ),
    Kind(
        code=Code.TRK_FULL,
        title="Locker had no free compartment",
        owner=Owner.CX,
        sentence=lambda evidence: f"The courier found no free compartment in {_locker(evidence)}: the parcel is late.",
        what_to_do="Tell the customer that it is late",
        fixes=(COLLECTIONS, ORDER),
        recheck="",
        closes_when="the parcel is in a locker, goes to another one, or comes back",
        waivable_by=frozenset({Owner.CX}),
    ),
    Kind(
        code=Code.TRK_OVERSIZE,
        title="The network found it too big",
        owner=Owner.WAREHOUSE,
        sentence=always("InPost found the parcel too big for a locker and will not deliver it."),
        what_to_do="Measure it again, and offer home delivery",
        fixes=(ORDER,),
        recheck="",
        closes_when="the parcel is on its way back, or InPost delivers it after all",
        waivable_by=frozenset({Owner.WAREHOUSE}),
    ),
    Kind(
        code=Code.TRK_RETURNING,
        title="Parcel is on its way back",
        owner=Owner.CX,
        sentence=_returning,
        what_to_do="Agree with the customer on another delivery or a refund",
        fixes=(ORDER,),
        recheck="",
        closes_when="the customer has it after all, the order is closed or cancelled, or a person closes it once the customer is served",
        waivable_by=frozenset({Owner.CX}),
    ),
    Kind(
        code=Code.TRK_LOST,
        title="Lost on the way",
        owner=Owner.CX,
        sentence=always("InPost has lost the parcel. The customer has nothing yet."),
        what_to_do="Serve the customer and claim from InPost",
        fixes=(ORDER,),
        recheck="",
        closes_when="InPost finds the parcel, or a person closes it once the claim is settled and the customer served",
        waivable_by=frozenset({Owner.CX}),
    ),
    Kind(
        code=Code.TRK_DAMAGED,
        title="Damaged on the way",
        owner=Owner.CX,
        sentence=always("InPost says that the parcel was damaged or destroyed on the way."),
        what_to_do="Serve the customer and claim from InPost",
        fixes=(ORDER,),
        recheck="",
        closes_when="InPost delivers it after all, or a person closes it once the claim is settled and the customer served",
        waivable_by=frozenset({Owner.CX}),
    ),
)
