"""Follow the limits of the rules that were published."""

from inventory.models import ParcelLimits
from partners.inpost.compartments import Limits


def follow_limits(limits: Limits, *, version: int) -> None:
    """Judge products by these from now on; the shop is told anew of those that fit otherwise. In the transaction of the publication."""
    told = {"weight_g": limits.weight_g, "packing_g": limits.packing_g, "fill": limits.fill, "softness": limits.softness}
    ParcelLimits.objects.update_or_create(pk=1, defaults=told | {"version": version})
