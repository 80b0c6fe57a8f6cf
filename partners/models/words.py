"""What partners' codes mean, and which programs may ask us."""

from django.conf import settings
from django.db import models


class CodeMapping(models.Model):
    """One partner's code -> our word. An unmapped code stays unmapped: raw text kept, nothing guessed.

    `target` is empty while unmapped; `flags` carries what else a kind needs (a delivery method's agent and destination).
    """

    class Kind(models.TextChoices):
        DELIVERY_METHOD = "delivery_method", "Delivery method"
        ORDER_STATUS = "order_status", "ACS order status"
        STOCK_STATUS = "stock_status", "ACS stock status"
        GRADE = "grade", "ACS grade"

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
