"""How stock stood by day, and how long garments usually take until they are ready."""

from django.db import models


class StockDay(models.Model):
    """The counters of one SKU as they stood at the end of a day; a day that is as the row before has none."""

    sku = models.CharField(max_length=64)
    on = models.DateField()
    on_hand = models.IntegerField()
    for_sale = models.IntegerField(help_text="In a sellable state, inside the buffer or past it.")
    waiting = models.IntegerField()
    allocated = models.IntegerField()
    reserve = models.IntegerField()
    sellable = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sku", "on"], name="one_stock_row_per_sku_and_day")]


class StateTime(models.Model):
    """How many hours garments of a category took from coming into a state until they were ready: half of them, four in five, nine in ten.

    `category` "" is every garment whatever its category. Written anew each night; never by a person.
    """

    category = models.CharField(max_length=80, blank=True)
    target = models.CharField(max_length=60, help_text="The item state, as the mapping editor names it.")
    observations = models.IntegerField()
    p50_h = models.FloatField()
    p80_h = models.FloatField()
    p90_h = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["category", "target"], name="one_time_per_category_and_state")]
