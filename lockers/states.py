"""What a parcel can be: our decision about it, and in InPost's own words how far it is."""

from django.db import models


class ParcelState(models.TextChoices):
    """Our decision. How far InPost has carried the parcel is a fact and stands beside it."""

    LABEL_PENDING = "label_pending", "Label to be made"
    LABELLED = "labelled", "Labelled"
    MANIFESTED = "manifested", "On a closed manifest"
    VOID = "void", "Void"


MOVES = {
    ParcelState.LABEL_PENDING: {ParcelState.LABELLED, ParcelState.VOID},
    ParcelState.LABELLED: {ParcelState.MANIFESTED, ParcelState.VOID},
    ParcelState.MANIFESTED: {ParcelState.LABELLED, ParcelState.VOID},  # back when its manifest is reopened
}

LIVE = (ParcelState.LABEL_PENDING, ParcelState.LABELLED, ParcelState.MANIFESTED)


class Carriage(models.TextChoices):
    """How far InPost is, derived from its events by `lockers.rules.tracking`; the raw codes are kept with the events."""

    NONE = "", "Not yet with InPost"
    ANNOUNCED = "announced", "Announced to InPost"
    NOT_TAKEN = "not_taken", "Not taken by the courier"
    HANDED_OVER = "handed_over", "Handed over to InPost"
    IN_TRANSIT = "in_transit", "On its way"
    DELAYED = "delayed", "Delayed"
    REDIRECTED = "redirected", "Moved to another locker"
    NO_ROOM = "no_room", "No free compartment"
    TOO_BIG = "too_big", "Too big for the network"
    IN_LOCKER = "in_locker", "In the locker"
    EXPIRING = "expiring", "Collection window nearly over"
    EXPIRED = "expired", "Not collected in time"
    UNDELIVERABLE = "undeliverable", "Could not be delivered"
    COLLECTED = "collected", "Collected"
    RETURNING = "returning", "Coming back"
    RETURNED = "returned", "Returned to the sender"
    LOST = "lost", "Lost"
    DAMAGED = "damaged", "Damaged"
    CANCELLED = "cancelled", "Cancelled at InPost"


CARRIAGE_ENDED = (Carriage.COLLECTED, Carriage.RETURNED, Carriage.LOST, Carriage.DAMAGED, Carriage.CANCELLED)


class AttemptState(models.TextChoices):
    """What became of one attempt to make a label."""

    ASKED = "asked", "Asked"
    MADE = "made", "Made"
    REFUSED = "refused", "Refused"
    UNKNOWN = "unknown", "Outcome unknown"


class Remedy(models.TextChoices):
    """What a label that was not made asks of us."""

    TRY_AGAIN = "try_again", "Try again"
    FIX_FIRST = "fix_first", "Fix first"
    RECONNECT = "reconnect", "Reconnect"


class ManifestState(models.TextChoices):
    OPEN = "open", "Open"
    CLOSING = "closing", "Being closed"
    CLOSED = "closed", "Closed"


MANIFEST_MOVES = {
    ManifestState.OPEN: {ManifestState.CLOSING},
    ManifestState.CLOSING: {ManifestState.CLOSED, ManifestState.OPEN},  # back where nothing could go
    ManifestState.CLOSED: {ManifestState.OPEN},
}
# Nobody at InPost has had it in hand: what may still go, or go back.
NOT_YET_GONE = (Carriage.NONE, Carriage.ANNOUNCED, Carriage.NOT_TAKEN)
