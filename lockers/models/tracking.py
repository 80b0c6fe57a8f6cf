"""What InPost said about a parcel's way. Kept here because InPost forgets after 121 days."""

from django.db import models


class TrackingEvent(models.Model):
    """One event, as it came: `code` is InPost's own, never changed. `place` holds type, id, name and postcode of where; no person."""

    class Source(models.TextChoices):
        WEBHOOK = "webhook", "Told by webhook"
        POLL = "poll", "Read by us"

    event_id = models.CharField(max_length=120, unique=True)
    tracking_number = models.CharField(max_length=60)
    code = models.CharField(max_length=40)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    source = models.CharField(max_length=7, choices=Source)
    place = models.JSONField(default=dict, blank=True)
    new_point = models.CharField(max_length=40, blank=True)
    returning_number = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["tracking_number", "happened_at", "id"], name="events_of_a_parcel")]

    def __str__(self) -> str:
        return f"{self.tracking_number} {self.code}"
