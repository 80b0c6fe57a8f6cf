"""How people share the queue: views they keep, rules that hand out cases, who looks at what, and acts on many cases at once."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from exceptions_queue.models.cases import ExceptionCase
from exceptions_queue.states import BulkState, ItemState, Owner


class SavedView(models.Model):
    """A question to the queue that somebody keeps: `query` is its address after the question mark, never personal data.

    A shared view is everybody's to use, of one desk where `owner` names one. It outlives its author.
    """

    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    shared = models.BooleanField(default=False)
    owner = models.CharField(max_length=16, choices=Owner, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        permissions = [("share_savedview", "Can share a view of the queue with others")]
        constraints = [models.UniqueConstraint(fields=["author", "name"], name="one_view_per_author_and_name")]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class OwnershipRule(models.Model):
    """Whose a new case is, where it is not its code's own desk's: tried by `position`, the first that matches decides.

    An empty condition matches everything. `assignee` empty leaves the case to the whole desk.
    """

    position = models.IntegerField()
    name = models.CharField(max_length=60, unique=True)
    code = models.CharField(max_length=24, blank=True)
    channel = models.CharField(max_length=40, blank=True)
    locker_prefix = models.CharField(max_length=40, blank=True)
    min_value_pence = models.BigIntegerField(default=0)
    owner = models.CharField(max_length=16, choices=Owner)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    enabled = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.CheckConstraint(condition=Q(min_value_pence__gte=0), name="least_value_is_not_negative")]

    def __str__(self) -> str:
        return self.name


class Presence(models.Model):
    """That somebody has a case open. It tells colleagues; it locks nothing. `version` is the case's when last looked at."""

    case = models.ForeignKey(ExceptionCase, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="one_presence_per_case_and_person")]
        indexes = [models.Index(fields=["seen_at"], name="presence_latest")]


class BulkJob(models.Model):
    """One act on many cases: accepted at once, done by a worker in batches, each item exactly once.

    total = todo + done + failed + skipped, always; the three counts are moved in the batch's own transaction.
    """

    kind = models.CharField(max_length=32)
    params = models.JSONField(default=dict)
    question = models.CharField(max_length=500, blank=True, help_text="The question whose answer it acts on, as in the queue's address.")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=8, choices=BulkState, default=BulkState.QUEUED)
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    skipped = models.IntegerField(default=0)
    undoes = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.CharField(max_length=32, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="bulk_jobs_latest_first")]
        constraints = [
            models.CheckConstraint(condition=Q(total__gte=F("done") + F("failed") + F("skipped")), name="a_job_does_no_more_than_its_total")
        ]

    def __str__(self) -> str:
        return f"Bulk job {self.pk}: {self.kind}"

    @property
    def todo(self) -> int:
        return self.total - self.done - self.failed - self.skipped


class BulkItem(models.Model):
    """One case of a bulk job, and what became of it. `before` holds what an undo puts back; names and ids, never personal data."""

    job = models.ForeignKey(BulkJob, on_delete=models.CASCADE, related_name="items")
    case = models.ForeignKey(ExceptionCase, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=ItemState, default=ItemState.TO_DO)
    why = models.CharField(max_length=300, blank=True)
    before = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "case"], name="one_item_per_job_and_case")]
        indexes = [models.Index(fields=["job", "id"], condition=Q(state="todo"), name="items_still_to_do")]
