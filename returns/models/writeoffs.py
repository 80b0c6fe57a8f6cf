"""The write-off of one garment, and everybody's word on it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from returns.models.returned import ReturnItem
from returns.states import Cause, LedgerClass, Method, Route, WriteOffState

_USER = settings.AUTH_USER_MODEL


class WriteOff(models.Model):
    """One garment that is to leave the books.

    `lines` is the drafted journal, [{"purpose", "account", "debit_pence", "credit_pence", "memo"}], `lines_hash` what an approver
    signs: any change of amount, account, period, garment or evidence makes another. `happened_on` is when it was graded, `post_on` the day
    it is posted under. `raised_by` is nobody where the system raised it. `grader` is ACS's text. `first_for` and `second_for` are
    whom the approver stood in for. `state` is moved only by `exceptions_queue.moves`.
    """

    reference = models.CharField(max_length=20, unique=True, help_text="BER-YYMMDD-NNNNN, ours, at most 20 characters.")
    rfid = models.CharField(max_length=64)
    sku = models.CharField(max_length=64, blank=True)
    item = models.ForeignKey(ReturnItem, null=True, blank=True, on_delete=models.PROTECT, related_name="write_offs")
    cause = models.CharField(max_length=8, choices=Cause)
    state = models.CharField(max_length=17, choices=WriteOffState, default=WriteOffState.DRAFTED)
    version = models.IntegerField(default=1)

    happened_on = models.DateField()
    raw_grade = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    grader = models.CharField(max_length=120, blank=True)
    raised_by = models.ForeignKey(_USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()

    ledger_class = models.CharField(max_length=10, choices=LedgerClass, blank=True)
    owner = models.CharField(max_length=120, blank=True)
    cost_pence = models.BigIntegerField(null=True, blank=True)
    depreciation_pence = models.BigIntegerField(null=True, blank=True)
    cost_as_at = models.DateField(null=True, blank=True)
    carrying_pence = models.BigIntegerField(null=True, blank=True, help_text="Cost less depreciation; none while it is not known.")
    valued_by = models.ForeignKey(
        _USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Who entered the value; nobody for a file."
    )
    evidence_by = models.ForeignKey(
        _USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Who last added evidence, but for photos."
    )
    route = models.CharField(max_length=9, choices=Route, blank=True)
    certificate = models.CharField(max_length=120, blank=True)
    repair_pence = models.BigIntegerField(null=True, blank=True)
    cleaning_pence = models.BigIntegerField(null=True, blank=True)
    income_pence = models.BigIntegerField(null=True, blank=True, help_text="What it might still bring in, repaired.")

    method = models.CharField(max_length=16, choices=Method, default=Method.JOURNAL)
    post_on = models.DateField(null=True, blank=True)
    lines = models.JSONField(default=list)
    lines_hash = models.CharField(max_length=64, blank=True)

    first_by = models.ForeignKey(_USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    first_for = models.ForeignKey(_USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    first_at = models.DateTimeField(null=True, blank=True)
    second_by = models.ForeignKey(_USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    second_for = models.ForeignKey(_USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    second_at = models.DateTimeField(null=True, blank=True)
    needs_second = models.BooleanField(default=False)
    approved_hash = models.CharField(max_length=64, blank=True)

    journal = models.ForeignKey("returns.Journal", null=True, blank=True, on_delete=models.PROTECT, related_name="write_offs")
    reversal = models.ForeignKey("returns.Journal", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_write_offs")

    class Meta:
        permissions = [
            ("approve_writeoff", "Can approve, query and reject write-offs"),
            ("reverse_writeoff", "Can reverse a posted write-off"),
            ("complete_writeoff", "Can add evidence, a route and costs to a write-off"),
            ("post_writeoff", "Can post approved write-offs again"),
            ("export_writeoff", "Can take a month's register and evidence away"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["rfid"], condition=~Q(state__in=["rejected", "reversed"]), name="one_live_write_off_per_garment"
            ),
            models.CheckConstraint(
                condition=Q(raised_by__isnull=True) | Q(first_by__isnull=True) | ~Q(raised_by=F("first_by")),
                name="who_raised_it_does_not_approve_it",
            ),
            models.CheckConstraint(
                condition=Q(raised_by__isnull=True) | Q(second_by__isnull=True) | ~Q(raised_by=F("second_by")),
                name="who_raised_it_is_not_the_second",
            ),
            models.CheckConstraint(
                condition=Q(valued_by__isnull=True)
                | ((Q(first_by__isnull=True) | ~Q(valued_by=F("first_by"))) & (Q(second_by__isnull=True) | ~Q(valued_by=F("second_by")))),
                name="who_valued_it_does_not_approve_it",
            ),
            models.CheckConstraint(
                condition=Q(evidence_by__isnull=True)
                | (
                    (Q(first_by__isnull=True) | ~Q(evidence_by=F("first_by")))
                    & (Q(second_by__isnull=True) | ~Q(evidence_by=F("second_by")))
                ),
                name="who_added_its_evidence_does_not_approve_it",
            ),
            models.CheckConstraint(
                condition=Q(first_by__isnull=True) | Q(second_by__isnull=True) | ~Q(first_by=F("second_by")),
                name="the_second_is_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "posting", "post_unknown", "posted", "verified", "reversed"])
                | Q(first_by__isnull=False, approved_hash=F("lines_hash")),
                name="what_is_approved_was_signed_as_it_stands",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "posting", "post_unknown", "posted", "verified", "reversed"], needs_second=True)
                | Q(second_by__isnull=False),
                name="what_needs_two_has_two",
            ),
            models.CheckConstraint(condition=~Q(ledger_class="consigned") | Q(method="none"), name="what_is_not_ours_is_never_posted"),
        ]
        indexes = [
            models.Index(fields=["state", "raised_at"], name="write_offs_by_state"),
            models.Index(fields=["happened_on"], name="write_offs_by_day"),
            models.Index(fields=["grader", "sku"], name="write_offs_that_look_split"),
        ]

    def __str__(self) -> str:
        return self.reference


class Approval(models.Model):
    """One word of one person on one write-off; append-only. It keeps what they saw: hash, value, their tier and limit then."""

    class Word(models.TextChoices):
        APPROVED = "approved", "Approved"
        QUERIED = "queried", "Queried"
        REJECTED = "rejected", "Rejected"
        REVERSED = "reversed", "Reversed"
        VOIDED = "voided", "Voided by a change"
        ANSWERED = "answered", "Answered"

    write_off = models.ForeignKey(WriteOff, on_delete=models.CASCADE, related_name="words")
    word = models.CharField(max_length=8, choices=Word)
    by = models.ForeignKey(_USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    for_whom = models.ForeignKey(_USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    tier = models.CharField(max_length=20, blank=True)
    limit_pence = models.BigIntegerField(null=True, blank=True)
    lines_hash = models.CharField(max_length=64)
    carrying_pence = models.BigIntegerField(null=True, blank=True)
    comment = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["write_off", "at"], name="words_on_a_write_off")]
