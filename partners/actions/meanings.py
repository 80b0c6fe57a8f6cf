"""Meanings that are proposed first: drafted, rehearsed by the room they matter to, seconded, put in force, undone, discarded."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django_q.tasks import async_task

from exceptions_queue.audit import record
from exceptions_queue.moves import IllegalMove, move
from partners.mappings import StaleMapping, set_target
from partners.models import CodeMapping, MappingProposal
from partners.states import OPEN_PROPOSALS, PROPOSAL_MOVES, ProposalState

Meaning = Mapping[str, Any]
Kind = CodeMapping.Kind
PROPOSED = frozenset({Kind.STOCK_STATUS})  # kinds whose meanings never change by a direct save


class NotYours(Exception):
    """Somebody else's proposal of this kind is open. `proposal` is theirs."""

    def __init__(self, proposal: MappingProposal) -> None:
        super().__init__(f"{proposal.proposed_by} has changes of their own that are not published yet.")
        self.proposal = proposal


class NothingChanged(Exception):
    """Every meaning would stay as it is."""


class NeedsAnother(Exception):
    """Whoever proposed it asked to approve it."""


class Wanted(NamedTuple):
    """One row as a person wants it: the version they saw, and the meaning."""

    version: int
    target: str
    flags: Meaning


def draft(partner: str, kind: str, wanted: Mapping[int, Wanted], *, actor: User, at: datetime) -> MappingProposal:
    """Keep these meanings, by mapping id, as this person's draft; in place of the draft they had, whose rehearsal is forgotten then.

    Rows that would stay as they are are left out. Raises NothingChanged, NotYours, StaleMapping when a mapping was changed since the
    version that was seen, and IllegalMove while a proposal waits for a second person.
    """
    with transaction.atomic():
        standing = open_proposal(partner, kind, lock=True)  # before the mappings, as whoever publishes does: so nobody waits in a ring
        if standing is not None:
            _must_be_theirs(standing, actor)
        changes = _changes(partner, kind, wanted)
        if standing is None:
            return _new(partner, kind, changes, actor=actor, at=at)
        return _again(standing, changes, actor=actor, at=at)


def draft_undo(published: MappingProposal, *, actor: User, at: datetime) -> MappingProposal:
    """A draft of exactly the meanings that stood before `published`.

    Raises StaleMapping when one of them was changed again since, IllegalMove when it is not in force, NotYours while a proposal is open.
    """
    if published.state != ProposalState.PUBLISHED:
        raise IllegalMove(published, published.state, ProposalState.ROLLED_BACK)
    with transaction.atomic():
        if standing := open_proposal(published.partner, published.kind, lock=True):
            raise NotYours(standing)
        back = [
            change | {"version": change["version"] + 1, "was": change["becomes"], "becomes": change["was"]} for change in published.changes
        ]
        refuse_stale(back)
        return _new(published.partner, published.kind, back, actor=actor, at=at, undoes=published)


def rehearsed(
    proposal: MappingProposal, *, prediction: Mapping[str, Any], needs_second: bool, actor: User | str, at: datetime
) -> MappingProposal:
    """Keep what the rehearsal said. One that waits for a second person goes on waiting, by the new figures."""
    to = ProposalState.AWAITING if proposal.state == ProposalState.AWAITING else ProposalState.REHEARSED
    columns = {"prediction": dict(prediction), "needs_second": needs_second, "rehearsed_at": at}
    move(proposal, to=to, allowed=PROPOSAL_MOVES, actor=actor, at=at, verb="mapping rehearsed", also=columns)
    return proposal


def ask_for_second(proposal: MappingProposal, *, reason: str, actor: User, at: datetime) -> None:
    """Let it wait for somebody else, with the reason they will read. Raises NotYours and IllegalMove."""
    _must_be_theirs(proposal, actor)
    columns = {"reason": reason}
    move(
        proposal,
        to=ProposalState.AWAITING,
        allowed=PROPOSAL_MOVES,
        actor=actor,
        at=at,
        verb="mapping second asked",
        reason=reason,
        also=columns,
    )


def put_in_force(proposal: MappingProposal, *, actor: User, reason: str, at: datetime) -> None:
    """Write the meanings, each with its audit row, in the caller's transaction. Raises StaleMapping; nothing is written then."""
    rows = CodeMapping.objects.in_bulk([change["mapping"] for change in proposal.changes])
    for change in sorted(proposal.changes, key=lambda each: each["mapping"]):
        meaning, row = change["becomes"], rows[change["mapping"]]
        set_target(row, target=meaning["target"], flags=meaning["flags"], actor=actor, at=at, version=change["version"], reason=reason)


def settle(proposal: MappingProposal, *, outcome: Mapping[str, Any], reason: str, actor: User, at: datetime, ring: str = "") -> None:
    """Call it published, in the transaction that put it in force: by whoever proposed it, or by the second person.

    What it undoes counts as rolled back from now on. `ring` is the dotted path of a task that looks again at what the meanings
    decide, queued in the same transaction. Raises NeedsAnother when it needs a second person and `actor` is not one,
    IllegalMove when somebody was quicker.
    """
    second = actor.pk != proposal.proposed_by_id
    if proposal.needs_second and not second:
        raise NeedsAnother
    columns: dict[str, Any] = {"outcome": dict(outcome), "published_at": at, "reason": reason}
    if second:
        columns |= {"approved_by": actor, "approved_at": at}
    told: dict[str, Any] = {"allowed": PROPOSAL_MOVES, "actor": actor, "at": at, "reason": reason}
    move(proposal, to=ProposalState.PUBLISHED, verb="mapping published", also=columns, **told)
    if former := proposal.undoes:
        move(former, to=ProposalState.ROLLED_BACK, verb="mapping rolled back", **told)
    if ring:
        async_task(ring)


def discard(proposal: MappingProposal, *, actor: User, at: datetime, reason: str = "") -> None:
    """Let it go. Nothing was in force, nothing changes. Raises IllegalMove when it is not open any more."""
    move(proposal, to=ProposalState.DISCARDED, allowed=PROPOSAL_MOVES, actor=actor, at=at, verb="mapping discarded", reason=reason)


def open_proposal(partner: str, kind: str, *, lock: bool = False) -> MappingProposal | None:
    """The one that is open, if any. One statement."""
    rows = MappingProposal.objects.filter(partner=partner, kind=kind, state__in=OPEN_PROPOSALS)
    return (rows.select_for_update() if lock else rows.select_related("proposed_by")).first()


def refuse_stale(changes: Iterable[Mapping[str, Any]], *, lock: bool = False) -> None:
    """Raises StaleMapping for the first mapping that was changed since the version in `changes`. One statement.

    With `lock` their rows are ours from now on, to the end of the caller's transaction: whoever counts by a meaning takes them too.
    """
    seen = {change["mapping"]: change["version"] for change in changes}
    rows = CodeMapping.objects.filter(pk__in=seen).order_by("pk")
    for row in rows.select_for_update(no_key=True) if lock else rows:
        if row.version != seen[row.pk]:
            raise StaleMapping(row)


def _changes(partner: str, kind: str, wanted: Mapping[int, Wanted]) -> list[dict[str, Any]]:
    rows = CodeMapping.objects.filter(partner=partner, kind=kind, pk__in=wanted).order_by("pk").select_for_update()
    changes = [_change(row, wanted[row.pk]) for row in rows if not _stays(row, wanted[row.pk])]
    refuse_stale(changes)
    if not changes:
        raise NothingChanged
    return changes


def _stays(row: CodeMapping, wanted: Wanted) -> bool:
    return (row.target, row.flags) == (wanted.target, dict(wanted.flags))


def _change(row: CodeMapping, wanted: Wanted) -> dict[str, Any]:
    was, becomes = {"target": row.target, "flags": row.flags}, {"target": wanted.target, "flags": dict(wanted.flags)}
    return {"mapping": row.pk, "raw": row.raw, "version": wanted.version, "was": was, "becomes": becomes}


def _new(
    partner: str, kind: str, changes: list[dict[str, Any]], *, actor: User, at: datetime, undoes: MappingProposal | None = None
) -> MappingProposal:
    made = MappingProposal(partner=partner, kind=kind, changes=changes, proposed_by=actor, proposed_at=at, undoes=undoes)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        standing = open_proposal(partner, kind)
        if standing is None:
            raise
        raise NotYours(standing) from None
    record("mapping drafted", made, actor=actor, at=at, after={"changes": changes})
    return made


def _again(standing: MappingProposal, changes: list[dict[str, Any]], *, actor: User, at: datetime) -> MappingProposal:
    if standing.state == ProposalState.AWAITING:
        raise IllegalMove(standing, standing.state, ProposalState.DRAFT)
    forgotten = {"changes": changes, "proposed_at": at, "prediction": None, "rehearsed_at": None, "needs_second": False, "undoes": None}
    before = {"state": standing.state, "changes": standing.changes}
    free = MappingProposal.objects.filter(pk=standing.pk, state=standing.state)
    if not free.update(state=ProposalState.DRAFT, **forgotten):
        raise IllegalMove(standing, standing.state, ProposalState.DRAFT)
    standing.refresh_from_db()
    record("mapping drafted", standing, actor=actor, at=at, before=before, after={"changes": changes})
    return standing


def _must_be_theirs(proposal: MappingProposal, actor: User) -> None:
    if proposal.proposed_by_id != actor.pk:
        raise NotYours(proposal)
