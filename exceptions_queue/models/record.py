"""Who did what: append-only, and sealed in a chain."""

from django.db import models
from django.db.models import Q

from exceptions_queue.models.cases import Subject


class AuditEntry(Subject):
    """One act, written in the transaction of the act. Append-only: the database refuses UPDATE and DELETE.

    Actor and subject are frozen as text. `before` and `after` hold field names, with personal values hashed.
    """

    at = models.DateTimeField()
    actor_id_text = models.CharField(max_length=40)
    actor_label = models.CharField(max_length=150)
    verb = models.CharField(max_length=60)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        permissions = [("export_auditentry", "Can export the audit log")]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-id"], name="audit_of_a_subject"),
            models.Index(fields=["-at", "-id"], name="audit_latest_first"),
            # The filters of the log's page: a rare name among 100,000 acts costs 0.1 ms with these and 10 to 40 ms without.
            models.Index(fields=["actor_label", "-at", "-id"], name="audit_of_an_actor"),
            models.Index(fields=["verb", "-at", "-id"], name="audit_of_a_verb"),
            models.Index(fields=["subject_label"], opclasses=["varchar_pattern_ops"], name="audit_of_a_label"),  # "starts with"
        ]

    def __str__(self) -> str:
        return f"{self.verb}: {self.subject_label}"


class AuditSeal(models.Model):
    """The place of one audit entry in the hash chain: each hash covers the entry and the hash before it."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="seal")
    previous_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(seq__gte=1), name="the_chain_starts_at_one")]

    def __str__(self) -> str:
        return f"Seal {self.seq}"
