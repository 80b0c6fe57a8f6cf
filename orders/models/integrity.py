"""The daily look at every open locker order: shop, ACS and InPost side by side, signed off by a named person."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from orders.models.orders import Order


class IntegrityRun(models.Model):
    """One run over all open locker orders. `by_code` counts findings; `seal` signs counts, rules version and the hash of the findings."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.CharField(max_length=150)
    rules_version = models.CharField(max_length=20)
    orders = models.IntegerField(default=0)
    passed = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    by_code = models.JSONField(default=dict, blank=True)
    opened = models.IntegerField(default=0, help_text="Findings that were not there at the run before.")
    ended = models.IntegerField(default=0, help_text="Findings of the run before that are gone.")
    seal = models.CharField(max_length=64, blank=True)
    signed_off_at = models.DateTimeField(null=True, blank=True)
    signed_off_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        permissions = [
            ("sign_off_integrityrun", "Can sign off the daily integrity run"),
            ("run_integrityrun", "Can start an integrity run"),
        ]
        indexes = [models.Index(fields=["-started_at"], name="integrity_runs_latest_first")]

    def __str__(self) -> str:
        return f"Integrity run {self.pk}"


class IntegrityFinding(models.Model):
    """What is wrong with one locker order now. A finding lives from the run that saw it first to the run that missed it; what stays
    as it is is not written again. `evidence` names the field and what each of the three says of it, never a person."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="findings")
    code = models.CharField(max_length=24)
    evidence = models.JSONField(default=dict)
    first_run = models.ForeignKey(IntegrityRun, on_delete=models.CASCADE, related_name="opened_findings")
    ended_run = models.ForeignKey(IntegrityRun, null=True, blank=True, on_delete=models.CASCADE, related_name="ended_findings")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "code"], condition=Q(ended_run__isnull=True), name="one_live_finding_each")]
        indexes = [models.Index(fields=["ended_run"], name="findings_ended_by")]
