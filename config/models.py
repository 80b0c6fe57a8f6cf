"""What the roof keeps: people's terms and links, access reviews, the audit's daily counts, who trained on what, shift hand-overs."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from config.states import HandoverState


class Access(models.Model):
    """A person's terms. Without a row there are none: the account's own `is_active` decides.

    Days are whole days of the desk's time zone, both included.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True, help_text="When a colleague ended the access.")
    last_seen_at = models.DateTimeField(null=True, blank=True, help_text="Noted every five minutes of use.")

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("manage_access", "Can invite people, change their roles and end their access"),
            ("view_reports", "Can look at reports and export them"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="access_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return f"Access of {self.user_id}"


class Invitation(models.Model):
    """A link to choose a password: shown once, kept as a hash, good for one use until it expires or is replaced."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(used_at__isnull=True, withdrawn_at__isnull=True), name="one_open_invitation_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"Invitation of {self.user_id}"


class SystemAuditDay(models.Model):
    """What one check of the system audit found on one day, nought included, so that a trend can tell "nothing" from "not looked at"."""

    on = models.DateField()
    key = models.CharField(max_length=40, help_text="The check, by its key in config/system_audit/registry.py.")
    count = models.IntegerField()
    touched = models.IntegerField(help_text="How many orders, garments, baskets or runs its cost counted.")
    pence = models.BigIntegerField()

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["on", "key"], name="one_audit_row_per_day_and_check"),
            models.CheckConstraint(condition=Q(count__gte=0, touched__gte=0), name="an_audit_counts_from_nought"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.key}: {self.count}"


class ExerciseAttempt(models.Model):
    """One person at one exercise of the training: the case they took, and when its result was there. One row a person and exercise.

    Taking another case writes the row anew as long as it is not passed.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    exercise = models.CharField(max_length=40, help_text="By its key in config/training/exercises.py.")
    case = models.ForeignKey("exceptions_queue.ExceptionCase", null=True, on_delete=models.SET_NULL, related_name="+")
    began_at = models.DateTimeField()
    passed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["person", "exercise"], name="one_attempt_per_person_and_exercise"),
            models.CheckConstraint(
                condition=Q(passed_at__isnull=True) | Q(passed_at__gte=F("began_at")), name="nothing_is_passed_before_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"Exercise {self.exercise}"


class Handover(models.Model):
    """One shift given to the next. `figures` is how the desk stood, frozen as `config.handover.drafting` counts it.

    Whoever accepts is somebody else, by the database too. `note` is kept as typed and escaped where shown.
    """

    state = models.CharField(max_length=10, choices=HandoverState, default=HandoverState.OPEN)
    handed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    handed_at = models.DateTimeField()
    note = models.CharField(max_length=2000, blank=True)
    figures = models.JSONField(default=dict)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ("view", "add")
        constraints = [
            models.UniqueConstraint(fields=["handed_by"], condition=Q(state=HandoverState.OPEN), name="one_open_handover_per_person"),
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True) | ~Q(accepted_by=F("handed_by")), name="nobody_accepts_their_own_handover"
            ),
            models.CheckConstraint(
                condition=Q(state=HandoverState.ACCEPTED, accepted_by__isnull=False, accepted_at__isnull=False)
                | (~Q(state=HandoverState.ACCEPTED) & Q(accepted_by__isnull=True, accepted_at__isnull=True)),
                name="an_accepted_handover_says_by_whom_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"Hand-over of {self.handed_at:%Y-%m-%d %H:%M}"


class AccessReview(models.Model):
    """Somebody looked through everybody's access and signed for it. Rows are only ever added.

    `seen` is who had which roles then: [{"user": id, "roles": [names], "standing", "two_step", "superuser"}], `seen_hash` its digest.
    """

    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(db_index=True)
    reason = models.CharField(max_length=400, help_text="What was looked at, and what follows from it.")
    people = models.IntegerField()
    seen = models.JSONField(default=list)
    seen_hash = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"access review {self.pk}"
