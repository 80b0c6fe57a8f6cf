"""One collection = site × date × cut-off: what goes with it, what was pulled from it, and what was seen at the cut-off."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from lockers.states import ManifestState


class Manifest(models.Model):
    """The parcels of one collection. `snapshot` is what stood open at the cut-off, frozen for the morning's review.

    `points_asked` and `points_from_mirror` count lockers looked up afresh and lockers judged by the mirror at the last closing.
    """

    site_key = models.SlugField(max_length=20)
    collection_on = models.DateField()
    cutoff_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=ManifestState, default=ManifestState.OPEN)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    closing_by = models.CharField(max_length=150, blank=True)
    closing_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_why = models.CharField(max_length=400, blank=True)
    points_asked = models.IntegerField(default=0)
    points_from_mirror = models.IntegerField(default=0)
    snapshot = models.JSONField(null=True, blank=True)

    class Meta:
        permissions = [("close_manifest", "Can close a manifest and pull parcels"), ("reopen_manifest", "Can reopen a manifest")]
        constraints = [
            models.UniqueConstraint(fields=["site_key", "collection_on", "cutoff_at"], name="one_manifest_per_collection"),
            models.CheckConstraint(condition=~Q(state="closed") | Q(closed_at__isnull=False), name="a_closed_manifest_says_when"),
        ]
        indexes = [models.Index(fields=["-cutoff_at"], name="manifests_latest_first")]

    def __str__(self) -> str:
        return f"{self.site_key} {self.collection_on}"


class Pull(models.Model):
    """A parcel that the gate or a person took from a manifest, and why. `fresh` says that its locker was looked up for it."""

    manifest = models.ForeignKey(Manifest, on_delete=models.CASCADE, related_name="pulls")
    parcel = models.ForeignKey("lockers.Parcel", on_delete=models.CASCADE, related_name="pulls")
    codes = models.JSONField(default=list)
    why = models.CharField(max_length=400, blank=True)
    fresh = models.BooleanField(default=False)
    pulled_by = models.CharField(max_length=150)
    pulled_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["manifest", "parcel"], name="pulls_of_a_manifest")]
