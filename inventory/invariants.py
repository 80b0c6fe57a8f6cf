"""What must be true of goods at any moment, checked by `manage.py verify`."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, F, OuterRef, Sum

from exceptions_queue.models import AuditEntry
from inventory.models import Garment, Level, Product, ShopLevel, StockPublish
from inventory.queries import stock_as_of
from inventory.queries.counting import Counted, counted
from inventory.queries.levels import ripened

SHOWN = 20
LOOKED_AT = 1_000


def what_the_desk_entered_is_in_the_audit_log(_at: datetime) -> list[str]:
    """I17: a product that a person corrected has the act in the audit log."""
    acts = AuditEntry.objects.filter(subject_type=ContentType.objects.get_for_model(Product), subject_id=OuterRef("pk"))
    silent = Product.objects.filter(source=Product.Source.DESK).exclude(Exists(acts)).values_list("sku", flat=True)[:SHOWN]
    return [f"{sku} was corrected at the desk and no audit row says by whom" for sku in silent]


def what_was_published_is_what_was_computed(_at: datetime) -> list[str]:
    """I09: the number that the shop was last told of a SKU is the one in the batch that told it. One read of the levels, one of batches."""
    told = ShopLevel.objects.filter(published__isnull=False).values_list("sku", "place", "published", "told_in").order_by("sku", "place")
    rows = list(told)
    lines = dict(StockPublish.objects.filter(pk__in={batch for *_, batch in rows}).values_list("pk", "lines"))
    wrong = [(sku, place, number) for sku, place, number, batch in rows if lines.get(batch, {}).get(sku, [None])[0] != number]
    return [f"{sku} ({place}) was told as {number}, and its batch says otherwise" for sku, place, number in wrong[:SHOWN]]


def the_published_stock_is_not_newer_than_the_stock(_at: datetime) -> list[str]:
    """I09: no number rests on a stock file that is newer than the newest, and none was told over that of a newer one."""
    as_of = stock_as_of()
    ahead = ShopLevel.objects.filter(as_of__isnull=False)
    ahead = ahead.filter(as_of__gt=as_of) if as_of else ahead
    rows = ahead.order_by("sku").values_list("sku", "as_of")[:SHOWN]
    return [f"{sku} was told by the stock of {told}, and the newest applied is of {as_of}" for sku, told in rows]


def no_sku_is_kept_by_a_batch_that_ended(_at: datetime) -> list[str]:
    """I09: a SKU is in a batch only while that is under way, so that the next number for it can go."""
    kept = ShopLevel.objects.filter(batch__isnull=False).exclude(batch__state=StockPublish.State.WAITING)
    return [f"{sku} is kept by batch {batch}, which has ended" for sku, batch in kept.values_list("sku", "batch_id")[:SHOWN]]


def the_counters_equal_a_recount(at: datetime) -> list[str]:
    """I07: the counters of every SKU are what counting its garments and allocations gives, and no garment is left out."""
    wrong = _miscounted(None, at)
    again = _miscounted(wrong, at) if wrong else {}  # what somebody has just changed is right by now
    said = [f"{sku} stands with {stands}, counted anew {now}" for sku, (stands, now) in sorted(again.items())[:SHOWN]]
    return said + _left_out()


def _miscounted(skus: Collection[str] | None, at: datetime) -> dict[str, tuple[Any, Any]]:
    """{SKU: (on hand, missing, ripe, waiting, allocated) as it stands by now and as it should}."""
    levels = Level.objects.all() if skus is None else Level.objects.filter(sku__in=list(skus)[:LOOKED_AT])
    rows = {level.sku: level for level in levels}
    now = counted({sku: level.buffer_hours for sku, level in rows.items()}, at=at, every=skus is None)
    both = ((sku, _standing(level, at), _terms(now[sku])) for sku, level in rows.items())
    return {sku: (stands, counts) for sku, stands, counts in both if stands != counts}


def _standing(level: Level, at: datetime) -> tuple[int, ...]:
    gone = ripened(level.ripening, timedelta(hours=level.buffer_hours), at)
    return level.on_hand, level.missing, level.ripe + gone, level.waiting - gone, level.allocated


def _terms(counts: Counted) -> tuple[int, ...]:
    return counts.on_hand, counts.missing, counts.ripe, counts.waiting, counts.allocated


def _left_out() -> list[str]:
    named = Garment.objects.order_by().values_list("sku", flat=True).distinct()
    without = sorted(set(named) - set(Level.objects.values_list("sku", flat=True)))
    return [f"{sku} has garments and no counters" for sku in without[:SHOWN]]


def what_nobody_mapped_is_not_for_sale(_at: datetime) -> list[str]:
    """I08: what may be sold, now or when its buffer is over, is garments whose text somebody has mapped as sellable and that nobody
    doubts, and no others."""
    mapped = offered = 0
    for _ in range(2):  # once more where somebody was just counting
        mapped = (
            Garment.objects.filter(missing_since=None, doubted_since=None, status__flags__sellable=True).exclude(status__target="").count()
        )
        offered = Level.objects.aggregate(offered=Sum(F("ripe") + F("waiting")))["offered"] or 0
        if offered == mapped:
            return []
    return [f"{offered} garments may be sold, but {mapped} are in a state that may"]


INVARIANTS: list[tuple[str, Callable[[datetime], list[str]]]] = [
    ("I07 counters equal a recount", the_counters_equal_a_recount),
    ("I08 nothing unmapped is for sale", what_nobody_mapped_is_not_for_sale),
    ("I17 what the desk entered is in the audit log", what_the_desk_entered_is_in_the_audit_log),
    ("I09 the shop was told what was computed", what_was_published_is_what_was_computed),
    ("I09 the as-of of what the shop was told never goes back", the_published_stock_is_not_newer_than_the_stock),
    ("I09 no SKU is kept by a batch that ended", no_sku_is_kept_by_a_batch_that_ended),
]
