"""What ACS holds and what may be sold: the daily files, a text nobody has seen, what the shop shows and what it is told."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Count
from django.utils import timezone

from config import sweeping
from config.running import run_feed
from config.story.fixes import person
from config.story.partners import ask
from exceptions_queue.catalogue import Code
from exceptions_queue.models import ExceptionCase
from inventory import actions as goods
from inventory import tasks
from inventory.actions import publishing
from inventory.models import Garment
from inventory.queries import sellable_now
from inventory.states import Bucket, ItemState
from partners.actions import meanings
from partners.actions.meanings import Wanted
from partners.models import CodeMapping, MappingProposal

MOST_TELLINGS = 10


def look() -> None:
    """See what the shop shows before it is told anything: what it offers too much of becomes a case."""
    publishing.look_at_unknown(clock=timezone.now)
    publishing.find_inflated(at=timezone.now())


def learn_a_word(*, say: Callable[[str], None]) -> dict[str, Any]:
    """A text that nobody has seen is rehearsed as sellable, approved by a second person, and taken back.

    What was foretold and what came of it, of both.
    """
    unknown = CodeMapping.objects.filter(partner="acs", kind=CodeMapping.Kind.STOCK_STATUS, target="").order_by("pk").first()
    if unknown is None:
        return {}
    say(f"ACS calls some garments “{unknown.raw}”, which nobody has seen: mapped after a rehearsal, by two people, and taken back")
    proposal = _publish(unknown)
    back, _ = goods.roll_back_meanings(
        proposal, reason="ACS rang: they do not know it either.", actor=person("integration"), at=timezone.now()
    )
    return {"there": _both(proposal), "back": _both(back)}


def _publish(unknown: CodeMapping) -> MappingProposal:
    admin, second = person("integration"), person("merchandiser")
    wanted = Wanted(unknown.version, ItemState.READY, {"sellable": True, "bucket": Bucket.RESERVED})
    proposal = meanings.draft("acs", CodeMapping.Kind.STOCK_STATUS, {unknown.pk: wanted}, actor=admin, at=timezone.now())
    goods.rehearse_meanings(proposal, actor=admin, at=timezone.now())
    goods.publish_meanings(proposal, seen_at=proposal.rehearsed_at, reason="ACS says it is ready.", actor=admin, at=timezone.now())
    proposal.refresh_from_db()
    goods.approve_meanings(proposal, seen_at=proposal.rehearsed_at, actor=second, at=timezone.now())
    proposal.refresh_from_db()
    return proposal


def _both(proposal: MappingProposal) -> dict[str, Any]:
    proposal.refresh_from_db()
    foretold, came = proposal.prediction or {}, proposal.outcome or {}
    return {"foretold": foretold.get("delta"), "came": came.get("delta"), "otherwise": came.get("otherwise")}


def tell_the_shop() -> None:
    """Until it shows what may be sold. Its orders are read in between: a number goes up only where none of them can be missed."""
    for _ in range(MOST_TELLINGS):
        run_feed("store.orders")
        if not sweeping.did_something({"stock": sweeping.counts(tasks.publish_stock())}):
            return


def count(sandbox_url: str) -> dict[str, Any]:
    """Counted in our database; `published` is what the shop itself shows."""
    at = timezone.now()
    present = Garment.objects.filter(missing_since=None)
    states = dict(present.order_by().values_list("status__target").annotate(Count("pk")))
    by_state = {state or "unknown": number for state, number in states.items()}
    if missing := Garment.objects.exclude(missing_since=None).count():
        by_state["missing"] = missing
    return {
        "items": present.count(),
        "by_state": dict(sorted(by_state.items())),
        "sellable": sum(sellable_now(at=at).values()),
        "published": sum(ask(f"{sandbox_url}/_sandbox/shop/stock").values()),
        "inflated": ExceptionCase.objects.filter(code=Code.STK_INFLATED).values("subject_id").distinct().count(),
    }


def planned(plan: Mapping[str, Any], sandbox_url: str) -> dict[str, Any]:
    """The sandbox's own reckoning, without the orders that people cancel in the story; what the shop shows too much of, as at first."""
    cancelled = sorted(number for number, answer in plan["answers"].items() if "cancel" in answer)
    without: dict[str, Any] = ask(f"{sandbox_url}/_sandbox/plan?without={','.join(cancelled)}")["stock"]
    return without | {"inflated": plan["stock"]["inflated"]}
