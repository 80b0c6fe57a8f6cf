"""The nightly look at shop and ACS, both ways: what each says of an order that the other says otherwise."""

from django.db import models
from django.db.models import Q

from orders.models.orders import Order
from orders.states import Difference


class ReconcileRun(models.Model):
    """One comparison of shop and ACS. `by_kind` counts what differs; `seal` signs the counts and the hash of what was found.

    `asked` is how many orders ACS was asked for besides those that it is asked for anyway; none where only the mirror was compared.
    """

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.CharField(max_length=150)
    asked = models.IntegerField(default=0)
    compared = models.IntegerField(
        default=0, help_text="Orders looked at: paid and not ended, at ACS, or cancelled after ACS was sent them."
    )
    differing = models.IntegerField(default=0)
    by_kind = models.JSONField(default=dict, blank=True)
    opened = models.IntegerField(default=0, help_text="Differences that were not there at the run before.")
    ended = models.IntegerField(default=0, help_text="Differences of the run before that are gone.")
    seal = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-started_at"], name="reconciles_latest_first")]

    def __str__(self) -> str:
        return f"Shop and ACS, run {self.pk}"


class ReconcileFinding(models.Model):
    """What shop and ACS say differently of one order now, from the run that saw it first to the run that missed it.

    `order` is none where ACS names an order that is none of ours: then this row is the subject of its case. `shop` and `acs` are the
    two values in a word or two, `fault` the class of it; never anything of a person.
    """

    number = models.CharField(max_length=64)
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.CASCADE, related_name="differences")
    kind = models.CharField(max_length=9, choices=Difference)
    code = models.CharField(max_length=24)
    fault = models.CharField(max_length=40)
    shop = models.CharField(max_length=80)
    acs = models.CharField(max_length=200)
    first_run = models.ForeignKey(ReconcileRun, on_delete=models.CASCADE, related_name="opened_findings")
    ended_run = models.ForeignKey(ReconcileRun, null=True, blank=True, on_delete=models.CASCADE, related_name="ended_findings")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number", "kind"], condition=Q(ended_run__isnull=True), name="one_live_difference_each"),
        ]
        indexes = [models.Index(fields=["ended_run"], name="differences_ended_by")]

    def __str__(self) -> str:
        return f"Order {self.number} at ACS"
