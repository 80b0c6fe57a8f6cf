"""The mirror of InPost's points: where a parcel can wait."""

from django.db import models
from django.db.models import Q


class Point(models.Model):
    """One InPost point, as the public points feed last said. All columns are facts; only a changed row is written.

    `sizes` holds the availability level per compartment size ({"A": "NORMAL", …}); a missing key means that the locker has
    no compartment of that size. `missing_crawls` counts full crawls in a row without the point; two make it gone.
    """

    point_id = models.CharField(max_length=40)
    status = models.CharField(max_length=20)
    is_locker = models.BooleanField()
    functions = models.JSONField(default=list)
    collect_excluded = models.BooleanField(default=False)
    name = models.CharField(max_length=200, blank=True)
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    province = models.CharField(max_length=100, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    outward = models.CharField(
        max_length=4, blank=True, default="", help_text="The first half of a UK postcode: the place a customer means."
    )
    description = models.CharField(max_length=500, blank=True)
    latitude = models.FloatField()
    longitude = models.FloatField()
    open_24_7 = models.BooleanField(default=False)
    opening_hours = models.CharField(max_length=500, blank=True)
    hours = models.JSONField(null=True, blank=True)
    physical_type = models.CharField(max_length=40, blank=True)
    availability = models.CharField(max_length=20, blank=True)
    sizes = models.JSONField(default=dict)
    low_since = models.JSONField(
        default=dict, blank=True, help_text='Since when a size is VERY_LOW without a break: {"A": "2026-06-09T11:00:00+00:00"}.'
    )
    image_url = models.CharField(max_length=300, blank=True)
    raw_hash = models.CharField(
        max_length=32, blank=True, default="", help_text="Of the record's bytes: the same bytes again need not even be decoded."
    )
    content_hash = models.CharField(max_length=32, help_text="Of the fields we mirror: decides whether the row is written.")
    may_receive = models.BooleanField(default=False, help_text="The rule `lockers.rules.may_receive`, kept for look-ups.")
    fetched_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    missing_crawls = models.IntegerField(default=0)
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        # A constraint and not `unique=True`, which would add a second index that only LIKE could use.
        constraints = [models.UniqueConstraint(fields=["point_id"], name="one_row_per_point")]
        indexes = [
            models.Index(fields=["latitude", "longitude"], condition=Q(may_receive=True), name="receiving_points_by_place"),
            models.Index(fields=["outward"], name="points_by_outward"),
        ]

    def __str__(self) -> str:
        return self.point_id


class PointChange(models.Model):
    """A point's status as it changed: what it was, what it became, when we saw it."""

    point = models.ForeignKey(Point, on_delete=models.CASCADE, related_name="changes")
    was = models.CharField(max_length=20, blank=True)
    became = models.CharField(max_length=20)
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["point", "-seen_at"], name="changes_of_a_point")]

    def __str__(self) -> str:
        return f"{self.was} → {self.became}"
