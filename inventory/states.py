"""Which conditions can a garment be in, and where does the shop count it?"""

from django.db import models


class ItemState(models.TextChoices):
    """What one of ACS's texts says of a garment: the target of a stock status mapping. Without one it is unknown, and not sellable."""

    READY = "ready", "Ready for customer"
    PROCESSING = "processing", "In processing"
    RECEIPTED = "receipted", "Receipted, not yet placed"
    INSPECTION = "inspection", "Post-rental inspection"
    REFURBISHMENT = "refurbishment", "In refurbishment"
    QUARANTINE = "quarantine", "Quarantine"
    ALLOCATED = "allocated", "Picked for an order"
    ON_HIRE = "on_hire", "With a renter"
    BER = "ber", "Beyond economic repair"
    RETIRED = "retired", "Ex-hired, reason not known"
    LOST = "lost", "Lost"


class Bucket(models.TextChoices):
    """Where the shop counts a garment that is on hand and not sellable; OUTSIDE is not on hand at all."""

    QUALITY_CONTROL = "quality_control", "Quality control"
    DAMAGED = "damaged", "Damaged"
    RESERVED = "reserved", "Reserved"
    COMMITTED = "committed", "Committed"
    OUTSIDE = "outside", "Not in the warehouse"


SELLABLE_BY_NATURE = frozenset({ItemState.READY})  # only these can be mapped sellable at all
GONE_FOR_GOOD = frozenset({ItemState.BER, ItemState.RETIRED, ItemState.LOST})  # nothing comes back from here by itself
