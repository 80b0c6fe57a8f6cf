"""What InPost's 119 event codes mean for a parcel, and what all events so far add up to, whatever order they came in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lockers.states import Carriage

COLLECTION_WINDOW = timedelta(hours=72)  # from arrival in the locker; the UK knows no extension
EXPIRING_BEFORE = timedelta(hours=24)

# By what a code says of the parcel. Read as InPost's catalogue of June 2026 titles them; a code that is not here is never guessed at.
_CODES: dict[Carriage, str] = {
    Carriage.ANNOUNCED: "CRE.1001 CRE.1002 FUL.1001 FUL.1002 FUL.1003 FMD.1001 FMD.1007 FMD.1013 FMD.1014",
    Carriage.NOT_TAKEN: "FMD.1008 FMD.1009 FMD.1010 FMD.1011 FMD.1012 FMD.1016 FMD.1017",
    Carriage.HANDED_OVER: "FMD.1002 FMD.1004 FMD.1005 HAN.1001",
    Carriage.IN_TRANSIT: "FMD.1003 FMD.1006 FMD.1015 MMD.1001 MMD.1002 MMD.1003 MMD.1004 MMD.1005 MMD.1007 MMD.1009 MMD.3001 CC.001 CC.002"
    " LMD.1001 LMD.1002 LMD.3005 LMD.3012",
    Carriage.DELAYED: "CC.003 MMD.1006 MMD.9001 LMD.3007 LMD.9004 LMD.9012 LMD.9020 LMD.9023 LMD.9024 LMD.9025 LMD.9026 LMD.9028"
    " INF.9001 INF.9003 INF.9004 INF.9005 INF.9009 INF.9013 INF.9016 INF.9017",
    Carriage.REDIRECTED: "LMD.3001 LMD.3002 LMD.3003 LMD.3004 LMD.3006 LMD.3013 LMD.3014 LMD.3015 LMD.3016 LMD.3017",
    Carriage.NO_ROOM: "LMD.9021 LMD.9022",
    Carriage.TOO_BIG: "FMD.9002 LMD.9003",
    Carriage.IN_LOCKER: "LMD.1003 LMD.1004 LMD.1005 LMD.1006 LMD.9013",
    Carriage.EXPIRING: "LMD.9001",
    Carriage.EXPIRED: "LMD.3008 LMD.3009 LMD.3010 LMD.3011 LMD.9002 LMD.9014 LMD.9019",
    Carriage.UNDELIVERABLE: "LMD.9005 LMD.9006 LMD.9007 LMD.9008 LMD.9009 LMD.9010 LMD.9011 LMD.9015 LMD.9016 LMD.9017 LMD.9018 LMD.9027"
    " LMD.9029",
    Carriage.COLLECTED: "EOL.1001 EOL.1002 EOL.1003 EOL.1004 EOL.1005 EOL.1006 EOL.1007 EOL.1008",
    Carriage.RETURNING: "RTS.1001",
    Carriage.RETURNED: "RTS.1002",
    Carriage.LOST: "EOL.9001",
    Carriage.DAMAGED: "LMD.9030 EOL.9002 EOL.9003 EOL.9006",
    Carriage.CANCELLED: "EOL.9004 EOL.9005",
    Carriage.NONE: "FMD.9001 INF.1001 INF.9010 INF.9012 INF.9014",  # said for information: the parcel stays where it is
}
MEANING: dict[str, Carriage] = {code: carriage for carriage, codes in _CODES.items() for code in codes.split()}
REDIRECT_OVER = frozenset({"LMD.3005", "LMD.3012"})

_RANK = {carriage: rank for rank, carriage in enumerate(Carriage)}
_WAITING = (Carriage.IN_LOCKER, Carriage.EXPIRING)
_ON_THE_WAY = (Carriage.ANNOUNCED, Carriage.NOT_TAKEN, Carriage.HANDED_OVER, Carriage.IN_TRANSIT, Carriage.DELAYED)
_LAST_WORDS = (Carriage.COLLECTED, Carriage.RETURNED, Carriage.LOST, Carriage.DAMAGED, Carriage.CANCELLED)
# What does not move a parcel on from where it stands: a depot's scan on the way back is no delivery, nor a reminder news once it expired.
_DEAF: dict[Carriage, tuple[Carriage, ...]] = {
    **dict.fromkeys((*_ON_THE_WAY[1:], Carriage.REDIRECTED, Carriage.NO_ROOM), (Carriage.ANNOUNCED,)),
    Carriage.IN_LOCKER: (Carriage.ANNOUNCED, Carriage.DELAYED),
    Carriage.EXPIRING: (*_ON_THE_WAY, Carriage.IN_LOCKER),
    Carriage.EXPIRED: (*_ON_THE_WAY, Carriage.EXPIRING),
    Carriage.TOO_BIG: _ON_THE_WAY,
    Carriage.UNDELIVERABLE: (Carriage.DELAYED,),
    Carriage.RETURNING: tuple(c for c in Carriage if c not in _LAST_WORDS),
    Carriage.COLLECTED: tuple(c for c in Carriage if c not in (Carriage.RETURNING, Carriage.RETURNED)),
    Carriage.RETURNED: tuple(c for c in Carriage if c != Carriage.RETURNED),
}


@dataclass(frozen=True, order=True)
class Event:
    """One event as far as it tells of the parcel's way. Sorting by this order is what makes the outcome the same for any arrival."""

    happened_at: datetime
    rank: int
    event_id: str
    code: str
    point: str = ""
    new_point: str = ""
    returning_number: str = ""


@dataclass(frozen=True)
class Facts:
    """What all events so far add up to. `now_at_point` is where the parcel waits or goes when InPost has moved it."""

    carriage: Carriage = Carriage.NONE
    carriage_at: datetime | None = None
    last_code: str = ""
    handed_over_at: datetime | None = None
    in_locker_at: datetime | None = None
    collect_by: datetime | None = None
    collected_at: datetime | None = None
    now_at_point: str = ""
    returning_number: str = ""


def event(event_id: str, code: str, happened_at: datetime, *, point: str = "", new_point: str = "", returning_number: str = "") -> Event:
    """An event with its place among those of the same instant: the one further along the way counts as the later."""
    return Event(happened_at, _RANK[MEANING.get(code, Carriage.NONE)], event_id, code, point, new_point, returning_number)


def fold(events: Iterable[Event], *, sent_to: str = "") -> Facts:
    """The facts after these events. Their order and repetitions make no difference. `sent_to` is the point the label names."""
    facts, seen = Facts(), set[str]()
    for one in sorted(events):
        if one.event_id not in seen:
            seen.add(one.event_id)
            facts = _after(facts, one)
    return facts if facts.now_at_point != sent_to else replace(facts, now_at_point="")


def is_known(code: str) -> bool:
    """False for a code that InPost's catalogue did not have: it is kept and shown as it came."""
    return code in MEANING


def _after(facts: Facts, one: Event) -> Facts:
    facts = replace(
        facts,
        last_code=one.code[:20],
        returning_number=one.returning_number or facts.returning_number,
        handed_over_at=facts.handed_over_at or (one.happened_at if _proves_handover(one.code) else None),
    )
    said = MEANING.get(one.code, Carriage.NONE)
    if said == Carriage.NONE or said in _DEAF.get(facts.carriage, ()):
        return facts
    facts = _moved(facts, one, said)
    return facts if said == facts.carriage else replace(facts, carriage=said, carriage_at=one.happened_at)


def _moved(facts: Facts, one: Event, said: Carriage) -> Facts:
    """The locker's clock starts on arrival, once for each locker; a redirect names where to; the end says when."""
    if said == Carriage.IN_LOCKER and facts.carriage not in _WAITING:
        clock = {"in_locker_at": one.happened_at, "collect_by": one.happened_at + COLLECTION_WINDOW}
        return replace(facts, now_at_point=one.point or facts.now_at_point, **clock)  # type: ignore[arg-type]
    if said == Carriage.REDIRECTED:
        return replace(facts, now_at_point=one.new_point or facts.now_at_point, in_locker_at=None, collect_by=None)
    if said == Carriage.COLLECTED:
        return replace(facts, collected_at=facts.collected_at or one.happened_at)
    return replace(facts, now_at_point="") if one.code in REDIRECT_OVER else facts


def _proves_handover(code: str) -> bool:
    """The courier or any place behind the courier had the parcel in hand."""
    said = MEANING.get(code, Carriage.NONE)
    return code.startswith(("FMD.", "HAN.", "MMD.", "LMD.", "EOL.1", "RTS.")) and said not in (
        Carriage.NONE,
        Carriage.ANNOUNCED,
        Carriage.NOT_TAKEN,
        Carriage.CANCELLED,
    )
