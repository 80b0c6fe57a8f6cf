"""What is wrong, how many of it, what people wrote about it, and what they decided must wait."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from exceptions_queue.states import CaseState, Owner


class Subject(models.Model):
    """What a row is about: any row of any room, with its label frozen so that history stays readable."""

    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=200)

    class Meta:
        abstract = True


class ExceptionCase(Subject):
    """One thing that is wrong with one subject, until the facts are right.

    `evidence` names the field and the fault class, never the value: personal data stays with the subject.
    `blocks` holds letters of `Block`. `version` rises with every act of a person, for the check on save.
    """

    code = models.CharField(max_length=24)
    state = models.CharField(max_length=8, choices=CaseState, default=CaseState.OPEN)
    blocks = models.CharField(max_length=4, blank=True)
    owner = models.CharField(max_length=16, choices=Owner)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    evidence = models.JSONField(default=dict)
    evidence_hash = models.CharField(max_length=32)
    cause_key = models.CharField(max_length=120, blank=True)
    url = models.CharField(max_length=200, blank=True)
    order_number = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=40, blank=True)
    locker_id = models.CharField(max_length=40, blank=True)
    customer_key = models.CharField(max_length=32, blank=True)
    value_pence = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    cutoff_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True, help_text="Since when it waits for the customer's answer.")
    waiting_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    waiting_until = models.DateTimeField(null=True, blank=True, help_text="When it comes back by itself.")
    waited_s = models.IntegerField(default=0, help_text="Seconds it has waited for the customer before: off the owner's response clock.")
    last_seen_at = models.DateTimeField()
    rules_version = models.CharField(max_length=20, blank=True, help_text="The version of the rules that found it, where its room has one.")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    closed_why = models.CharField(max_length=500, blank=True)
    lapsed_at = models.DateTimeField(
        null=True, blank=True, help_text="When the fault went away that a person had closed by hand: coming back, it opens anew."
    )
    version = models.IntegerField(default=1)

    class Meta:
        permissions = [
            ("assign_exceptioncase", "Can assign a case"),
            ("snooze_exceptioncase", "Can snooze a case"),
            ("waive_exceptioncase", "Can waive a case that blocks nothing"),
            ("close_exceptioncase", "Can close a case by hand with a reason"),
            ("export_exceptioncase", "Can export cases"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "code"],
                condition=Q(state=CaseState.OPEN),
                name="one_open_case_per_subject_and_code",
            ),
            models.CheckConstraint(
                condition=Q(state=CaseState.OPEN, closed_at__isnull=True) | (~Q(state=CaseState.OPEN) & Q(closed_at__isnull=False)),
                name="a_case_is_closed_exactly_when_it_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state=CaseState.OPEN), name="open_by_due"),
            models.Index(fields=["owner", "due_at", "id"], condition=Q(state=CaseState.OPEN), name="open_by_owner_due"),
            models.Index(fields=["code", "due_at", "id"], condition=Q(state=CaseState.OPEN), name="open_by_code_due"),
            models.Index(fields=["owner", "code", "due_at", "id"], condition=Q(state=CaseState.OPEN), name="open_by_owner_code_due"),
            models.Index(fields=["assignee", "due_at", "id"], condition=Q(state=CaseState.OPEN), name="open_by_assignee_due"),
            models.Index(fields=["cause_key", "due_at"], condition=Q(state=CaseState.OPEN), name="open_by_cause"),
            models.Index(
                fields=["snoozed_until"], condition=Q(state=CaseState.OPEN, snoozed_until__isnull=False), name="open_by_end_of_snooze"
            ),
            models.Index(fields=["waiting_until"], condition=Q(waiting_since__isnull=False), name="cases_that_wait"),
            models.Index(fields=["-closed_at", "-id"], condition=~Q(state=CaseState.OPEN), name="closed_latest_first"),
            models.Index(fields=["subject_type", "subject_id"], name="cases_of_a_subject"),
            models.Index(fields=["order_number"], condition=~Q(order_number=""), name="cases_of_an_order"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.subject_label}"


class CaseCount(models.Model):
    """How many cases are open per owner and code: kept in the transaction that opens or closes them.

    A rail of counts over 100,000 open cases costs one small read instead of a GROUP BY.
    """

    owner = models.CharField(max_length=16, choices=Owner)
    code = models.CharField(max_length=24)
    open_count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "code"], name="one_count_per_owner_and_code"),
            models.CheckConstraint(condition=Q(open_count__gte=0), name="open_count_is_never_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.open_count} x {self.code} ({self.owner})"


class CaseNote(models.Model):
    """What a person wrote on a case. Kept as typed, escaped where shown."""

    case = models.ForeignKey(ExceptionCase, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.CharField(max_length=5000)
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Note {self.pk} on case {self.case_id}"


class Hold(Subject):
    """A decision that a subject must wait, with its owner and its way out. Many may stand at once."""

    reason = models.CharField(max_length=300)
    exit = models.CharField(max_length=300, help_text="What has to be true for the hold to end.")
    owner = models.CharField(max_length=16, choices=Owner)
    handle = models.CharField(max_length=64, unique=True)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    placed_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], condition=Q(cleared_at__isnull=True), name="live_holds_of_a_subject")
        ]

    def __str__(self) -> str:
        return f"Hold on {self.subject_label}"
