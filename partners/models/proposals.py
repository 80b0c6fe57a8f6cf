"""Changed meanings on their way into force: proposed, rehearsed, seconded, published, rolled back."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from partners.models.words import CodeMapping
from partners.states import IN_FORCE_ONCE, OPEN_PROPOSALS, ProposalState

NOT_REHEARSED = (ProposalState.DRAFT, ProposalState.DISCARDED)
_PERSON = settings.AUTH_USER_MODEL


class MappingProposal(models.Model):
    """A set of changed meanings of one kind, published together or not at all.

    `changes` is a list of {"mapping": id, "raw", "version": the version that was seen, "was": meaning, "becomes": meaning}, a meaning
    being {"target", "flags"}. `prediction` is what the owning room's rehearsal said would happen, `outcome` what was measured right
    after publishing; both are that room's words. `needs_second` is decided by the rehearsal and again when it is published.
    """

    partner = models.SlugField(max_length=20)
    kind = models.CharField(max_length=20, choices=CodeMapping.Kind)
    state = models.CharField(max_length=12, choices=ProposalState, default=ProposalState.DRAFT)
    changes = models.JSONField(default=list)
    proposed_by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    prediction = models.JSONField(null=True, blank=True)
    rehearsed_at = models.DateTimeField(null=True, blank=True)
    needs_second = models.BooleanField(default=False)
    reason = models.CharField(max_length=400, blank=True)
    approved_by = models.ForeignKey(_PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    outcome = models.JSONField(null=True, blank=True)
    undoes = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by")

    class Meta:
        permissions = [("approve_mappingproposal", "Can approve what somebody else proposed")]
        constraints = [
            models.UniqueConstraint(fields=["partner", "kind"], condition=Q(state__in=OPEN_PROPOSALS), name="one_open_proposal_per_kind"),
            models.CheckConstraint(condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")), name="nobody_approves_their_own"),
            models.CheckConstraint(
                condition=~Q(state__in=IN_FORCE_ONCE) | (Q(published_at__isnull=False, outcome__isnull=False) & ~Q(reason="")),
                name="what_was_published_says_when_and_why",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=IN_FORCE_ONCE, needs_second=True) | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="a_second_person_where_one_is_needed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=NOT_REHEARSED) | Q(rehearsed_at__isnull=False, prediction__isnull=False),
                name="rehearsed_before_anything_else",
            ),
        ]
        indexes = [models.Index(fields=["partner", "kind", "-published_at"], name="proposals_published")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} proposal {self.pk}"
