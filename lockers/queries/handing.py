"""Was ACS told of a label, and how did that end? The intents are written by the room above; here is how they are known and read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lockers.models import Parcel
from partners.models import Intent

KIND = "acs_label"


@dataclass(frozen=True)
class Handed:
    """How the handing over of one label stands, for people. `again` says that a person may have it tried again."""

    words: str
    tone: str
    at: datetime | None
    why: str
    again: bool


_WORDS = {
    Intent.State.READY: ("To be handed to ACS", "info"),
    Intent.State.SENDING: ("Being handed to ACS", "info"),
    Intent.State.UNKNOWN: ("Handed to ACS, not seen there yet", "warn"),
    Intent.State.DONE: ("Handed to ACS", "ok"),
    Intent.State.DEAD: ("Not handed to ACS", "bad"),
    Intent.State.CANCELLED: ("Not handed to ACS", "quiet"),
}


def business_id_of(parcel: Parcel) -> str:
    """What the intents of one parcel are known by."""
    return f"{parcel.order_number}/{parcel.revision}"


def handed_of(parcels: Iterable[Parcel]) -> dict[int, Handed]:
    """By parcel, how its handing over stands; nothing for one that is not to be handed over. One statement."""
    by_business_id = {business_id_of(parcel): parcel.pk for parcel in parcels}
    asked = Intent.objects.filter(kind=KIND, business_id__in=by_business_id).order_by("revision")
    return {by_business_id[intent.business_id]: _handed(intent) for intent in asked}


def _handed(intent: Intent) -> Handed:
    words, tone = _WORDS[Intent.State(intent.state)]
    return Handed(
        words,
        tone,
        intent.ended_at if intent.state == Intent.State.DONE else None,
        intent.error if intent.state in (Intent.State.DEAD, Intent.State.READY) else "",
        intent.state in (Intent.State.DEAD, Intent.State.CANCELLED),
    )
