"""What somebody must hear of: alerts, the channels they go over, what was said, and when nobody wants to hear it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from exceptions_queue.rules import Step
from exceptions_queue.states import AlertKind, ChannelKind, MessageState


class AlertChannel(models.Model):
    """One place that alerts go to. `desks` names the owners it serves, all of them when empty; `delays` is minutes per AlertKind.

    Where and with which key is in the environment, except for e-mail, which needs to know to whom. `broken_at` is set when the
    channel refuses us for good: its messages then go to the next channel by `position`, and the log takes everything.
    """

    kind = models.CharField(max_length=8, choices=ChannelKind)
    name = models.CharField(max_length=60, unique=True)
    position = models.IntegerField(default=0)
    enabled = models.BooleanField(default=True)
    to = models.CharField(max_length=500, blank=True, help_text="For e-mail: addresses, separated by commas.")
    desks = models.JSONField(default=list, blank=True)
    delays = models.JSONField(default=dict, blank=True)
    broken_at = models.DateTimeField(null=True, blank=True)
    broken_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class Alert(models.Model):
    """One cause for concern. It is open as long as it is true; `count` is how many it concerns now, `most` how many at worst."""

    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=AlertKind)
    title = models.CharField(max_length=200)
    sentence = models.CharField(max_length=500)
    url = models.CharField(max_length=300, blank=True)
    owner = models.CharField(max_length=16, blank=True)
    count = models.IntegerField(default=1)
    most = models.IntegerField(default=1)
    due_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], condition=Q(closed_at__isnull=True), name="one_open_alert_per_cause")]
        indexes = [models.Index(fields=["-opened_at"], name="alerts_latest_first")]

    def __str__(self) -> str:
        return self.title


class AlertMessage(models.Model):
    """One message to one channel. `text` is frozen as it was said; `instead_of` names the broken channel it was meant for."""

    alert = models.ForeignKey(Alert, null=True, blank=True, on_delete=models.CASCADE, related_name="messages")
    channel = models.ForeignKey(AlertChannel, on_delete=models.CASCADE, related_name="messages")
    step = models.CharField(max_length=6, choices=[(step.value, step.value.capitalize()) for step in Step])
    count = models.IntegerField(default=1)
    title = models.CharField(max_length=240)
    text = models.CharField(max_length=1000)
    url = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=7, choices=MessageState, default=MessageState.WAITING)
    why = models.CharField(max_length=300, blank=True)
    instead_of = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alert", "channel", "step", "count"], condition=Q(alert__isnull=False), name="said_once")
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="waiting"), name="messages_to_send"),
            models.Index(fields=["-created_at"], name="messages_latest_first"),
        ]


class Maintenance(models.Model):
    """A time in which nothing new is raised, because somebody works on it."""

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    why = models.CharField(max_length=200)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="maintenance_ends_after_it_starts")]
        indexes = [models.Index(fields=["ends_at"], name="maintenance_by_end")]

    def __str__(self) -> str:
        return self.why
