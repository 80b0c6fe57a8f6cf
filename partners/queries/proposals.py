"""What is proposed of the meanings of one kind, what waits for a second person, and what was published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.db.models.fields.json import KeyTransform

from exceptions_queue.queries import words
from partners.actions.meanings import open_proposal
from partners.models import MappingProposal
from partners.queries.mappings import PARTNER, means
from partners.queries.words import clock_time
from partners.states import IN_FORCE_ONCE, ProposalState

MOST_PUBLISHED = 12

__all__ = ["Published", "changed", "open_proposal", "published"]


@dataclass(frozen=True)
class Published:
    """One publication, as the history tells it: by whom, why, what changed, what was foretold and what came of it."""

    pk: int
    when: str
    full: str
    who: str
    why: str
    lines: list[tuple[str, str, str]]
    predicted: int
    measured: int
    otherwise: int
    is_undo: bool
    may_undo: bool


def changed(proposal: MappingProposal) -> list[tuple[str, str, str]]:
    """(status, what it meant, what it would mean) of every change."""
    return [(change["raw"], _means(change["was"]), _means(change["becomes"])) for change in proposal.changes]


def published(kind: str, at: datetime) -> list[Published]:
    """The latest publications, the newest first; the long parts of their figures stay in the database. One statement."""
    rows = MappingProposal.objects.filter(partner=PARTNER, kind=kind, state__in=IN_FORCE_ONCE).select_related("proposed_by", "approved_by")
    figures = {
        "predicted": KeyTransform("delta", F("prediction")),
        "measured": KeyTransform("delta", F("outcome")),
        "otherwise": KeyTransform("otherwise", F("outcome")),
    }
    latest = rows.defer("prediction", "outcome").annotate(**figures).order_by("-published_at", "-pk")
    return [_published(row, at) for row in latest[:MOST_PUBLISHED]]


def _published(row: Any, at: datetime) -> Published:
    second = f", approved by {row.approved_by}" if row.approved_by_id else ""
    return Published(
        pk=row.pk,
        when=clock_time(row.published_at, at),
        full=words.full(row.published_at),
        who=f"{row.proposed_by}{second}",
        why=row.reason,
        lines=changed(row),
        predicted=int(row.predicted),
        measured=int(row.measured),
        otherwise=len(row.otherwise or []),
        is_undo=row.undoes_id is not None,
        may_undo=row.state == ProposalState.PUBLISHED,
    )


def _means(meaning: Mapping[str, Any]) -> str:
    return means(str(meaning["target"]), meaning["flags"])
