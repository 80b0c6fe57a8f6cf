"""When each place works."""

from django.db import models
from django.db.models import Q


class Site(models.Model):
    """A place that works to a clock. Times are local to `time_zone`; `working_days` are ISO weekdays (1 = Monday)."""

    key = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    time_zone = models.CharField(max_length=40, default="Europe/London")
    bank_holidays = models.CharField(
        max_length=8, blank=True, default="SCT", help_text="UK division whose bank holidays close the site: SCT, ENG, WLS, NIR or empty."
    )
    working_days = models.CharField(max_length=7, default="12345")
    order_cutoff = models.TimeField(help_text="Orders sent to ACS by this time make the day's collection.")
    collection_at = models.TimeField(help_text="InPost's collection.")
    lead_minutes = models.IntegerField(default=240, help_text="Minutes from release to packed.")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(lead_minutes__gte=0), name="lead_minutes_is_not_negative")]

    def __str__(self) -> str:
        return self.name


class SiteDay(models.Model):
    """A day that differs from the site's week: closed, or with other times."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="days")
    on = models.DateField()
    closed = models.BooleanField(default=False)
    order_cutoff = models.TimeField(null=True, blank=True)
    collection_at = models.TimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "on"], name="one_exception_per_site_and_day")]
        ordering = ["on"]

    def __str__(self) -> str:
        return f"{self.site_id} on {self.on}"
