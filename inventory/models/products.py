"""The product master, and which SKUs ACS knows."""

from django.db import models
from django.db.models import Q


class Product(models.Model):
    """One SKU of the product master. Lengths in whole mm, weight in whole g; null means unknown, and unknown is not eligible."""

    class Source(models.TextChoices):
        CSV = "csv", "Product file"
        DESK = "desk", "Entered at the desk"
        PIM = "pim", "The shop's product data"
        ACS = "acs_measured", "Packed by ACS"

    sku = models.CharField(max_length=64, unique=True)
    ean = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=200, blank=True)
    brand = models.CharField(max_length=80, blank=True)
    category = models.CharField(max_length=80, blank=True)
    length_mm = models.IntegerField(null=True, blank=True)
    width_mm = models.IntegerField(null=True, blank=True)
    height_mm = models.IntegerField(null=True, blank=True)
    weight_g = models.IntegerField(null=True, blank=True)
    rigid = models.BooleanField(default=True)
    customs_description = models.CharField(max_length=200, blank=True)
    hs_code = models.CharField(max_length=12, blank=True)
    origin_country = models.CharField(max_length=2, blank=True)
    source = models.CharField(
        max_length=20,
        choices=Source,
        default=Source.CSV,
        help_text="Who spoke last; an empty cell of a file never erases what a person entered.",
    )
    size_source = models.CharField(max_length=16, choices=Source, blank=True, help_text="Who decided the sides that we use.")
    preferred_source = models.CharField(max_length=16, blank=True, help_text="A person chose this source for this product alone.")
    content_hash = models.CharField(max_length=32, blank=True)
    fetched_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        permissions = [
            ("import_product", "Can import products from a file"),
            ("decide_product", "Can decide which source measures products"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(Q(length_mm__isnull=True) | Q(length_mm__gt=0))
                & (Q(width_mm__isnull=True) | Q(width_mm__gt=0))
                & (Q(height_mm__isnull=True) | Q(height_mm__gt=0))
                & (Q(weight_g__isnull=True) | Q(weight_g__gt=0)),
                name="a_known_size_is_positive",
            )
        ]

    def __str__(self) -> str:
        return self.sku


class AcsSku(models.Model):
    """A SKU that ACS is known to hold on its books, and how we know."""

    class Source(models.TextChoices):
        STOCK_FILE = "stock_file", "Seen in an ACS stock file"
        SETUP_LIST = "setup_list", "On an uploaded set-up list"
        ACCEPTED_ORDER = "accepted_order", "On an order that ACS accepted"

    sku = models.CharField(max_length=64, unique=True)
    source = models.CharField(max_length=16, choices=Source)
    first_seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sku


class SizeCorrection(models.Model):
    """How much a SKU's packed parcel differs from its stated volume, learnt from parcels that held nothing else.

    `factor` is in thousandths: packed volume over stated volume, the median of the `recent` parcels; `seen` counts them all.
    `accepted_factor` is what the fit rule uses: the factor as it stood when a person accepted it.
    """

    sku = models.CharField(max_length=64, unique=True)
    factor = models.IntegerField()
    seen = models.IntegerField(default=0)
    recent = models.JSONField(default=list, help_text="The last factors, newest last.")
    learnt_at = models.DateTimeField()
    accepted_factor = models.IntegerField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey("auth.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        permissions = [("accept_sizecorrection", "Can accept a learnt size")]
        constraints = [
            models.CheckConstraint(condition=Q(factor__gt=0), name="a_factor_is_positive"),
            models.CheckConstraint(
                condition=Q(accepted_factor__isnull=True, accepted_at__isnull=True)
                | Q(accepted_factor__gt=0, accepted_factor__isnull=False, accepted_at__isnull=False),
                name="an_accepted_factor_says_since_when",
            ),
        ]

    def __str__(self) -> str:
        return self.sku
