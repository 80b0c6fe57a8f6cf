"""What we read: feeds, their runs, the raw payloads and the records that could not be used."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Feed(models.Model):
    """One stream of facts from one partner, and the subject of its cases. `cursor` is the partner's own value."""

    name = models.CharField(max_length=40, unique=True)
    cursor = models.CharField(max_length=300, blank=True)
    paused = models.BooleanField(default=False)
    last_good_at = models.DateTimeField(null=True, blank=True)
    last_content_at = models.DateTimeField(null=True, blank=True, help_text="The partner's own as-of of the last applied content.")

    class Meta:
        permissions = [("pause_feed", "Can pause a feed"), ("run_feed", "Can run a feed now")]

    def __str__(self) -> str:
        return self.name


class SyncRun(models.Model):
    """One run of one feed. seen = created + changed + unchanged + rejected, always.

    `lease_until` belongs to the process that runs it; a run past its lease may be taken over and is marked failed.
    """

    class Outcome(models.TextChoices):
        RUNNING = "running", "Running"
        OK = "ok", "OK"
        PARTIAL = "partial", "Partial"
        HELD = "held", "Held for a person"
        FAILED = "failed", "Failed"
        SKIPPED = "skipped", "Skipped"

    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="runs")
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.RUNNING)
    full = models.BooleanField(default=False)
    out_of_turn = models.BooleanField(
        default=False, help_text="Asked for by a check in between: it says what is so, and nothing of how long it has been so."
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.CharField(max_length=32, blank=True)
    cursor_before = models.CharField(max_length=300, blank=True)
    cursor_after = models.CharField(max_length=300, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    pages = models.IntegerField(default=0)
    seen = models.IntegerField(default=0)
    created = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    gone = models.IntegerField(default=0)
    why = models.CharField(max_length=500, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    accepted_why = models.CharField(max_length=500, blank=True)

    class Meta:
        permissions = [("accept_syncrun", "Can accept a held feed with a reason")]
        constraints = [
            models.UniqueConstraint(fields=["feed"], condition=Q(outcome="running"), name="one_running_sync_per_feed"),
            models.CheckConstraint(
                condition=Q(seen=models.F("created") + models.F("changed") + models.F("unchanged") + models.F("rejected"))
                | Q(outcome="held"),
                name="sync_counts_add_up",
            ),
        ]
        indexes = [models.Index(fields=["feed", "-started_at", "-id"], name="runs_of_a_feed")]


class RawPayload(models.Model):
    """Bytes exactly as received, compressed, stored before anything parses them."""

    run = models.ForeignKey(SyncRun, null=True, blank=True, on_delete=models.CASCADE, related_name="payloads")
    source = models.CharField(max_length=300, help_text="Method and path without query values, or file name.")
    page = models.IntegerField(default=0)
    body = models.BinaryField(help_text="zlib level 1")
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField(db_index=True)


class RejectedRecord(models.Model):
    """One record we could not read: kept raw with path and reason. The same error twice is one row with a count."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="rejected_records")
    run = models.ForeignKey(SyncRun, null=True, on_delete=models.SET_NULL, related_name="rejected_records")
    key = models.CharField(max_length=120, blank=True)
    path = models.CharField(max_length=200)
    reason = models.CharField(max_length=300)
    raw = models.TextField()
    raw_hash = models.CharField(max_length=32)
    times = models.IntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    replay_asked_at = models.DateTimeField(null=True, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions = [
            ("replay_rejectedrecord", "Can replay a rejected record"),
            ("see_raw_rejectedrecord", "Can see a raw payload unmasked"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["feed", "key", "raw_hash"], condition=Q(solved_at__isnull=True), name="one_open_rejection_per_record"
            )
        ]
