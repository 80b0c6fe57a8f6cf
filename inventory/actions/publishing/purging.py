"""Forget batches that have had their time."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from inventory.models import ShopLevel, StockPublish
from partners.retention import kept_since

AT_ONCE = 5_000


def purge_batches(*, at: datetime) -> int:
    """Delete batches that ended longer ago than they are kept, at most 5,000, but none by which a number still stands; return how many."""
    stands = ShopLevel.objects.filter(told_in=OuterRef("pk"))
    old = StockPublish.objects.filter(~Exists(stands), ended_at__lt=kept_since("batches", at)).order_by("pk")
    return StockPublish.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:AT_ONCE])).delete()[0]
