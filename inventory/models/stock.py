"""What ACS holds, garment by garment, and how many of each SKU may be sold."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Garment(models.Model):
    """One physical garment, by its RFID, as ACS's daily stock file last named it. All columns but the last are ACS's facts.

    `status` is the row of the mapping editor that gives ACS's text a meaning; a text nobody has mapped has a row without a
    meaning, so it is never sellable. `since` is when the garment came into what that status means: the as-of of the first file that
    said so. A garment that the last file does not name keeps its status and has `missing_since`; it is never deleted.

    `doubted_since` is a decision, not a fact: the as-of of the file in which it came into a sellable state from one where nothing
    comes back. Such a garment is on hand and not for sale, until a person confirms it or it leaves the sellable states again.
    `withheld_since` is one too: a room above keeps it off sale whatever ACS's file says, until it lets go. It is doubted all that time.
    """

    rfid = models.CharField(max_length=64, unique=True)
    sku = models.CharField(max_length=64)
    raw_status = models.CharField(max_length=200, help_text="ACS's own text.")
    status = models.ForeignKey("partners.CodeMapping", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    first_seen_at = models.DateTimeField(help_text="The as-of of the first file that named it.")
    changed_at = models.DateTimeField(help_text="The as-of of the last file that said something new of it.")
    missing_since = models.DateTimeField(null=True, blank=True)
    missing_files = models.IntegerField(default=0, help_text="How many files in a row did not name it.")
    size = models.CharField(max_length=40, blank=True)
    grade = models.CharField(max_length=80, blank=True)
    scanned_at = models.DateTimeField(null=True, blank=True)
    order_number = models.CharField(max_length=64, blank=True)
    doubted_since = models.DateTimeField(null=True, blank=True)
    withheld_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions = [
            ("import_garment", "Can import ACS's stock file"),
            ("confirm_garment", "Can confirm that a garment came back from where nothing comes back"),
        ]
        indexes = [
            models.Index(fields=["sku", "status", "since", "missing_since"], name="garments_that_may_be_sold"),
            models.Index(fields=["status", "since", "id"], name="garments_by_status"),
            models.Index(fields=["missing_since", "id"], condition=Q(missing_since__isnull=False), name="garments_missing"),
            models.Index(fields=["sku", "status", "since"], condition=Q(doubted_since__isnull=False), name="garments_doubted"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(missing_files=0) ^ Q(missing_since__isnull=False), name="a_missing_garment_says_since_when"),
            models.CheckConstraint(
                condition=Q(withheld_since__isnull=True) | Q(doubted_since__isnull=False), name="what_is_withheld_is_not_for_sale"
            ),
        ]

    def __str__(self) -> str:
        return self.rfid


class GarmentChange(models.Model):
    """One garment came into another status, went missing, or came back: what a file said that was new. Never changed afterwards."""

    class Event(models.TextChoices):
        STATUS = "status", "Came into another status"
        MISSING = "missing", "Not in the file"
        BACK = "back", "In the file again"
        SKU = "sku", "Another SKU"

    garment = models.ForeignKey(Garment, on_delete=models.CASCADE, related_name="changes")
    event = models.CharField(max_length=8, choices=Event, default=Event.STATUS)
    was = models.CharField(max_length=200, blank=True, help_text="ACS's own text before; the SKU before where that changed.")
    became = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(help_text="The as-of of the file.")
    since_before = models.DateTimeField(null=True, blank=True, help_text="Since when it had been in what it was before.")
    run = models.ForeignKey("partners.SyncRun", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["garment", "-at", "-id"], name="changes_of_a_garment"),
            models.Index(fields=["at"], name="changes_by_day"),
        ]


class Level(models.Model):
    """The counters of one SKU, always equal to a recount of `Garment`, `Allocation` and the rules in force.

    `ripe` counts the garments in a sellable state for at least the buffer at `counted_at`; those still inside it stand in `ripening` as
    [[since, count], …], the earliest first, so that a reader adds what has become ripe since. `waiting` is their sum. `allocated` is
    what orders still take from those for sale: not what ACS shows as picked for them already.
    """

    sku = models.CharField(max_length=64, unique=True)
    on_hand = models.IntegerField(default=0, help_text="Garments in the last file, whatever their state.")
    missing = models.IntegerField(default=0)
    ripe = models.IntegerField(default=0)
    waiting = models.IntegerField(default=0)
    ripening = models.JSONField(default=list)
    ripens_at = models.DateTimeField(null=True, blank=True, help_text="When the next garment leaves the buffer.")
    allocated = models.IntegerField(default=0)
    reserve = models.IntegerField(default=0, help_text="Kept back from sale by a merchandiser.")
    buffer_hours = models.IntegerField(default=72, help_text="By the buffer rule in force.")
    counted_at = models.DateTimeField()

    class Meta:
        permissions = [("reserve_level", "Can keep garments back from sale")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    on_hand__gte=0, missing__gte=0, ripe__gte=0, waiting__gte=0, allocated__gte=0, reserve__gte=0, buffer_hours__gte=0
                ),
                name="stock_counts_are_not_negative",
            ),
            models.CheckConstraint(condition=Q(on_hand__gte=F("ripe") + F("waiting")), name="no_more_for_sale_than_on_hand"),
        ]
        indexes = [models.Index(fields=["ripens_at"], condition=Q(ripens_at__isnull=False), name="levels_that_ripen")]

    def __str__(self) -> str:
        return self.sku


class Allocation(models.Model):
    """Garments of one SKU sold to one order. Written only by `orders`, in the transaction that changes the order.

    `left_at` is when the order left ACS, or just after the last file that did not know so yet: its garments still stand in our mirror
    as ready until a stock file of later than that, so the allocation counts until then.
    """

    order_number = models.CharField(max_length=64)
    sku = models.CharField(max_length=64)
    quantity = models.IntegerField()
    made_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order_number", "sku"], name="one_allocation_per_order_and_sku"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="an_allocation_is_of_something"),
        ]
        indexes = [models.Index(fields=["sku", "left_at", "made_at"], name="allocations_of_a_sku")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku} for {self.order_number}"


class BufferRule(models.Model):
    """How long garments of a group stay off sale after they became ready; the narrowest rule that has not expired decides.

    `value` names the SKU, category or brand; empty for all goods.
    """

    class Scope(models.TextChoices):
        SKU = "sku", "SKU"
        CATEGORY = "category", "Category"
        BRAND = "brand", "Brand"
        ALL = "all", "All goods"

    scope = models.CharField(max_length=8, choices=Scope)
    value = models.CharField(max_length=80, blank=True)
    hours = models.IntegerField()
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "value"], name="one_buffer_per_group"),
            models.CheckConstraint(condition=Q(hours__gte=0, hours__lte=2160), name="a_buffer_is_at_most_ninety_days"),
            models.CheckConstraint(condition=Q(scope="all", value="") | (~Q(scope="all") & ~Q(value="")), name="a_buffer_names_its_group"),
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()} {self.value}".strip()


class StockImport(models.Model):
    """One stock file that was read or tried: what its run cannot say. `preview` is what applying a file that was only looked at would do.

    `progress` is the share of the bytes that has been read, in percent, while the run goes on.
    """

    run = models.OneToOneField("partners.SyncRun", on_delete=models.CASCADE, related_name="stock_import")
    name = models.CharField(max_length=200)
    as_of = models.DateTimeField()
    size = models.BigIntegerField()
    progress = models.IntegerField(default=0)
    new_statuses = models.JSONField(default=list)
    preview = models.JSONField(default=dict)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(progress__gte=0, progress__lte=100), name="progress_is_in_percent"),
        ]

    def __str__(self) -> str:
        return self.name
