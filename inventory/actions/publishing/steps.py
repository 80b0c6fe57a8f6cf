"""The steps of `outbox.drain` for one batch: send what is still right, keep what became of each SKU, let the SKUs go.

An answer that was lost is looked up by reading the levels. What does not show our number then is free again, to be computed and
compared anew: nothing is ever sent a second time as it was.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from inventory.actions.publishing.looking import NOT_THERE
from inventory.actions.publishing.queueing import KIND
from inventory.models import ShopLevel, StockPublish
from inventory.queries.publishing import numbers, why_frozen
from partners import connect, outbox
from partners.errors import PartnerError
from partners.models import Intent
from partners.shop import Place, Reason, StockAnswer, StockChange, Told

MOST_STALE = 5  # times in a row, then an hour's rest and a case
REST = timedelta(hours=1)
OVERTAKEN = "OVERTAKEN"
SETTLED = (
    "shown", "shown_at", "looked_at", "published", "published_at", "as_of", "told_in", "refused", "stale_times", "not_before", "batch"
)  # fmt: skip
Clock = Callable[[], datetime]


def drain_publishes(*, clock: Clock, limit: int = 500) -> dict[str, int]:
    """Send the batches that are due. Safe in several processes at once; not inside a transaction."""
    return outbox.drain(
        KIND,
        send=lambda intent: send(intent, at=clock()),
        look_up=look_up,
        may_send=may_send,
        settled=settled,
        failed=failed,
        deferred=deferred,
        clock=clock,
        limit=limit,
    )


def may_send(intent: Intent, at: datetime) -> bool:
    """Not once telling was frozen, or the shop is only watched: the batch ends and its SKUs are free."""
    why = why_frozen(at=at) or ("" if connect.mode("store") == "live" else "The shop is only watched (MODE_STORE=observe).")
    if why:
        _end(_batch(intent), StockPublish.State.CANCELLED, at=at, why=why)
    return not why


def send(intent: Intent, *, at: datetime) -> outbox.Receipt:
    """Tell the shop those numbers that are still the right ones; the others are computed anew afterwards."""
    batch = _batch(intent)
    lines = intent.payload["lines"]
    right = numbers(batch.place, at=at, skus=list(lines))
    changes = [_change(row, *lines[row.sku]) for row in batch.levels.order_by("pk") if right.get(row.sku) == lines[row.sku][0]]
    answers = _tell(batch, changes, key=intent.op_key) if changes else []
    heard = {answer.sku: answer for answer in answers}
    return _receipt(batch, [heard.get(sku, StockAnswer(sku, Told.LATER, code=OVERTAKEN)) for sku in lines])


def _change(row: ShopLevel, quantity: int, seen: int) -> StockChange:
    return StockChange(row.sku, quantity, seen, item_id=row.item_id)


def _tell(batch: StockPublish, changes: list[StockChange], *, key: str) -> list[StockAnswer]:
    reason, place = Reason(batch.reason), Place(batch.place)
    return connect.store().set_levels(changes, key=key, reference=str(batch), reason=reason, place=place)


def look_up(intent: Intent) -> outbox.Receipt:
    """Read the levels: what shows our number was told, whatever else was not. Never empty-handed, so never sent again as it was."""
    batch, lines = _batch(intent), intent.payload["lines"]
    pages = connect.store().levels(list(lines), place=Place(batch.place))
    shown = {level.sku: level.quantity for page in pages for level in page}
    return _receipt(batch, [_as_it_shows(sku, quantity, shown.get(sku)) for sku, (quantity, _) in lines.items()])


def _as_it_shows(sku: str, quantity: int, shows: int | None) -> StockAnswer:
    if shows is None:
        return StockAnswer(sku, Told.REFUSED, sentence=NOT_THERE)
    return StockAnswer(sku, Told.SET if shows == quantity else Told.LATER, shows=shows)


def _receipt(batch: StockPublish, answers: list[StockAnswer]) -> outbox.Receipt:
    """Every line has its place in it; those that were told only their name."""
    told = [answer.sku for answer in answers if answer.outcome == Told.SET]
    others = {
        answer.sku: [answer.outcome.value, answer.shows, answer.code, answer.sentence] for answer in answers if answer.outcome != Told.SET
    }
    return outbox.Receipt(remote_id=str(batch), detail={"told": told, "others": others})


def settled(intent: Intent, receipt: outbox.Receipt, at: datetime) -> None:
    batch, others = _batch(intent), receipt.detail["others"]
    rows = list(ShopLevel.objects.select_for_update().filter(batch=batch).order_by("pk"))
    for row in rows:
        quantity = intent.payload["lines"][row.sku][0]
        row.looked_at, row.batch = at, None
        _take(row, quantity, others.get(row.sku), batch, at)
    ShopLevel.objects.bulk_update(rows, SETTLED)
    outcomes = [other[0] for other in others.values()]
    counts = {"stale": outcomes.count(Told.STALE), "refused": outcomes.count(Told.REFUSED), "left": outcomes.count(Told.LATER)}
    _end(batch, StockPublish.State.DONE, at=at, why="", told=len(receipt.detail["told"]), **counts)


def _take(row: ShopLevel, quantity: int, other: list[Any] | None, batch: StockPublish, at: datetime) -> None:
    """What became of one SKU. What changed under our hands is read again before anything else is said."""
    if other is None:
        row.shown, row.shown_at = quantity, at
        row.published, row.published_at, row.as_of, row.told_in = quantity, at, batch.as_of, batch
        row.refused, row.stale_times, row.not_before = "", 0, None
        return
    outcome, shows, code, sentence = other
    if outcome == Told.REFUSED:
        row.refused, row.not_before = (sentence or "The shop does not say why.")[:300], at + REST
    elif outcome == Told.STALE or code != OVERTAKEN:
        row.shown, row.shown_at = shows, at
    if outcome == Told.STALE:
        row.stale_times += 1
        row.not_before = at + REST if row.stale_times % MOST_STALE == 0 else None


def failed(intent: Intent, error: PartnerError, at: datetime) -> None:
    """The shop refused the batch as a whole: an hour's rest for each of its SKUs, and the sentence on the page."""
    batch = _batch(intent)
    batch.levels.update(refused=error.sentence[:300], not_before=at + REST)
    _end(batch, StockPublish.State.REFUSED, at=at, why=error.sentence)


def deferred(intent: Intent, error: PartnerError, at: datetime) -> None:
    StockPublish.objects.filter(pk=intent.business_id).update(why=error.sentence[:500])


def _end(batch: StockPublish, state: StockPublish.State, *, at: datetime, why: str, **counts: int) -> None:
    StockPublish.objects.filter(pk=batch.pk).update(state=state, ended_at=at, why=why[:500], **counts)
    batch.levels.update(batch=None)


def _batch(intent: Intent) -> StockPublish:
    return StockPublish.objects.get(pk=int(intent.business_id))
