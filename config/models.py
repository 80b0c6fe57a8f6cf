"""What the roof keeps: people's terms, their links to a first password, who reviewed access, and what the system audit found each day."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


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
