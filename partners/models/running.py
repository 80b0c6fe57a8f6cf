"""How the talking itself goes: timetabled jobs, the heartbeat, the state of each line."""

from django.db import models
from django.db.models import Q


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
