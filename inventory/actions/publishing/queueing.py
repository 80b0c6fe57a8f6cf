"""Write down what the shop is to be told: a batch for each 250 SKUs whose number differs, with an intent for each batch."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from exceptions_queue.audit import Actor, actor_text
from inventory.models import Garment, ShopLevel, StockPublish
from inventory.queries.levels import stock_as_of
from inventory.queries.publishing import numbers, orders_read_at, why_frozen
from inventory.rules import may_be_told
from inventory.states import ItemState
from partners import connect, outbox
from partners.shop import Place, Reason

KIND = "stock_publish"
RING = "inventory.tasks.publish_stock"
SYSTEM = "system:shop"
MOST_LINES = 250
MOST_BATCHES = 40  # in one go; the rest comes a minute later
_READ = ("sku", "place", "shown", "shown_at", "published", "stale_times")
Lines = dict[str, list[int]]  # {SKU: [what it is to show, what it shows]}


def queue_publishes(*, at: datetime, skus: Collection[str] | None = None, actor: Actor = SYSTEM) -> int:
    """Write the batches that are due, of these SKUs or of all; return how many. Where the shop is only watched or telling it is
    frozen, none: what would have been told is written down instead.

    A SKU already in a batch waits for that batch alone. Raises PartnerError where no shop is connected.
    """
    as_of, frozen = stock_as_of(), why_frozen(at=at)
    live = connect.mode("store") == "live"
    batches = 0
    for place in connect.store().places():
        lines = _due(place, at=at, skus=skus)
        if frozen or not live or as_of is None:
            state = StockPublish.State.FROZEN if frozen else StockPublish.State.OBSERVED
            _note(place, lines, state=state, as_of=as_of or at, why=frozen, at=at)
            continue
        for reason, some in _by_reason(lines, at=at):
            batches += _put(place, reason, some, as_of=as_of, actor=actor, at=at)
    return batches


def _due(place: Place, *, at: datetime, skus: Collection[str] | None) -> Lines:
    """What differs and may be told, by SKU. Three statements, six for what is set aside."""
    wanted, read_at = numbers(place, at=at, skus=skus), orders_read_at()
    free = ShopLevel.objects.filter(Q(not_before=None) | Q(not_before__lte=at), place=place, batch=None, unusable="", shown__isnull=False)
    rows = list((free if skus is None else free.filter(sku__in=skus)).order_by("sku").only(*_READ))
    _forget_stale([row for row in rows if row.stale_times and row.shown == wanted.get(row.sku)])
    return {
        row.sku: [wanted[row.sku], row.shown]
        for row in rows
        if row.shown is not None and row.shown_at and row.sku in wanted and _may(row, wanted[row.sku], read_at)
    }


def _forget_stale(agreeing: list[ShopLevel]) -> None:
    """The shop came to the right number by itself, as when it sold what our number had lost too: nobody contests it."""
    if agreeing:
        ShopLevel.objects.filter(pk__in=[row.pk for row in agreeing]).update(stale_times=0, not_before=None)


def _may(row: ShopLevel, wanted: int, read_at: datetime | None) -> bool:
    """What is set aside is sold by nobody, so it may go up at any time."""
    if row.shown is None or row.shown_at is None:
        return False
    if row.place == Place.ASIDE:
        return wanted != row.shown
    return may_be_told(wanted=wanted, shown=row.shown, shown_at=row.shown_at, published=row.published, orders_read_at=read_at)


def _by_reason(lines: Lines, *, at: datetime) -> list[tuple[Reason, Lines]]:
    """The lines in batches of one reason each: garments written off as beyond repair are damage, everything else a correction."""
    damaged = _with_new_damage(list(lines), at=at)
    sorted_out: dict[Reason, list[str]] = defaultdict(list)
    for sku in lines:
        sorted_out[Reason.DAMAGED if sku in damaged else Reason.CORRECTION].append(sku)
    batches = [
        (reason, skus[start : start + MOST_LINES]) for reason, skus in sorted_out.items() for start in range(0, len(skus), MOST_LINES)
    ]
    return [(reason, {sku: lines[sku] for sku in skus}) for reason, skus in batches[:MOST_BATCHES]]


def _with_new_damage(skus: Sequence[str], *, at: datetime) -> set[str]:
    """SKUs of which a garment came beyond repair since the shop was last told of the SKU."""
    if not skus:
        return set()
    lately = Garment.objects.filter(status__target=ItemState.BER, since__gt=at - timedelta(days=2))
    latest = dict(lately.order_by("since").values_list("sku", "since"))
    told = dict(ShopLevel.objects.filter(sku__in=latest, place=Place.SALE).values_list("sku", "as_of"))
    return {sku for sku, since in latest.items() if (last := told.get(sku)) is not None and since > last}


def _put(place: Place, reason: Reason, lines: Lines, *, as_of: datetime, actor: Actor, at: datetime) -> int:
    """One batch with its intent, of the SKUs that nobody else took meanwhile and of which no newer file was told."""
    with transaction.atomic():
        free = ShopLevel.objects.select_for_update().filter(place=place, sku__in=lines, batch=None).order_by("pk")
        rows = [row for row in free if row.shown == lines[row.sku][1] and (row.as_of is None or row.as_of <= as_of)]
        if not rows:
            return 0
        taken = {row.sku: lines[row.sku] for row in rows}
        batch = StockPublish.objects.create(
            place=place, reason=reason, as_of=as_of, lines=taken, wanted=len(taken), made_by=actor_text(actor)[1], made_at=at
        )
        ShopLevel.objects.filter(pk__in=[row.pk for row in rows]).update(batch=batch)
        outbox.put(kind=KIND, business_id=str(batch.pk), payload={"lines": taken}, actor=actor, at=at, ring=RING)
    return 1


def _note(place: Place, lines: Lines, *, state: StockPublish.State, as_of: datetime, why: str, at: datetime) -> None:
    """Keep what would have been told: one row an hour that says how it stands, not one a minute."""
    kept = dict(list(lines.items())[:MOST_LINES])
    said = {"lines": kept, "wanted": len(lines), "as_of": as_of, "why": why[:500], "ended_at": at}
    last = StockPublish.objects.filter(place=place).order_by("-pk").first()
    if last and last.state == state and last.made_at > at - timedelta(hours=1):
        StockPublish.objects.filter(pk=last.pk).update(**said)
    elif lines:
        StockPublish.objects.create(place=place, state=state, made_by=SYSTEM, made_at=at, **said)
