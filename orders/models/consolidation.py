"""Orders that wait to be whole: one locker reservation takes one parcel."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from orders.models.orders import Order


class Consolidation(models.Model):
    """One wait of one order, at ACS or before it is sent there. `latest_safe_at` is the last moment that still makes the promise.

    `deadline_at` is when the rest is expected, or has to be decided about. Before the release `hold` is what stops the order.
    """

    class Where(models.TextChoices):
        PRE_RELEASE = "PRE_RELEASE", "Before it is sent to ACS"
        AT_ACS = "AT_ACS", "At ACS"

    class Choice(models.TextChoices):
        WAIT = "wait", "Wait for the rest"
        SPLIT = "split", "Split, with the customer's consent"
        HOME = "home", "Home delivery"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="consolidations")
    where = models.CharField(max_length=11, choices=Where)
    missing = models.JSONField(default=list, help_text='[{"line_id", "sku", "wanted", "picked"}]')
    opened_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    latest_safe_at = models.DateTimeField()
    choice = models.CharField(max_length=5, choices=Choice, blank=True)
    chosen_at = models.DateTimeField(null=True, blank=True)
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    delivery_method = models.CharField(max_length=120, blank=True, help_text="The home delivery method chosen, for `home`.")
    hold = models.ForeignKey("exceptions_queue.Hold", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    consent = models.CharField(max_length=400, blank=True, help_text="How and when the customer agreed to a split.")
    ended_at = models.DateTimeField(null=True, blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(ended_at__isnull=True), name="one_wait_per_order"),
            models.CheckConstraint(condition=~Q(choice="split") | ~Q(consent=""), name="a_split_names_the_consent"),
        ]
        indexes = [models.Index(fields=["latest_safe_at", "id"], condition=Q(ended_at__isnull=True), name="waits_by_latest_safe")]

    def __str__(self) -> str:
        return f"Wait of order {self.order_id}"

    @property
    def before_release(self) -> bool:
        return self.where == self.Where.PRE_RELEASE
