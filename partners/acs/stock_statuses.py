"""ACS's stock statuses as we know them: the seed of the mapping, never more.

{raw: (item state, flags)}. `sellable` says whether such a garment may be sold once its buffer is over, `bucket` where the shop
counts it until then. What is not mapped is never sellable, raw text kept.
"""

from typing import Any

SEED: dict[str, tuple[str, dict[str, Any]]] = {
    "In warehouse – ready for customer": ("ready", {"sellable": True, "bucket": "reserved"}),
    "In warehouse processing": ("processing", {"sellable": False, "bucket": "quality_control"}),
    "Receipted – No Location": ("receipted", {"sellable": False, "bucket": "quality_control"}),
    "Post-Rental Inspection": ("inspection", {"sellable": False, "bucket": "quality_control"}),
    "In-Refurbishment": ("refurbishment", {"sellable": False, "bucket": "quality_control"}),
    "Beyond Economic Repair": ("ber", {"sellable": False, "bucket": "damaged"}),
    "Ex-hired": ("retired", {"sellable": False, "bucket": "damaged"}),
    "With customer": ("on_hire", {"sellable": False, "bucket": "outside"}),
}
