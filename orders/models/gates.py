"""What each gate said of an order, with what it saw."""

from django.db import models
from django.db.models import Q

from orders.models.orders import Order


class GateDecision(models.Model):
    """What one gate said of one order, with the inputs it saw, so that the decision can be replayed."""

    class Gate(models.TextChoices):
        RELEASE = "release", "Release"
        PICKED = "picked", "Pick confirmed"
        MANIFEST = "manifest", "Manifest close"
        INTEGRITY = "integrity", "Daily integrity"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="decisions")
    gate = models.CharField(max_length=12, choices=Gate)
    passed = models.BooleanField()
    findings = models.JSONField(default=dict)
    inputs = models.JSONField(default=dict)
    inputs_hash = models.CharField(max_length=32)
    rules_version = models.CharField(max_length=20)
    decided_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["order", "-id"], name="decisions_of_an_order"),
            models.Index(fields=["decided_at", "id"], condition=Q(gate="release"), name="release_decisions_by_time"),
        ]
