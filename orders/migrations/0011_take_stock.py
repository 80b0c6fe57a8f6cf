"""Orders that were mirrored before there was stock take theirs now."""

from django.db import migrations
from django.db.models import Sum
from django.utils import timezone

SOLD = """
INSERT INTO inventory_allocation (order_number, sku, quantity, made_at)
SELECT o.number, l.sku, sum(l.quantity), o.placed_at
FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
WHERE o.state IN ('received', 'held', 'ready', 'released') AND o.excluded_why = '' AND o.acs_status <> 'despatched'
  AND l.sku <> '' AND l.quantity > 0
GROUP BY o.number, l.sku, o.placed_at
ON CONFLICT (order_number, sku) DO NOTHING
"""


def take_stock(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(SOLD)
    allocation, level = (apps.get_model("inventory", name) for name in ("Allocation", "Level"))
    now = timezone.now()
    sold = allocation.objects.filter(left_at=None).values_list("sku").annotate(Sum("quantity")).order_by("sku")
    rows = [level(sku=sku, allocated=garments, counted_at=now) for sku, garments in sold]
    level.objects.bulk_create(rows, batch_size=1_000, update_conflicts=True, unique_fields=["sku"], update_fields=["allocated"])


class Migration(migrations.Migration):
    dependencies = [("orders", "0010_closed_and_untold"), ("inventory", "0005_stock")]

    operations = [migrations.RunPython(take_stock, migrations.RunPython.noop, elidable=True)]
