"""By what may customers put something right themselves: one link at a time for each order."""

from django.db import models
from django.db.models import Q

from orders.models.orders import Order


class CustomerLink(models.Model):
    """A link by which the customer of one order, without a login, puts right what `purpose` says.

    The address itself is kept nowhere: it is `nonce` signed with the installation's key, so a copy of this table opens nothing.
    """

    class Purpose(models.TextChoices):
        MOBILE = "mobile", "Their mobile number"
        LOCKER = "locker", "Another locker"
        BOTH = "both", "Their mobile number and another locker"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="customer_links")
    nonce = models.CharField(max_length=32, unique=True)
    purpose = models.CharField(max_length=6, choices=Purpose)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    opens = models.IntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True, help_text="When it was last opened.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(used_at__isnull=True, revoked_at__isnull=True), name="one_customer_link_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True), name="a_used_customer_link_is_not_revoked"
            ),
        ]

    def __str__(self) -> str:
        return f"Link for the customer of order {self.order_id}"
