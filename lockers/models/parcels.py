"""One parcel for one order: what it is, its label and every attempt to make one, and who printed or fetched it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from lockers.models.manifests import Manifest
from lockers.states import LIVE, AttemptState, Carriage, ParcelState, Remedy


class Parcel(models.Model):
    """One parcel of an order, known by `order_number` and `revision` (1, 2… as it is replaced). Lengths in mm, weight in g.

    `state` is our decision, moved only by `exceptions_queue.moves`. `carriage` and the columns beside it are facts derived from
    all of InPost's events so far, whatever order they came in. `gate_passed_at` is when the gate last let it pass.
    """

    class SizeFrom(models.TextChoices):
        ACS = "acs", "ACS's packed size"
        ESTIMATE = "estimate", "Our estimate"

    class MadeBy(models.TextChoices):
        LOCKSTEP = "lockstep", "Lockstep"
        ACS = "acs", "ACS"

    order_number = models.CharField(max_length=64)
    revision = models.IntegerField(default=1)
    state = models.CharField(max_length=13, choices=ParcelState, default=ParcelState.LABEL_PENDING)
    version = models.IntegerField(default=1)
    point_id = models.CharField(max_length=40)
    size = models.CharField(max_length=1, blank=True)
    length_mm = models.IntegerField(null=True, blank=True)
    width_mm = models.IntegerField(null=True, blank=True)
    height_mm = models.IntegerField(null=True, blank=True)
    weight_g = models.IntegerField(null=True, blank=True)
    size_from = models.CharField(max_length=8, choices=SizeFrom, default=SizeFrom.ESTIMATE)
    made_by = models.CharField(max_length=8, choices=MadeBy, default=MadeBy.LOCKSTEP)
    tracking_number = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    labelled_at = models.DateTimeField(null=True, blank=True)
    void_at = models.DateTimeField(null=True, blank=True)
    void_why = models.CharField(max_length=200, blank=True)

    manifest = models.ForeignKey(Manifest, null=True, blank=True, on_delete=models.PROTECT, related_name="parcels")
    gate_passed_at = models.DateTimeField(null=True, blank=True)
    manifested_at = models.DateTimeField(null=True, blank=True)

    carriage = models.CharField(max_length=13, choices=Carriage, default=Carriage.NONE, blank=True)
    carriage_at = models.DateTimeField(null=True, blank=True)
    last_code = models.CharField(max_length=20, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    in_locker_at = models.DateTimeField(null=True, blank=True)
    collect_by = models.DateTimeField(null=True, blank=True)
    collected_at = models.DateTimeField(null=True, blank=True)
    now_at_point = models.CharField(max_length=40, blank=True, help_text="Where InPost took it, when that is not `point_id`.")
    returning_number = models.CharField(max_length=60, blank=True)
    polled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions = [
            ("retry_parcel", "Can have a label made again"),
            ("print_parcel", "Can print and reprint labels"),
            ("replace_parcel", "Can replace a label"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["order_number", "revision"], name="one_row_per_parcel_revision"),
            models.UniqueConstraint(fields=["order_number"], condition=Q(state__in=LIVE), name="one_live_parcel_per_order"),
            models.UniqueConstraint(fields=["tracking_number"], condition=~Q(tracking_number=""), name="one_parcel_per_tracking_number"),
            models.CheckConstraint(
                condition=~Q(state="manifested") | Q(manifest__isnull=False, gate_passed_at__isnull=False, manifested_at__isnull=False),
                name="a_manifested_parcel_passed_the_gate",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["labelled", "manifested"]) | ~Q(tracking_number=""), name="a_labelled_parcel_has_its_number"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "created_at", "id"], condition=Q(state__in=LIVE), name="parcels_by_state"),
            models.Index(fields=["manifest", "id"], name="parcels_of_a_manifest"),
            models.Index(fields=["carriage", "collect_by", "id"], condition=~Q(carriage=""), name="parcels_by_carriage"),
            models.Index(fields=["point_id"], condition=Q(state__in=LIVE), name="live_parcels_by_point"),
        ]

    def __str__(self) -> str:
        return self.tracking_number or f"{self.order_number}/{self.revision}"


class LabelAttempt(models.Model):
    """One attempt to make a label; append-only but for its outcome. `problems` is [{"field", "reason", "to_do"}], never a value."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="attempts")
    number = models.IntegerField()
    deduplication_id = models.UUIDField()
    state = models.CharField(max_length=7, choices=AttemptState, default=AttemptState.ASKED)
    remedy = models.CharField(max_length=9, choices=Remedy, blank=True)
    problems = models.JSONField(default=list, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parcel", "number"], name="one_row_per_attempt")]


class Label(models.Model):
    """The bytes of a label as InPost made them, kept because InPost stops serving old ones."""

    class Format(models.TextChoices):
        PDF = "pdf", "PDF A6"
        ZPL = "zpl", "ZPL"

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="labels")
    format = models.CharField(max_length=3, choices=Format)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    fetched_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parcel", "format"], name="one_label_per_parcel_and_format")]


class LabelCopy(models.Model):
    """The ledger of copies: who printed or fetched a label, why, and the how manieth copy it was."""

    class How(models.TextChoices):
        PRINTED = "printed", "Printed at the desk"
        FETCHED = "fetched", "Fetched by its signed address"

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="copies")
    number = models.IntegerField()
    format = models.CharField(max_length=3, choices=Label.Format)
    how = models.CharField(max_length=7, choices=How)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by_text = models.CharField(max_length=150)
    why = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parcel", "number"], name="copies_are_numbered")]
