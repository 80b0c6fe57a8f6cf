"""Orders at ACS that are not whole yet, and waits that nobody looks after."""

from exceptions_queue.catalogue.kinds import Code, Evidence, Fix, Kind, by_fault, fault, named
from exceptions_queue.states import Owner

PLAN = Fix("orders:plan", "Wait, split, or send to the door", fragment=False)
RECALL = Fix("orders:recall", "Ask ACS to stop it", danger=True)


def _lacking(evidence: Evidence) -> str:
    count = evidence.get("garments")
    how_many = f"{count} garments" if isinstance(count, int) and count > 1 else "a garment"
    skus = named(evidence.get("skus"))
    return f"{how_many}{' of ' + skus if skus else ''}"


def _short(evidence: Evidence) -> str:
    if fault(evidence) != "short":
        return "ACS picked only a part of the order and does not say what is missing. It must not leave incomplete."
    what = _lacking(evidence)
    if evidence.get("left"):
        return f"The order left ACS without {what}: the customer gets less than was paid for."
    return f"ACS could not pick {what}. The rest must not leave alone: a locker takes one parcel."


def _waits(evidence: Evidence) -> str:
    where = "here" if evidence.get("where") == "PRE_RELEASE" else "at ACS"
    if fault(evidence) == "asked_for_home":
        return f"It waits {where} for {_lacking(evidence)} until ACS shows it with home delivery, as was decided."
    return f"It waits {where} for {_lacking(evidence)}: a locker order leaves whole, as one parcel."


_OVERDUE = {
    "too_late": "It waited for {} until the promise can no longer be kept. Offer the customer a choice now.",
    "slack": "It still waits for {}, and there is hardly time left to keep the promise. Offer the customer a choice.",
    "deadline": "It waits for {} longer than was expected. Ask when it comes, or offer the customer a choice.",
}


def _overdue(evidence: Evidence) -> str:
    return _OVERDUE.get(fault(evidence), _OVERDUE["deadline"]).format(_lacking(evidence))


def _variance(evidence: Evidence) -> str:
    skus = named(evidence.get("skus"))
    parcel = f"The parcel with {skus}" if skus else "The parcel"
    percent = evidence.get("percent")
    how_much = f"{abs(percent)} % {'larger' if percent > 0 else 'smaller'}" if isinstance(percent, int) and percent else "otherwise"
    if fault(evidence) == "size":
        packed, ours = evidence.get("packed") or "no locker", evidence.get("ours") or "no locker"
        return f"{parcel} was packed for {_fits(packed)}; we had reckoned with {_fits(ours)}. Product sizes decide who is offered a locker."
    return f"{parcel} was packed {how_much} than our estimate. Product sizes decide who is offered a locker."


def _fits(size: object) -> str:
    return f"compartment {size}" if size in ("A", "B", "C") else str(size)


_EXPIRED = {
    "past": "A person held this order until a day that has passed, and it is still held: nobody sends it.",
    "no_owner": "A person held this order for a desk where nobody works: nobody will end the hold.",
}

WAITING = (
    Kind(
        code=Code.ORD_SHORT,
        title="Part of the order cannot be picked",
        blocks="M",
        owner=Owner.WAREHOUSE,
        sentence=_short,
        what_to_do="Ask ACS when the rest is ready",
        fixes=(PLAN, RECALL),
        recheck="",
        closes_when="ACS has picked every garment, or no longer has the missing lines on the order",
    ),
    Kind(
        code=Code.HLD_CONSOL,
        title="Held until the whole locker order is together",
        blocks="M",
        owner=Owner.WAREHOUSE,
        sentence=_waits,
        what_to_do="Chase the missing part",
        fixes=(PLAN,),
        recheck="",
        closes_when="every part is there, the customer agreed in writing to a split, or the order no longer goes to a locker",
    ),
    Kind(
        code=Code.HLD_CONSOL_OVERDUE,
        title="Consolidation hold has run too long",
        blocks="M",
        owner=Owner.CX,
        sentence=_overdue,
        what_to_do="Offer the customer a choice",
        fixes=(PLAN,),
        recheck="",
        closes_when="every part is there, a person gave it more time, the customer agreed to a split, or it no longer goes to a locker",
    ),
    Kind(
        code=Code.HLD_EXPIRED,
        title="A hold has no owner or is past its date",
        owner=Owner.INTEGRATION,
        sentence=by_fault(_EXPIRED, _EXPIRED["past"]),
        what_to_do="Give it a new date and an owner, or end it",
        fixes=(Fix("orders:extend-hold", "Hold it longer"), Fix("orders:detail", "End it on the order's page", fragment=False)),
        recheck="",
        closes_when="the hold has a date to come and an owner, or has ended",
        waivable_by=frozenset({Owner.INTEGRATION}),
    ),
    Kind(
        code=Code.DIM_VARIANCE,
        title="Packed size differs from our estimate",
        owner=Owner.MERCHANDISING,
        sentence=_variance,
        what_to_do="Correct the size, or accept what was learnt",
        fixes=(Fix("inventory:fix-size", "Look at the product", takes="sku", fragment=False),),
        recheck="",
        closes_when="the product's size is corrected, or its learnt size is accepted",
        waivable_by=frozenset({Owner.MERCHANDISING}),
    ),
)
