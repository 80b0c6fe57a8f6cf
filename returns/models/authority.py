"""Who may approve how much, who stands in for whom, and which accounts a journal names."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class ApprovalLimit(models.Model):
    """How much one person of a tier (a role) may approve at once, in pence of carrying value, and above what a second must.

    Append-only: the newest in force counts. Raising either needs a second person; until then it is only proposed.
    """

    tier = models.CharField(max_length=20, help_text="The role: finance or finance_manager.")
    version = models.IntegerField()
    limit_pence = models.BigIntegerField()
    second_above_pence = models.BigIntegerField(help_text="Above this a second person of any tier must approve too.")
    reason = models.CharField(max_length=200)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    in_force_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tier", "version"], name="limits_are_numbered"),
            models.UniqueConstraint(
                fields=["tier"], condition=Q(in_force_at__isnull=True, withdrawn_at__isnull=True), name="one_limit_proposed_per_tier"
            ),
            models.CheckConstraint(condition=Q(limit_pence__gte=0, second_above_pence__gte=0), name="a_limit_is_not_negative"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")), name="a_limit_is_confirmed_by_another"
            ),
        ]
        permissions = [("confirm_approvallimit", "Can confirm a raised approval limit")]

    def __str__(self) -> str:
        return f"limit of {self.tier}, version {self.version}"


class Delegation(models.Model):
    """A stands in for B from one day to another, both included, up to a limit. Nobody passes on what was passed to them."""

    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    from_day = models.DateField()
    to_day = models.DateField()
    limit_pence = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="nobody_stands_in_for_themselves"),
            models.CheckConstraint(condition=Q(from_day__lte=F("to_day")), name="a_delegation_begins_before_it_ends"),
            models.CheckConstraint(condition=Q(limit_pence__gt=0), name="a_delegation_is_worth_something"),
        ]
        indexes = [models.Index(fields=["taker", "from_day", "to_day"], name="delegations_by_taker")]


class LedgerAccount(models.Model):
    """Which account of the ledger stands for a purpose of ours, and whether a write-off is a journal or a stock adjustment."""

    class Purpose(models.TextChoices):
        STOCK_WRITE_OFF = "stock_write_off", "Stock write-off (profit and loss)"
        STOCK = "stock", "Stock at ACS"
        DEPRECIATION = "depreciation", "Accumulated depreciation of the hire fleet"
        DISPOSAL_LOSS = "disposal_loss", "Loss on disposal"
        HIRE_FLEET = "hire_fleet", "Hire fleet at cost"
        REFUNDS = "refunds", "Refunds and credit notes"

    purpose = models.CharField(max_length=20, choices=Purpose, unique=True)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120, blank=True, help_text="As the ledger calls it.")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(purpose__in=["stock_write_off", "stock"]), name="stock_is_not_written_off_to_itself"
            ),
            models.UniqueConstraint(
                fields=["code"], condition=Q(purpose__in=["depreciation", "hire_fleet"]), name="depreciation_is_not_the_hire_fleet"
            ),
            models.UniqueConstraint(
                fields=["code"], condition=Q(purpose__in=["disposal_loss", "hire_fleet"]), name="a_loss_is_not_the_hire_fleet"
            ),
        ]

    def __str__(self) -> str:
        return f"account for {self.get_purpose_display().lower()}"
