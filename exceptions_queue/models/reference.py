"""The house's own words on the pages of the operational reference, and what readers say about them."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class ReferenceNote(models.Model):
    """One version of what the house adds to a code's page; the highest counts, and none is ever changed.

    `text` is plain, kept as typed and escaped where shown; "" takes the words off the page.
    """

    code = models.CharField(max_length=24)
    version = models.IntegerField()
    text = models.CharField(max_length=4000, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        default_permissions = ("add",)
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="one_reference_note_per_code_and_version"),
            models.CheckConstraint(condition=Q(version__gte=1), name="reference_notes_start_at_one"),
        ]

    def __str__(self) -> str:
        return f"Words {self.version} on {self.code}"


class ReferenceFeedback(models.Model):
    """Whether a page was enough for a reader, once a day at the most: a later answer of the day takes the earlier one's place."""

    code = models.CharField(max_length=24)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    enough = models.BooleanField()
    sentence = models.CharField(max_length=300, blank=True)
    said_at = models.DateTimeField()

    class Meta:
        default_permissions = ("add", "view")
        constraints = [models.UniqueConstraint(fields=["code", "user", "on"], name="one_answer_per_page_person_and_day")]
        indexes = [models.Index(fields=["code", "-on"], name="answers_of_a_page")]

    def __str__(self) -> str:
        return f"{self.code}: {'enough' if self.enough else 'not enough'}"
