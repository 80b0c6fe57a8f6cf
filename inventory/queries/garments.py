"""Show me: the garments behind a number, and one garment with everything that is known of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from exceptions_queue.queries import words
from inventory.models import Garment, GarmentChange, Level, Product
from inventory.queries.levels import is_stale, sellable_statuses, stock_as_of
from inventory.queries.sku import cases_about
from inventory.queries.stock import standing
from inventory.queries.times import usual_of
from inventory.rules import DEFAULT_BUFFER
from inventory.rules.phrases import state_of
from inventory.rules.whynot import Answer, Facts, Usual, why_not
from partners.mappings import fold
from partners.models import CodeMapping

HISTORY = 50
COLUMNS = (
    "id",
    "rfid",
    "sku",
    "raw_status",
    "since",
    "missing_since",
    "missing_files",
    "doubted_since",
    "withheld_since",
    "size",
    "grade",
    "status__target",
    "status__flags",
)


def rows() -> QuerySet[Garment, dict[str, Any]]:
    """Garments as the list draws them: mappings of `COLUMNS`."""
    found: QuerySet[Garment, dict[str, Any]] = Garment.objects.values(*COLUMNS)
    return found


def inside_buffer(sku: str, *, at: datetime) -> Q:
    """The garments of a SKU that only its buffer keeps off sale; none for a SKU that ACS never named. Two statements."""
    hours = Level.objects.filter(sku=sku).values_list("buffer_hours", flat=True).first()
    if hours is None:
        return Q(pk=None)
    return Q(sku=sku, status__in=sellable_statuses(), missing_since=None, doubted_since=None, since__gt=at - timedelta(hours=hours))


def doubted() -> Q:
    """The garments in a sellable state that are not for sale until a person confirms them. One statement."""
    return Q(doubted_since__isnull=False, missing_since=None, status__in=sellable_statuses())


def meaning(row: dict[str, Any]) -> tuple[str, str]:
    """(tone, words) of a row of the list: what ACS's text means here."""
    if row["missing_since"]:
        return "warn", "Not in the last file"
    state = state_of(row["status__target"])
    if state is None:
        return "bad", "Not mapped, so not sold"
    if row["status__flags"].get("sellable") is not True:
        return "quiet", str(state.label)
    if row["withheld_since"]:
        return "bad", "To be written off, so not sold"
    return ("bad", "Not for sale until confirmed") if row["doubted_since"] else ("ok", str(state.label))


def garment_of(rfid: str) -> Garment | None:
    """None of a garment that ACS never named, and of what can be no RFID."""
    if len(rfid) > 64 or "\x00" in rfid:
        return None
    return Garment.objects.select_related("status").filter(rfid=rfid).first()


@dataclass(frozen=True)
class Told:
    """One garment, and the answer to "why is this not on sale?"."""

    garment: Garment
    product: Product | None
    level: Level | None
    answer: Answer
    usual: Usual | None
    state: str
    cases: list[dict[str, Any]]
    half_by: datetime | None
    most_by: datetime | None


def told(garment: Garment, *, at: datetime) -> Told:
    """Five statements, and the content type's."""
    product = Product.objects.filter(sku=garment.sku).first()
    level = Level.objects.filter(sku=garment.sku).first()
    usual = usual_of([garment.status.target], product.category if product else "").get(garment.status.target)
    facts = _facts(garment, level, usual, stock_as_of(), at)
    expects = usual if facts.state and not facts.sells and not garment.missing_since else None
    return Told(
        garment=garment,
        product=product,
        level=level,
        answer=why_not(facts, at=at, say=lambda then: words.moment(then, at)),
        usual=expects,
        state=str(facts.state.label) if facts.state else "Not mapped",
        cases=cases_about(garment),
        half_by=garment.since + expects.half if expects else None,
        most_by=garment.since + expects.most if expects else None,
    )


def _facts(garment: Garment, level: Level | None, usual: Usual | None, as_of: datetime | None, at: datetime) -> Facts:
    ripe, _ = standing(level, at) if level else (0, 0)
    return Facts(
        raw=garment.raw_status,
        state=state_of(garment.status.target),
        sells=garment.status.flags.get("sellable") is True,
        since=garment.since,
        buffer=timedelta(hours=level.buffer_hours) if level else DEFAULT_BUFFER,
        missing_since=garment.missing_since,
        missing_files=garment.missing_files,
        doubted_since=garment.doubted_since,
        withheld_since=garment.withheld_since,
        usual=usual,
        ripe=ripe,
        allocated=level.allocated if level else 0,
        reserve=level.reserve if level else 0,
        as_of=as_of,
        is_stale=is_stale(as_of, at=at),
    )


@dataclass(frozen=True)
class Event:
    """One line of a garment's timeline: in our words, with ACS's own beside them."""

    at: datetime
    what: str
    raw: str = ""
    lasted: str = ""
    was: str = ""


def timeline(garment: Garment) -> list[Event]:
    """What files said of it, the newest first. Two statements."""
    changes = list(garment.changes.order_by("-at", "-id")[:HISTORY])
    texts = {fold(text) for change in changes for text in (change.was, change.became)}
    rows = CodeMapping.objects.filter(partner="acs", kind=CodeMapping.Kind.STOCK_STATUS, folded__in=texts)
    states = {folded: state_of(target) for folded, target in rows.values_list("folded", "target")}
    labels = {folded: str(state.label) for folded, state in states.items() if state}
    first = [] if len(changes) == HISTORY else [_first(garment, changes, labels)]
    return [*(_event(change, labels) for change in changes), *first]


def _event(change: GarmentChange, labels: dict[str, str]) -> Event:
    lasted = words.brief(change.at - change.since_before) if change.since_before and change.since_before <= change.at else ""
    if change.event == GarmentChange.Event.MISSING:
        return Event(change.at, "Not in the file")
    if change.event == GarmentChange.Event.SKU:
        return Event(change.at, f"Now of SKU {change.became}, before of {change.was}")
    meant = labels.get(fold(change.became), "Not mapped")
    if change.event == GarmentChange.Event.BACK:
        return Event(change.at, f"In the file again: {meant}", change.became)
    return Event(change.at, meant, change.became, lasted, change.was)


def _first(garment: Garment, changes: list[GarmentChange], labels: dict[str, str]) -> Event:
    """When it was first named, and as what: the oldest change says what it was before."""
    statuses = [change for change in changes if change.event == GarmentChange.Event.STATUS]
    raw = statuses[-1].was if statuses else garment.raw_status
    state = state_of(garment.status.target)
    meant = labels.get(fold(raw)) if statuses else state and str(state.label)
    return Event(garment.first_seen_at, f"First named: {meant or 'Not mapped'}", raw)
