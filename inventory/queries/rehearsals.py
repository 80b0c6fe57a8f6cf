"""A proposal of meanings as people read it: what it changes, what was foretold, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exceptions_queue.catalogue import CATALOGUE, Code
from exceptions_queue.queries import words
from inventory.queries.rehearsing import CaseEffect, OrderAtRisk, SkuEffect
from partners.models import CodeMapping, MappingProposal
from partners.queries.mappings import means
from partners.queries.proposals import changed
from partners.queries.words import clock_time
from partners.states import OPEN_PROPOSALS, ProposalState

TOP, ORDERS = 20, 20


@dataclass(frozen=True)
class Story:
    """Where a proposal stands. `lines` are (status, what it meant, what it would mean)."""

    lines: list[tuple[str, str, str]]
    is_open: bool
    waits: bool
    is_rehearsed: bool
    proposed: str
    approved: str
    published: str
    measured: int | None
    otherwise: list[list[Any]]


@dataclass(frozen=True)
class Effect:
    """What was foretold, ready to print. `seen` names the rehearsal, so that nobody approves another than they read."""

    sentence: str
    rehearsed: str
    seen: str
    second: list[str]
    skus: list[SkuEffect]
    more_skus: int
    cases: list[str]
    orders: list[OrderAtRisk]
    more_orders: int
    samples: list[dict[str, str]]


def story(proposal: MappingProposal, at: datetime) -> Story:
    outcome = proposal.outcome or {}
    return Story(
        lines=changed(proposal),
        is_open=proposal.state in OPEN_PROPOSALS,
        waits=proposal.state == ProposalState.AWAITING,
        is_rehearsed=proposal.prediction is not None,
        proposed=f"{clock_time(proposal.proposed_at, at)} by {proposal.proposed_by}",
        approved=f"{clock_time(proposal.approved_at, at)} by {proposal.approved_by}" if proposal.approved_at else "",
        published=clock_time(proposal.published_at, at) if proposal.published_at else "",
        measured=outcome.get("delta"),
        otherwise=outcome.get("otherwise", []),
    )


def effect(proposal: MappingProposal, at: datetime) -> Effect | None:
    """None before the first rehearsal."""
    told = proposal.prediction
    if told is None or proposal.rehearsed_at is None:
        return None
    skus = [SkuEffect(*row) for row in told["by_sku"]]
    orders = [OrderAtRisk(*row) for row in told["orders"]]
    shown = orders[:ORDERS]
    return Effect(
        sentence=sentence(told),
        rehearsed=clock_time(proposal.rehearsed_at, at),
        seen=proposal.rehearsed_at.isoformat(),
        second=told["second"],
        skus=skus[:TOP],
        more_skus=max(0, len(skus) - TOP),
        cases=[_case(CaseEffect(*row)) for row in told["cases"]],
        orders=shown,
        more_orders=max(0, told["orders_at_risk"] - len({order.number for order in shown})),
        samples=[_sample(row, proposal, at) for row in told["samples"]],
    )


def sentence(told: Mapping[str, Any]) -> str:
    """ "1,204 garments of 41 SKUs change their meaning; sellable units −316; 12 cases close, 3 open; 20 orders are at risk." """
    cases = [CaseEffect(*row) for row in told["cases"]]
    opens, closes = sum(case.opens for case in cases), sum(case.closes for case in cases)
    moves = "changes its meaning" if told["garments"] == 1 else "change their meaning"
    parts = [
        f"{_many(told['garments'], 'garment')} of {_many(told['skus'], 'SKU')} {moves}",
        f"sellable units {signed(told['delta'])}",
        f"{_many(closes, 'case')} {'closes' if closes == 1 else 'close'}, {opens:,} {'opens' if opens == 1 else 'open'}",
    ]
    if at_risk := told["orders_at_risk"]:
        parts.append(f"{_many(at_risk, 'order')} {'is' if at_risk == 1 else 'are'} at risk")
    return "; ".join(parts) + "."


def signed(number: int) -> str:
    """A change with its sign, and a true minus."""
    return f"+{number:,}" if number > 0 else f"−{-number:,}" if number else "unchanged"


def difference(proposal: MappingProposal, standing: CodeMapping) -> dict[str, str]:
    """What a mapping means by now and what the proposal wanted, side by side."""
    wanted = next(change for change in proposal.changes if change["mapping"] == standing.pk)["becomes"]
    return {
        "raw": standing.raw,
        "who": str(standing.changed_by or "Lockstep"),
        "theirs": means(standing.target, standing.flags),
        "mine": means(wanted["target"], wanted["flags"]),
    }


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _case(case: CaseEffect) -> str:
    title = CATALOGUE[Code(case.code)].title if Code(case.code) in CATALOGUE else case.code
    parts = [f"{number:,} {verb}" for number, verb in ((case.closes, "close"), (case.opens, "open")) if number]
    return f"{title} ({case.code}): {', '.join(parts)}" if title != case.code else f"{case.code}: {', '.join(parts)}"


def _sample(row: list[Any], proposal: MappingProposal, at: datetime) -> dict[str, str]:
    rfid, sku, mapping, since = row
    change = next(each for each in proposal.changes if each["mapping"] == mapping)
    was, becomes = (means(meaning["target"], meaning["flags"]) for meaning in (change["was"], change["becomes"]))
    return {"rfid": rfid, "sku": sku, "since": words.moment(datetime.fromisoformat(since), at), "was": was, "becomes": becomes}
