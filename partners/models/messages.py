"""What goes between us: what we want done at a partner, and what partners tell us."""

from django.db import models
from django.db.models import Q


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
    IN_THE_AIR = (State.SENDING, State.UNKNOWN)  # it may have its effect at any moment

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
