"""What the shop shows of each SKU, and what we told it to show."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class StockPublish(models.Model):
    """One batch of numbers for the shop, at most 250 SKUs. Its intent carries the numbers and goes by this row's id, as does the
    reference by which the shop's own history names it.

    `lines` is {SKU: [what it is to show, what it showed]}. One that is only watched, or frozen, was never sent: it says what would have
    been, the first 250 SKUs of `wanted` by name.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "On its way"
        DONE = "done", "Told"
        REFUSED = "refused", "Refused as a whole"
        CANCELLED = "cancelled", "Not sent"
        OBSERVED = "observed", "Only watched"
        FROZEN = "frozen", "Frozen"

    place = models.CharField(max_length=5, default="sale")
    reason = models.CharField(max_length=20, default="correction")
    as_of = models.DateTimeField(help_text="The as-of of the stock file that the numbers rest on.")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    lines = models.JSONField(default=dict)
    wanted = models.IntegerField()
    told = models.IntegerField(default=0)
    stale = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    left = models.IntegerField(default=0, help_text="Lines that were not tried, or were overtaken before they were sent.")
    why = models.CharField(max_length=500, blank=True)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | Q(wanted=F("told") + F("stale") + F("refused") + F("left")), name="every_line_has_its_outcome"
            ),
            models.CheckConstraint(condition=Q(state="waiting") ^ Q(ended_at__isnull=False), name="a_batch_that_ended_says_when"),
        ]
        indexes = [models.Index(fields=["-made_at", "-id"], name="batches_by_age")]

    def __str__(self) -> str:
        return f"gid://lockstep/StockPublish/{self.pk}"


class ShopLevel(models.Model):
    """One SKU at one place of the shop: `sale` is what can be bought, `aside` what is in the warehouse and cannot be.

    Facts are what the shop said: its ids, and `shown` with the instant of reading or of the answer by which it took our number.
    Decisions are what we told it: `published`, resting on the stock file of `as_of`, which never goes back. `batch` is the batch that is
    under way with this SKU: there is one at most, so no two numbers for a SKU are ever in the air, and no SKU waits for another.
    """

    class Place(models.TextChoices):
        SALE = "sale", "For sale"
        ASIDE = "aside", "Not for sale"

    sku = models.CharField(max_length=64)
    place = models.CharField(max_length=5, choices=Place, default=Place.SALE)
    item_id = models.CharField(max_length=80, blank=True)
    location_id = models.CharField(max_length=80, blank=True)
    shown = models.IntegerField(null=True, blank=True)
    shown_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True, help_text="When the shop was last asked for it, whether it had it or not.")
    published = models.IntegerField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    as_of = models.DateTimeField(null=True, blank=True)
    batch = models.ForeignKey(StockPublish, null=True, blank=True, on_delete=models.PROTECT, related_name="levels")
    told_in = models.ForeignKey(StockPublish, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    unusable = models.CharField(max_length=300, blank=True, help_text="Why it cannot be told at all, as the last look found.")
    refused = models.CharField(max_length=300, blank=True, help_text="Why the shop did not take our number, in a sentence.")
    stale_times = models.IntegerField(default=0, help_text="How many times in a row the shop showed something else than was just read.")
    not_before = models.DateTimeField(null=True, blank=True, help_text="Not tried again until then.")

    class Meta:
        permissions = [("publish_level", "Can tell the shop what may be sold"), ("freeze_level", "Can stop and start telling the shop")]
        constraints = [
            models.UniqueConstraint(fields=["sku", "place"], name="one_shop_level_per_sku_and_place"),
            models.CheckConstraint(condition=Q(published=None) | Q(published__gte=0), name="nothing_below_zero_is_published"),
            models.CheckConstraint(
                condition=Q(published=None, as_of=None) | Q(published__isnull=False, as_of__isnull=False),
                name="what_was_published_says_of_when",
            ),
        ]
        indexes = [
            models.Index(fields=["place", "looked_at"], name="levels_by_look"),
            models.Index(fields=["place", "sku"], condition=~Q(refused=""), name="levels_refused"),
        ]

    def __str__(self) -> str:
        return self.sku


class StockFreeze(models.Model):
    """A person stopped telling the shop, and perhaps started it again. Stock that is too old stops it without a row here."""

    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    partner = models.CharField(max_length=20, default="store")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner"], condition=Q(ended_at=None), name="one_freeze_at_a_time")]

    def __str__(self) -> str:
        return self.reason
