"""ACS's returns as ACS tells them, the photos it took, and what each garment is worth in the books. Facts only."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from orders.models import Order
from partners.models import CodeMapping
from returns.states import LedgerClass


class Return(models.Model):
    """One parcel that came back to ACS. `order_number` is as ACS says it; `order` is ours, none while it matches none."""

    acs_id = models.CharField(max_length=64, unique=True, help_text="ACS's own number of the return.")
    order_number = models.CharField(max_length=64, blank=True)
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.SET_NULL, related_name="returns")
    tracking_number = models.CharField(max_length=60, blank=True)
    arrived_at = models.DateTimeField()
    told_at = models.DateTimeField(help_text="When ACS last changed it, by ACS's clock.")
    content_hash = models.CharField(max_length=32)
    fetched_at = models.DateTimeField()

    class Meta:
        permissions = [("match_return", "Can say which order a return belongs to")]
        indexes = [
            models.Index(fields=["-arrived_at", "-id"], name="returns_latest_first"),
            models.Index(fields=["id"], condition=Q(order__isnull=True), name="returns_unmatched"),
            models.Index(fields=["order_number"], name="returns_by_order"),
        ]

    def __str__(self) -> str:
        return self.acs_id


class ReturnItem(models.Model):
    """One garment of a return. What the raw grade means is its mapping's target (a `Grade`); none while it is not graded.

    `grader`, `station` and `reason` are ACS's text. A later grade overwrites an earlier one: `regraded` counts how often, and the audit
    log keeps each. `told_at` is when ACS last said something of it, by ACS's clock: what is older changes nothing.
    """

    ret = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="items")
    line_id = models.CharField(max_length=64)
    rfid = models.CharField(max_length=64, blank=True)
    sku = models.CharField(max_length=64, blank=True)
    raw_grade = models.CharField(max_length=200, blank=True)
    grade = models.ForeignKey(CodeMapping, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    graded_at = models.DateTimeField(null=True, blank=True)
    grader = models.CharField(max_length=120, blank=True)
    station = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    repair_pence = models.BigIntegerField(null=True, blank=True, help_text="What ACS says a repair would cost.")
    regraded = models.IntegerField(default=0)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ret", "line_id"], name="one_row_per_returned_line")]
        indexes = [
            models.Index(fields=["rfid"], name="returned_items_by_rfid"),
            models.Index(fields=["grade"], name="returned_items_by_grade"),
            models.Index(fields=["id"], condition=Q(raw_grade=""), name="returned_items_ungraded"),
        ]

    def __str__(self) -> str:
        return f"{self.rfid or self.sku} of return {self.ret_id}"


class Photo(models.Model):
    """One photo of a returned garment. `content` is what was fetched or uploaded, None until then; `why` says why it could not be taken.

    `try_at` is when it is to be fetched (again); None where there is nothing more to try.
    """

    class Type(models.TextChoices):
        JPEG = "image/jpeg", "JPEG"
        PNG = "image/png", "PNG"
        WEBP = "image/webp", "WebP"

    item = models.ForeignKey(ReturnItem, on_delete=models.CASCADE, related_name="photos")
    source_url = models.CharField(max_length=500, blank=True, help_text="Where ACS keeps it; empty where a person uploaded it.")
    content = models.BinaryField(null=True, blank=True)
    content_type = models.CharField(max_length=10, choices=Type, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    bytes = models.IntegerField(default=0)
    why = models.CharField(max_length=200, blank=True)
    tries = models.IntegerField(default=0)
    try_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "source_url"], condition=~Q(source_url=""), name="one_photo_per_address"),
            models.UniqueConstraint(fields=["item", "sha256"], condition=~Q(sha256=""), name="one_photo_per_content"),
        ]
        indexes = [models.Index(fields=["try_at", "id"], condition=Q(try_at__isnull=False), name="photos_to_fetch")]


class GraderLink(models.Model):
    """Which person here a grader's name at ACS is: who graded a garment never approves its write-off."""

    grader = models.CharField(max_length=120, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="graders")

    def __str__(self) -> str:
        return self.grader


class Cost(models.Model):
    """What a garment stands at in the books, in pence, by RFID or, for all of a SKU, by SKU. From `sync costs --file`."""

    rfid = models.CharField(max_length=64, blank=True)
    sku = models.CharField(max_length=64, blank=True)
    owner = models.CharField(max_length=120, blank=True)
    ledger_class = models.CharField(max_length=10, choices=LedgerClass)
    cost_pence = models.BigIntegerField()
    depreciation_pence = models.BigIntegerField(default=0)
    as_at = models.DateField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rfid"], condition=~Q(rfid=""), name="one_cost_per_rfid"),
            models.UniqueConstraint(fields=["sku"], condition=Q(rfid=""), name="one_cost_per_sku"),
            models.CheckConstraint(condition=~Q(rfid="") | ~Q(sku=""), name="a_cost_names_a_garment_or_a_sku"),
            models.CheckConstraint(
                condition=Q(cost_pence__gte=0, depreciation_pence__gte=0, depreciation_pence__lte=models.F("cost_pence")),
                name="a_garment_is_worth_between_nought_and_its_cost",
            ),
        ]
