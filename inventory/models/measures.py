"""What each source says of a product's size, whose word counts for which brand, and what the shop was told of it."""

from django.db import models
from django.db.models import Q


class Source(models.TextChoices):
    """Who measures products."""

    ACS_MEASURED = "acs_measured", "Packed by ACS"
    PIM = "pim", "The shop's product data"
    CSV = "csv", "Product file"


class Measure(models.Model):
    """What one source says of one SKU, beside what the others say. Lengths mm, weight g; null is what it does not know.

    `absurd` says in words what it said that cannot be right, which is therefore not known. Of packed parcels the middle one counts:
    `recent` keeps the last as [longest, middle, shortest, weight], `parcels` counts them all.
    """

    sku = models.CharField(max_length=64)
    source = models.CharField(max_length=16, choices=Source)
    length_mm = models.IntegerField(null=True, blank=True)
    width_mm = models.IntegerField(null=True, blank=True)
    height_mm = models.IntegerField(null=True, blank=True)
    weight_g = models.IntegerField(null=True, blank=True)
    rigid = models.BooleanField(null=True, blank=True)
    absurd = models.CharField(max_length=200, blank=True)
    version = models.CharField(max_length=64, blank=True, help_text="The source's own word for the state of its data.")
    parcels = models.IntegerField(default=0)
    recent = models.JSONField(default=list)
    content_hash = models.CharField(max_length=32, blank=True)
    observed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sku", "source"], name="one_measure_per_sku_and_source"),
            models.CheckConstraint(
                condition=(Q(length_mm__isnull=True) | Q(length_mm__gt=0))
                & (Q(width_mm__isnull=True) | Q(width_mm__gt=0))
                & (Q(height_mm__isnull=True) | Q(height_mm__gt=0))
                & (Q(weight_g__isnull=True) | Q(weight_g__gt=0)),
                name="a_known_measure_is_positive",
            ),
        ]
        indexes = [models.Index(fields=["sku"], condition=~Q(absurd=""), name="absurd_measures")]

    def __str__(self) -> str:
        return f"{self.sku}: {self.get_source_display()}"


class SourceOrder(models.Model):
    """Whose word counts first for the products of a brand; brand "" is every brand that has no order of its own."""

    brand = models.CharField(max_length=80, unique=True, blank=True, help_text="Folded to small letters.")
    order = models.JSONField(default=list)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.brand or "every other brand"


class Listing(models.Model):
    """One product as the shop sells it, and what it was told about lockers. `size` is A, B, C or none; "" is not told yet.

    Asked is what an intent carries; told is what the shop was seen to show. The two are ours and theirs.
    """

    store_id = models.CharField(max_length=80, unique=True)
    sku = models.CharField(max_length=64, db_index=True)
    seen_at = models.DateTimeField()
    asked_size = models.CharField(max_length=4, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    told_size = models.CharField(max_length=4, blank=True)
    told_version = models.CharField(max_length=32, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    refused = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.sku


class SizeCase(models.Model):
    """A case about size that an order with this SKU had. Counted so that a merchandiser sees which products cost what."""

    sku = models.CharField(max_length=64)
    case_id = models.BigIntegerField()
    code = models.CharField(max_length=24)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sku", "case_id"], name="a_case_counts_once_for_a_sku")]
        indexes = [models.Index(fields=["sku", "at"], name="size_cases_of_a_sku")]

    def __str__(self) -> str:
        return f"{self.sku}: {self.code}"
