"""Which conditions an order can be in, which moves are legal, and the one stage that people see."""

from django.db import models


class OrderState(models.TextChoices):
    """Our decision. ACS's and InPost's words about the order are facts and stand beside it."""

    RECEIVED = "received", "Received"
    HELD = "held", "Held"
    READY = "ready", "Ready"
    RELEASED = "released", "Released to ACS"
    CLOSED = "closed", "Closed"
    CANCELLED = "cancelled", "Cancelled"


MOVES = {
    OrderState.RECEIVED: {OrderState.HELD, OrderState.READY, OrderState.CANCELLED},
    OrderState.HELD: {OrderState.READY, OrderState.CANCELLED},
    OrderState.READY: {OrderState.HELD, OrderState.RELEASED, OrderState.CANCELLED},
    OrderState.RELEASED: {OrderState.CLOSED, OrderState.CANCELLED},
}

BEFORE_RELEASE = (OrderState.RECEIVED, OrderState.HELD, OrderState.READY)


class Destination(models.TextChoices):
    LOCKER = "locker", "InPost Locker"
    HOME = "home", "Home delivery"


class AcsStatus(models.TextChoices):
    """ACS's progress in our words. UNKNOWN keeps the raw text and is never guessed from it."""

    NONE = "", "Not at ACS"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    PICKING = "picking", "Picking"
    PART_PICKED = "part_picked", "Part picked"
    PICK_CONFIRMED = "pick_confirmed", "Pick confirmed"
    PACKED = "packed", "Packed"
    DESPATCHED = "despatched", "Despatched"
    CANCELLED = "cancelled", "Cancelled at ACS"
    UNKNOWN = "unknown", "Unmapped"


class Difference(models.TextChoices):
    """How shop and ACS can say different things of one order: what is true of it on one side only."""

    MISSING = "missing", "Paid in the shop, not at ACS"
    STRANGER = "stranger", "At ACS, and not sent by us"
    ALIVE = "alive", "Cancelled, and ACS goes on"
    UNSCANNED = "unscanned", "Despatched by ACS, never scanned by InPost"
