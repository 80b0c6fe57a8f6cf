"""What goes to the ledger and what the ledger shows, refunds that became due, and the months that were signed off."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from returns.models.returned import ReturnItem
from returns.states import JournalState, RefundState

_USER = settings.AUTH_USER_MODEL


class Journal(models.Model):
    """One journal: of one write-off, or of a day's, or the mirror of one that is reversed.

    `key` is the operation key, fixed when the row is made, and stands in the ledger's narration. `lines` as of a write-off.
    `shown` and `shown_hash` are what the ledger last showed of it, `external_id`, `number` and `status` the ledger's own words.
    """

    class Kind(models.TextChoices):
        WRITE_OFF = "write_off", "Write-off"
        REVERSAL = "reversal", "Reversal"

    key = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=9, choices=Kind)
    state = models.CharField(max_length=8, choices=JournalState, default=JournalState.DRAFTED)
    post_on = models.DateField()
    narration = models.CharField(max_length=250)
    lines = models.JSONField()
    lines_hash = models.CharField(max_length=64)
    total_pence = models.BigIntegerField(help_text="The sum of the debits, which is that of the credits.")
    reverses = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="mirrored_by")
    made_at = models.DateTimeField()

    external_id = models.CharField(max_length=64, blank=True)
    number = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=20, blank=True)
    shown = models.JSONField(default=dict, blank=True)
    shown_hash = models.CharField(max_length=64, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=300, blank=True, help_text="Why the ledger refused it, or how it differs.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["external_id"], condition=~Q(external_id=""), name="one_journal_per_ledger_document"),
            models.CheckConstraint(condition=Q(kind="write_off") | Q(reverses__isnull=False), name="a_reversal_names_what_it_reverses"),
            models.CheckConstraint(
                condition=~Q(state="verified") | Q(verified_at__isnull=False, shown_hash=F("lines_hash")),
                name="what_is_verified_was_read_back_equal",
            ),
            models.CheckConstraint(condition=Q(total_pence__gte=0), name="a_journal_is_not_negative"),
        ]
        indexes = [models.Index(fields=["post_on", "state"], name="journals_by_month")]

    def __str__(self) -> str:
        return self.key


class Refund(models.Model):
    """Money that a grade makes due to a customer: proposed by rule or by a person, approved by another, given once.

    It pays for garment `unit` of the `sold` of its line: no unit has two live ones. `proposed_by` is nobody where the grade proposed
    it. `first_by` is the first of two approvers, nobody where one was enough; `decided_by` is who approved it last, or declined it.
    `first_for` and `decided_for` are whom they stood in for. What a regrading withdrew is declined with nobody in `decided_by`, and is
    proposed again by a later grade. `key` goes with the money and finds it there. `reason` says why it was declined, sent back or
    refused. `state` is moved only by `exceptions_queue.moves`.
    """

    class Kind(models.TextChoices):
        STORE_REFUND = "store_refund", "Refund in the shop"
        CREDIT_NOTE = "credit_note", "Credit note in the ledger"

    item = models.OneToOneField(ReturnItem, on_delete=models.PROTECT, related_name="refund")
    kind = models.CharField(max_length=12, choices=Kind)
    key = models.CharField(max_length=60, unique=True)
    state = models.CharField(max_length=15, choices=RefundState, default=RefundState.PROPOSED)
    order_number = models.CharField(max_length=64)
    line_id = models.CharField(max_length=64)
    unit = models.IntegerField()
    sold = models.IntegerField(help_text="How many of the line were sold.")
    paid_pence = models.BigIntegerField(help_text="What the customer paid for one.")
    amount_pence = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(_USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    proposed_why = models.CharField(max_length=300, blank=True)
    first_by = models.ForeignKey(_USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    first_for = models.ForeignKey(_USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    first_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(_USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_for = models.ForeignKey(_USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    external_id = models.CharField(max_length=64, blank=True)
    given_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_pence__gt=0), name="a_refund_is_money"),
            models.CheckConstraint(condition=Q(amount_pence__lte=F("paid_pence")), name="no_more_goes_back_than_was_paid"),
            models.CheckConstraint(condition=Q(unit__gte=1, unit__lte=F("sold")), name="a_refund_is_for_a_garment_sold"),
            models.UniqueConstraint(
                fields=["order_number", "line_id", "unit"], condition=~Q(state="declined"), name="one_live_refund_per_garment_sold"
            ),
            models.UniqueConstraint(fields=["kind", "external_id"], condition=~Q(external_id=""), name="one_refund_per_document_of_theirs"),
            models.CheckConstraint(condition=~Q(state="done") | ~Q(external_id=""), name="what_was_given_can_be_found"),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=True) | Q(decided_by__isnull=True) | Q(state="declined") | ~Q(proposed_by=F("decided_by")),
                name="who_proposes_a_refund_does_not_approve_it",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=True) | Q(first_by__isnull=True) | ~Q(proposed_by=F("first_by")),
                name="who_proposes_a_refund_is_not_its_first_approver",
            ),
            models.CheckConstraint(
                condition=Q(first_by__isnull=True) | Q(decided_by__isnull=True) | Q(state="declined") | ~Q(first_by=F("decided_by")),
                name="the_second_approver_of_a_refund_is_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="awaiting_second") | Q(first_by__isnull=False, first_at__isnull=False, decided_by__isnull=True),
                name="what_awaits_the_second_approver_has_a_first",
            ),
        ]
        permissions = [("decide_refund", "Can approve or decline a refund")]
        indexes = [models.Index(fields=["state", "proposed_at", "id"], name="refunds_by_state")]

    def __str__(self) -> str:
        return self.key


class PeriodSignOff(models.Model):
    """A month that somebody signed off, with the figures they saw. Signing again after it was reopened makes another row.

    `figures` is {"seen": what `figures_hash` covers, "reason": why it was signed with something left, "ledger_read_at"}.
    """

    month = models.DateField(help_text="Its first day.")
    figures = models.JSONField()
    figures_hash = models.CharField(max_length=64)
    signed_by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    reopened_by = models.ForeignKey(_USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month"], condition=Q(reopened_at__isnull=True), name="one_sign_off_per_month"),
        ]
        permissions = [("reopen_periodsignoff", "Can reopen a month that was signed off")]

    def __str__(self) -> str:
        return f"{self.month:%B %Y}"
