"""What the shop's checkout asks of us: the delivery options it may offer, and what kept baskets out of lockers."""

from django.db import models
from django.db.models import Q


class CarrierRate(models.Model):
    """One delivery option that the shop's checkout shows, as an admin wrote it. Prices in the smallest unit of the currency (pence)."""

    service_code = models.SlugField(max_length=40, help_text="What the order carries as its delivery method: map it to an ACS service.")
    name = models.CharField(max_length=60, help_text="What the shopper reads, such as InPost locker.")
    description = models.CharField(max_length=200, blank=True, help_text="One line under the name.")
    price_pence = models.IntegerField(help_text="In pence: 295 is £2.95.")
    currency = models.CharField(max_length=3, default="GBP")
    locker = models.BooleanField(default=False, help_text="Only offered where the basket fits a locker near the shopper.")
    phone_required = models.BooleanField(default=False, help_text="Lockers always ask for a mobile: the code is texted to it.")
    min_days = models.IntegerField(null=True, blank=True, help_text="Days until it arrives, at the earliest.")
    max_days = models.IntegerField(null=True, blank=True, help_text="Days until it arrives, at the latest.")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["price_pence", "service_code"]
        constraints = [
            models.UniqueConstraint(fields=["service_code"], name="one_rate_per_service_code"),
            models.CheckConstraint(condition=Q(price_pence__gte=0), name="a_rate_is_not_negative"),
            models.CheckConstraint(
                condition=Q(min_days__isnull=True, max_days__isnull=True)
                | Q(min_days__isnull=False, max_days__isnull=False, min_days__gte=0, max_days__gte=models.F("min_days")),
                name="a_rate_arrives_between_two_days",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CheckoutRefusal(models.Model):
    """How many baskets one SKU kept out of lockers on one day, by why. `sku` is "" where the basket as a whole is too much.

    Refused baskets are sampled; `carts` counts what the sample stands for (one in ten seen counts ten).
    """

    day = models.DateField()
    sku = models.CharField(max_length=64, blank=True)
    code = models.CharField(max_length=24)
    carts = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "sku", "code"], name="one_count_per_day_sku_and_code"),
            models.CheckConstraint(condition=Q(carts__gte=0), name="refused_carts_are_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.sku} {self.code}"
