"""What is kept about our talks with partners: runs, raw payloads, intents, inbox, circuits, mappings, tokens."""

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


class Intent(models.Model):
    """One effect we want at a partner: written before the call, settled by its receipt.

    `op_key` is fixed when the intent is written and goes with every attempt. An unclear outcome becomes UNKNOWN and is
    looked up after `next_at`; it is never blindly sent again.
    """

    class State(models.TextChoices):
        READY = "ready", "Ready"
        SENDING = "sending", "Sending"
        UNKNOWN = "unknown", "Outcome unknown"
        DONE = "done", "Done"
        DEAD = "dead", "Refused"
        CANCELLED = "cancelled", "Cancelled"

    ENDED = (State.DONE, State.DEAD, State.CANCELLED)

    kind = models.CharField(max_length=40)
    business_id = models.CharField(max_length=80)
    revision = models.IntegerField(default=1)
    op_key = models.CharField(max_length=160, unique=True)
    payload = models.JSONField(default=dict)
    payload_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=9, choices=State, default=State.READY)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.CharField(max_length=32, blank=True)
    remote_id = models.CharField(max_length=120, blank=True)
    receipt = models.JSONField(default=dict)
    error_class = models.CharField(max_length=40, blank=True)
    error = models.CharField(max_length=500, blank=True)
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "business_id"],
                condition=~Q(state__in=["done", "dead", "cancelled"]),
                name="one_live_intent_per_business_id",
            )
        ]
        indexes = [
            models.Index(fields=["kind", "next_at", "id"], condition=Q(state__in=["ready", "unknown", "sending"]), name="intents_due"),
            models.Index(fields=["kind", "business_id"], name="intents_of_a_subject"),
        ]


class InboxMessage(models.Model):
    """What a partner sent us, stored before the answer 200 and processed later, each delivery once."""

    class State(models.TextChoices):
        NEW = "new", "New"
        DONE = "done", "Done"
        DEAD = "dead", "Could not be processed"

    source = models.CharField(max_length=20)
    delivery_id = models.CharField(max_length=120)
    topic = models.CharField(max_length=80, blank=True)
    object_id = models.CharField(max_length=120, blank=True)
    object_version = models.CharField(max_length=60, blank=True)
    triggered_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    raw_body = models.BinaryField()
    raw_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=4, choices=State, default=State.NEW)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "delivery_id"], name="each_delivery_once")]
        indexes = [models.Index(fields=["source", "next_at", "id"], condition=Q(state="new"), name="inbox_due")]


class WebhookDoor(models.Model):
    """The door through which one shop or carrier tells us things: who was let in, who was not, and who had to be asked again.

    `refused_in_a_row` counts deliveries with a wrong signature since the last right one; nothing else of them is kept.
    `added` names what we had to subscribe to again at `added_at`, although we had been subscribed before.
    """

    source = models.SlugField(max_length=20, unique=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    refused = models.IntegerField(default=0)
    refused_in_a_row = models.IntegerField(default=0)
    refused_at = models.DateTimeField(null=True, blank=True)
    watched_at = models.DateTimeField(null=True, blank=True)
    added = models.JSONField(default=list, blank=True)
    added_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.source


class JobRun(models.Model):
    """One run of one timetabled job. Unique per job and window, so that two schedulers cannot both run it."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        OK = "ok", "OK"
        FAILED = "failed", "Failed"

    job = models.CharField(max_length=60)
    window = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField()
    attempts = models.IntegerField(default=1)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "window"], name="one_run_per_job_and_window"),
            models.UniqueConstraint(fields=["job"], condition=Q(state="running"), name="one_running_job"),
        ]
        indexes = [models.Index(fields=["job", "-started_at"], name="runs_of_a_job")]


class Heartbeat(models.Model):
    """When a beat last passed through a worker: proof that the cluster does work, not only that it lives."""

    name = models.CharField(max_length=40, primary_key=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)


class Circuit(models.Model):
    """The state of our line to one partner, shared by all processes: rate limit and circuit breaker.

    Opens after 5 failures in a row; half-open lets one probe a minute through. `denied_at` is a refused credential:
    the whole connector waits for a person.
    """

    partner = models.SlugField(max_length=20, unique=True)
    failures = models.IntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    probe_at = models.DateTimeField(null=True, blank=True)
    denied_at = models.DateTimeField(null=True, blank=True)
    throttled_until = models.DateTimeField(null=True, blank=True)
    tokens = models.FloatField(default=10.0)
    tokens_at = models.DateTimeField(null=True, blank=True)
    last_good_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    last_request_id = models.CharField(max_length=80, blank=True)

    class Meta:
        permissions = [("check_circuit", "Can test a connection")]

    def __str__(self) -> str:
        return self.partner


class CodeMapping(models.Model):
    """One partner's code -> our word. An unmapped code stays unmapped: raw text kept, nothing guessed.

    `target` is empty while unmapped; `flags` carries what else a kind needs (a delivery method's agent and destination).
    """

    class Kind(models.TextChoices):
        DELIVERY_METHOD = "delivery_method", "Delivery method"
        ORDER_STATUS = "order_status", "ACS order status"

    partner = models.SlugField(max_length=20)
    kind = models.CharField(max_length=20, choices=Kind)
    raw = models.CharField(max_length=200, help_text="Exactly as the partner writes it.")
    folded = models.CharField(max_length=200, help_text="Dashes, spaces and case folded: what is looked up.")
    target = models.CharField(max_length=60, blank=True)
    flags = models.JSONField(default=dict, blank=True)
    version = models.IntegerField(default=1)
    seen_count = models.IntegerField(default=0)
    first_seen_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "kind", "folded"], name="one_mapping_per_code")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.raw}"


class ApiToken(models.Model):
    """A program's key: shown once, kept as a hash, with scopes and an end."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    last_four = models.CharField(max_length=4)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
