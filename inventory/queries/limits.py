"""The limits of one parcel inside a statement: read with it, so that no page needs another one."""

from django.db.models import BigIntegerField, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce

from inventory.models import ParcelLimits
from partners.inpost.compartments import LIMITS


def limit(name: str) -> Combinable:
    """`weight_g`, `packing_g`, `fill` or `softness` as published, or as delivered where nobody has changed them."""
    published = Subquery(ParcelLimits.objects.values(name)[:1])
    found: Combinable = Cast(Coalesce(published, Value(getattr(LIMITS, name))), BigIntegerField())  # a volume in mm³ overflows the smaller
    return found
