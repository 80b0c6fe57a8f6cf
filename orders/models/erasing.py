"""Whose data were erased, without saying whose."""

from django.db import models


class Erasure(models.Model):
    """The receipt of one erasure, of a customer or of orders that had their time. Append-only: the database refuses UPDATE and DELETE.

    `customer_key` is the customer's e-mail address as `exceptions_queue.audit.digest` writes it: who knows the address can find
    the receipt, and nobody can read the address from it. "" where there was none, and where it was not one customer.
    `counts` says how many rows of each kind were erased or emptied.
    """

    customer_key = models.CharField(max_length=40, blank=True, db_index=True)
    orders = models.IntegerField()
    counts = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    asked_by = models.CharField(max_length=150)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Erasure {self.pk}"
