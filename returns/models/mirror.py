"""What the ledger shows: its accounts, and the journals in it that carry a key of ours, whoever made them."""

from django.db import models

from partners.ledger import DocStatus


class ChartAccount(models.Model):
    """One account of the ledger's chart. `why_not` says why a journal may not name it; `gone_at` since when the chart lacks it."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    why_not = models.CharField(max_length=200, blank=True)
    seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class LedgerDocument(models.Model):
    """A journal in the ledger whose narration carries a key of ours, as it was last shown. Facts only; nobody here decides them.

    `total_pence` is the sum of its debits, `content_hash` what it says in money (`partners.ledger.hash_of`).
    """

    external_id = models.CharField(max_length=64, unique=True)
    number = models.CharField(max_length=40, blank=True)
    key = models.CharField(max_length=60, db_index=True)
    status = models.CharField(max_length=6, choices=[(status.value, status.value) for status in DocStatus])
    raw_status = models.CharField(max_length=20, blank=True)
    dated_on = models.DateField()
    lines = models.JSONField(default=list)
    total_pence = models.BigIntegerField()
    content_hash = models.CharField(max_length=64)
    changed_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
