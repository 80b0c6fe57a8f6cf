"""Let ACS's stock statuses mean something else: rehearsed first, by two people where it matters, and back again."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from exceptions_queue.moves import IllegalMove
from inventory.actions.levels import recount
from inventory.actions.stock_cases import look_at_statuses
from inventory.queries.levels import sellable_now
from inventory.queries.rehearsing import Forecast, forecast
from inventory.rules import why_second
from partners.actions import meanings
from partners.actions.meanings import NeedsAnother, NotYours
from partners.models import MappingProposal
from partners.states import ProposalState

RECHECK = "orders.tasks.recheck_open"
_PUBLISHABLE = {ProposalState.REHEARSED, ProposalState.AWAITING}


class EffectChanged(Exception):
    """What would follow is no longer what was seen: stock has moved since. The new rehearsal is kept; look again."""


def rehearse_meanings(proposal: MappingProposal, *, actor: User, at: datetime) -> Forecast:
    """Work out what would follow, and keep it with the proposal; nothing else is written.

    Raises StaleMapping when a mapping was changed since it was drafted, IllegalMove when the proposal is not open any more.
    """
    meanings.refuse_stale(proposal.changes)
    told = _forecast(proposal, at)
    _keep(proposal, told, actor=actor, at=at)
    return told


def publish_meanings(proposal: MappingProposal, *, seen_at: datetime | None, reason: str, actor: User, at: datetime) -> bool:
    """Put the meanings in force, or, where that takes a second person, ask for one; says whether they are in force.

    In one transaction: the mappings, the counters of every SKU concerned, the cases of texts without a meaning, what came of it, and
    a task that looks at the open orders again. `seen_at` is the rehearsal this person saw. Raises NotYours, StaleMapping,
    EffectChanged and IllegalMove.
    """
    with transaction.atomic():
        locked = _locked(proposal)
        if locked.proposed_by_id != actor.pk:
            raise NotYours(locked)
        told = _as_seen(locked, seen_at, at=at)
        if told is not None:
            if locked.needs_second:
                meanings.ask_for_second(locked, reason=reason, actor=actor, at=at)
                return False
            _put_in_force(locked, told, reason=reason, actor=actor, at=at)
            return True
    raise _look_again(proposal, actor=actor, at=at)


def approve_meanings(proposal: MappingProposal, *, seen_at: datetime | None, actor: User, at: datetime) -> None:
    """Put in force what somebody else proposed, as its second person. As `publish_meanings`; raises NeedsAnother for one's own."""
    with transaction.atomic():
        locked = _locked(proposal)
        if locked.proposed_by_id == actor.pk:
            raise NeedsAnother
        if locked.state != ProposalState.AWAITING:
            raise IllegalMove(locked, locked.state, ProposalState.PUBLISHED)
        told = _as_seen(locked, seen_at, at=at)
        if told is not None:
            _put_in_force(locked, told, reason=locked.reason, actor=actor, at=at)
            return
    raise _look_again(proposal, actor=actor, at=at)


def roll_back_meanings(published: MappingProposal, *, reason: str, actor: User, at: datetime) -> tuple[MappingProposal, bool]:
    """Propose exactly the former meanings, rehearse and publish them at once; says whether they are in force already.

    What becomes sellable by it, or changes much, waits for a second person as anything else does. Raises as `draft_undo` does.
    """
    with transaction.atomic():
        proposal = meanings.draft_undo(published, actor=actor, at=at)
        rehearse_meanings(proposal, actor=actor, at=at)
        return proposal, publish_meanings(proposal, seen_at=proposal.rehearsed_at, reason=reason, actor=actor, at=at)


def _locked(proposal: MappingProposal) -> MappingProposal:
    """The proposal and then its mappings, ours to the end of the transaction.

    A stock file takes the mappings of its texts before it counts, and keeps them until it is in. So one that is being applied is in
    before we look what would follow, a SKU it brings included, or it counts by the new meanings.
    """
    locked = MappingProposal.objects.select_for_update().get(pk=proposal.pk)
    if locked.state not in _PUBLISHABLE:
        raise IllegalMove(locked, locked.state, ProposalState.PUBLISHED)
    meanings.refuse_stale(locked.changes, lock=True)
    return locked


def _forecast(proposal: MappingProposal, at: datetime) -> Forecast:
    return forecast({change["mapping"]: change["becomes"] for change in proposal.changes}, at=at)


def _keep(proposal: MappingProposal, told: Forecast, *, actor: User, at: datetime) -> None:
    second = reasons_for_second(told)
    prediction = told.as_prediction() | {"second": second}
    meanings.rehearsed(proposal, prediction=prediction, needs_second=bool(second), actor=actor, at=at)


def reasons_for_second(told: Forecast) -> list[str]:
    """Why this takes two people, by the limits of the settings; empty where one is enough."""
    return why_second(
        becomes_sellable=told.becomes_sellable,
        moved=told.moved,
        total=told.total,
        units=settings.MAPPING_ALONE_UNITS,
        percent=settings.MAPPING_ALONE_PERCENT,
    )


def _as_seen(proposal: MappingProposal, seen_at: datetime | None, *, at: datetime) -> Forecast | None:
    """What would follow now; None where that is not what was seen, or would take a second person who was not asked for."""
    told = _forecast(proposal, at)
    far = abs(told.delta - (proposal.prediction or {})["delta"]) > settings.MAPPING_ALONE_UNITS
    unasked = bool(reasons_for_second(told)) and not proposal.needs_second
    return None if far or unasked or seen_at != proposal.rehearsed_at else told


def _look_again(proposal: MappingProposal, *, actor: User, at: datetime) -> EffectChanged:
    proposal.refresh_from_db()
    rehearse_meanings(proposal, actor=actor, at=at)
    return EffectChanged()


def _put_in_force(proposal: MappingProposal, told: Forecast, *, reason: str, actor: User, at: datetime) -> None:
    skus = told.skus
    before = sellable_now(skus, at=at)
    meanings.put_in_force(proposal, actor=actor, reason=reason, at=at)
    recount(skus, at=at) if skus else None
    look_at_statuses(at=at)
    outcome = _measured(told, before, sellable_now(skus, at=at))
    meanings.settle(proposal, outcome=outcome, reason=reason, actor=actor, at=at, ring=RECHECK)


def _measured(told: Forecast, before: dict[str, int], after: dict[str, int]) -> dict[str, Any]:
    """What came of it by the counters, and the SKUs in which that is not what was foretold."""
    off = [[effect.sku, effect.after, after.get(effect.sku, 0)] for effect in told.effects if after.get(effect.sku, 0) != effect.after]
    changed = sum(before.get(sku, 0) != after.get(sku, 0) for sku in told.skus)
    return {"delta": sum(after.values()) - sum(before.values()), "skus": changed, "otherwise": off}
