"""What one parcel may be, as the release check has it now."""

from django.db import models
from django.db.models import Q


class ParcelLimits(models.Model):
    """At most one row, written by whoever publishes the rules; none until somebody has changed them. Weights in g, `fill` and `softness` in
    thousandths. A copy, so that products and what the shop is told follow the very limits by which an order is held.
    """

    version = models.PositiveIntegerField(help_text="The version of the rules that these are of.")
    weight_g = models.PositiveIntegerField()
    packing_g = models.PositiveIntegerField()
    fill = models.PositiveIntegerField()
    softness = models.PositiveIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="parcel_limits_are_one_row")]

    def __str__(self) -> str:
        return f"the limits of version {self.version}"
