"""How long things are kept, as an admin set it."""

from django.conf import settings
from django.db import models


class RetentionPeriod(models.Model):
    """How many days one thing is kept. What it is, and its bounds, are `partners.rules.retention`."""

    what = models.SlugField(max_length=20, unique=True)
    days = models.IntegerField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(days__gte=1), name="nothing_is_kept_for_less_than_a_day")]

    def __str__(self) -> str:
        return f"retention of {self.what.replace('_', ' ')}"
