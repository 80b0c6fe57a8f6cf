"""Do manifest, ACS and InPost say the same of a parcel that left, or did not? Pure."""

from dataclasses import dataclass

from lockers.states import CARRIAGE_ENDED, NOT_YET_GONE, ParcelState
from orders.states import AcsStatus


@dataclass(frozen=True)
class Told:
    """What each party says. `on_closed` is ours; `known` is whether InPost has the shipment, None where nobody could be asked."""

    state: str
    on_closed: bool
    acs_status: str
    carriage: str
    in_hand: bool
    known: bool | None = None


def mismatch(told: Told) -> str | None:
    """How they differ: "" where they agree, None where that cannot be told now."""
    if told.carriage in CARRIAGE_ENDED:
        return ""
    if told.state == ParcelState.MANIFESTED and told.on_closed:
        return _on_a_manifest(told)
    gone = told.in_hand or told.carriage not in NOT_YET_GONE or told.acs_status == AcsStatus.DESPATCHED
    if not gone:
        return ""
    return "gone_void" if told.state == ParcelState.VOID else "gone_without"


def _on_a_manifest(told: Told) -> str | None:
    """A word of ACS's that nobody has mapped says nothing against it."""
    if told.acs_status not in (AcsStatus.DESPATCHED, AcsStatus.UNKNOWN):
        return "not_despatched"
    if told.carriage or told.in_hand or told.known:
        return ""
    return None if told.known is None else "not_at_inpost"
