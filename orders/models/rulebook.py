"""What people changed about the rules, and what a change was seen to do before."""

from django.conf import settings
from django.db import models


class RuleSetting(models.Model):
    """One published value of one setting. Rows are only ever added; the newest row of a key counts.

    `version` counts through all settings and is unique: of two people who publish at once, the database takes one. `in_force`
    is every value after this one, with the version itself, so that the gate reads one row.
    """

    version = models.IntegerField(unique=True)
    key = models.CharField(max_length=40)
    value = models.JSONField()
    in_force = models.JSONField()
    reason = models.CharField(max_length=300)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    replay = models.ForeignKey("orders.RuleReplay", null=True, blank=True, on_delete=models.PROTECT, related_name="published")

    class Meta:
        permissions = [("publish_rulesetting", "Can try, publish and roll back a setting of the rules")]
        indexes = [models.Index(fields=["key", "-version"], name="versions_of_a_setting")]

    def __str__(self) -> str:
        return f"{self.key}, version {self.version}"


class RuleReplay(models.Model):
    """One value tried on stored decisions: what it would have done. `base_version` is the version it was compared with.

    `result` has counts and order numbers, never a person. `started_at` is the claim of whoever is at it.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting for a worker"
        RUNNING = "running", "Under way"
        DONE = "done", "Done"
        FAILED = "failed", "Given up"

    key = models.CharField(max_length=40)
    value = models.JSONField()
    base_version = models.IntegerField()
    days = models.SmallIntegerField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    attempts = models.SmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    total = models.IntegerField(default=0)
    looked_at = models.IntegerField(default=0)
    result = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["key", "-id"], name="replays_of_a_setting")]

    def __str__(self) -> str:
        return f"Replay {self.pk} of {self.key}"
