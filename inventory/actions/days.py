"""Do it: keep how stock stood at the end of a day."""

from datetime import date, datetime

from django.db import connection, transaction

from inventory.actions.levels import recount
from inventory.models import Level

_NOW = """
    SELECT sku, on_hand, ripe + waiting AS for_sale, waiting, allocated, reserve,
           CASE WHEN ripe > allocated + reserve THEN ripe - allocated - reserve ELSE 0 END AS sellable
    FROM inventory_level
"""
_KEEP = f"""
    INSERT INTO inventory_stockday (sku, "on", on_hand, for_sale, waiting, allocated, reserve, sellable)
    SELECT now.sku, %s, now.on_hand, now.for_sale, now.waiting, now.allocated, now.reserve, now.sellable
    FROM ({_NOW}) AS now
    LEFT JOIN (SELECT sku, MAX("on") AS "on" FROM inventory_stockday WHERE "on" <= %s GROUP BY sku) AS newest ON newest.sku = now.sku
    LEFT JOIN inventory_stockday AS was ON was.sku = newest.sku AND was."on" = newest."on"
    WHERE was.id IS NULL
       OR (was.on_hand, was.for_sale, was.waiting, was.allocated, was.reserve, was.sellable)
       <> (now.on_hand, now.for_sale, now.waiting, now.allocated, now.reserve, now.sellable)
    ON CONFLICT (sku, "on") DO UPDATE SET
        on_hand = excluded.on_hand, for_sale = excluded.for_sale, waiting = excluded.waiting,
        allocated = excluded.allocated, reserve = excluded.reserve, sellable = excluded.sellable
"""  # noqa: S608 - our own text, and no value of anybody's in it


def keep_day(*, on: date, at: datetime) -> int:
    """Write one row for each SKU that stands otherwise than its last row says; return how many. A second time the same day corrects.

    What has ripened is counted first, so that the counters are of `at`.
    """
    with transaction.atomic():
        if late := list(Level.objects.filter(ripens_at__lte=at).values_list("sku", flat=True)):
            recount(late, at=at)
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, [on.isoformat(), on.isoformat()])
            return int(cursor.rowcount)
