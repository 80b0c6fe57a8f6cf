"""A person tells the shop the right number of one SKU, and sees what it shows afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from exceptions_queue.audit import record
from inventory.actions.publishing.inflated import find_inflated
from inventory.actions.publishing.looking import look
from inventory.actions.publishing.queueing import queue_publishes
from inventory.actions.publishing.steps import drain_publishes
from inventory.models import Level, ShopLevel
from inventory.queries.levels import sellable_now
from inventory.queries.publishing import shop_level, why_frozen
from partners import connect

AT_MOST = 5  # batches that a person waits for; theirs is the newest, and seldom there are others


class CannotTell(Exception):
    """The shop may not be told now. `sentence` says why and what then."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Shows:
    """How it stands after telling. `shop` is None where that is not known."""

    shop: int | None
    sellable: int
    under_way: bool
    why: str

    @property
    def agrees(self) -> bool:
        return self.shop == self.sellable


def publish_now(sku: str, *, actor: User, clock: Callable[[], datetime]) -> Shows:
    """Read what the shop shows of this SKU, tell it the right number where they differ, and answer with what it shows then.

    Writes an audit row, and one batch at most. Raises CannotTell, and PartnerError when the shop cannot be read.
    """
    level = Level.objects.filter(sku=sku).first()
    if why := _why_not(level, at=clock()):
        raise CannotTell(why)
    look([sku], clock=clock)
    with transaction.atomic():
        ShopLevel.objects.filter(sku=sku).update(not_before=None, stale_times=0)
        record("told the shop the number of a SKU", level, actor=actor, at=clock())  # type: ignore[arg-type]
        queue_publishes(at=clock(), skus=[sku], actor=actor)
    drain_publishes(clock=clock, limit=AT_MOST)
    find_inflated(at=clock(), skus=[sku])
    return how_it_stands(sku, at=clock())


def how_it_stands(sku: str, *, at: datetime) -> Shows:
    row = shop_level(sku)
    sellable = sellable_now([sku], at=at).get(sku, 0)
    if row is None:
        return Shows(None, sellable, under_way=False, why="")
    return Shows(row.shown, sellable, under_way=row.batch_id is not None, why=row.unusable or row.refused)


def _why_not(level: Level | None, *, at: datetime) -> str:
    if level is None:
        return "ACS has never named this SKU, so there is no number to tell the shop."
    if connect.mode("store") != "live":
        return "Lockstep only watches the shop here (MODE_STORE=observe). Correct the number in the shop."
    return why_frozen(at=at)
