"""The parcels between the courier and the customer: what waits, how long it still may, what was said, what can be done."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Q, QuerySet

from exceptions_queue.models import ExceptionCase
from exceptions_queue.queries import sheets, words
from exceptions_queue.states import CaseState
from lockers.models import Parcel
from lockers.rules.tracking import EXPIRING_BEFORE, is_known
from lockers.states import LIVE, Carriage, ParcelState
from orders.models import Order
from orders.queries.to_customers import told
from orders.rules.carriage import NO_SCAN_AFTER, ON_THE_WAY, WAITING
from orders.rules.milestones import KIND, WORDS, key_of
from partners.models import Intent
from partners.shop import Milestone

SHOWN, AT_ONCE = 100, 500
COLUMNS = (
    "order_number",
    "tracking_number",
    "carriage",
    "carriage_at",
    "last_code",
    "point_id",
    "now_at_point",
    "in_locker_at",
    "collect_by",
    "returning_number",
    "manifested_at",
)
SHOWS = {
    "": "Waiting",
    "expiring": "Under 24 hours",
    "expired": "Not collected",
    "moved": "Moved",
    "stuck": "Late or stuck",
    "no_scan": "Never scanned",
    "back": "Coming back",
    "lost": "Lost or damaged",
    "way": "On the way",
}
EXPORTED = {
    "Order": "number",
    "Parcel": "tracking",
    "State": "state",
    "Since": "since",
    "Locker": "locker",
    "Chosen locker": "chosen",
    "Time left": "left",
    "Collect by": "until",
    "The customer was told": "told",
    "What can be done": "to_do",
}
_TONES = {"expired": "bad", "lost": "bad", "damaged": "bad", "expiring": "warn", "redirected": "warn", "in_locker": "ok", "collected": "ok"}
_TO_DO = {
    Carriage.IN_LOCKER: "Nothing: the customer has the code.",
    Carriage.EXPIRING: "Remind the customer. InPost gives no more time.",
    Carriage.EXPIRED: "Ask the customer: send again, to the door, or the money back.",
    Carriage.REDIRECTED: "Tell the customer which locker it goes to.",
    Carriage.NO_ROOM: "Tell the customer that it is late; InPost tries again.",
    Carriage.TOO_BIG: "Offer home delivery or the money back.",
    Carriage.UNDELIVERABLE: "Ask the customer for what is missing, or offer the money back.",
    Carriage.RETURNING: "Agree on another delivery or a refund.",
    Carriage.RETURNED: "Agree on another delivery or a refund.",
    Carriage.LOST: "Serve the customer and claim from InPost.",
    Carriage.DAMAGED: "Serve the customer and claim from InPost.",
    Carriage.NOT_TAKEN: "The warehouse hands it over again.",
    Carriage.DELAYED: "Wait: InPost says that it is delayed.",
}


class Row(NamedTuple):
    """One parcel, ready to be shown. `case` is the open case about it, 0 where there is none."""

    number: str
    tracking: str
    state: str
    tone: str
    since: str
    locker: str
    chosen: str
    left: str
    left_tone: str
    until: str
    told: str
    to_do: str
    case: int
    remind: bool


def parcels(show: str, *, at: datetime) -> QuerySet[Parcel]:
    """The live parcels of one tab, the one with the least time first."""
    return Parcel.objects.filter(_of(show, at), state__in=LIVE).order_by("collect_by", "carriage_at", "pk")


def counts(*, at: datetime) -> dict[str, int]:
    """How many parcels each tab has. One statement."""
    named = {f"n_{show}": Count("pk", filter=_of(show, at)) for show in SHOWS}
    found = Parcel.objects.filter(state__in=LIVE).aggregate(**named)
    return {show: found[f"n_{show}"] for show in SHOWS}


def rows(found: Sequence[dict[str, Any]], *, at: datetime) -> list[Row]:
    """Parcels with what their orders, cases and messages add, and what the shop was told. Five statements, however many."""
    numbers = [one["order_number"] for one in found]
    steps = _steps(numbers)
    orders: dict[str, Mapping[str, Any]] = {
        order["number"]: order for order in Order.objects.filter(number__in=numbers).values("pk", "number", "shop_told_at")
    }
    cases = _cases([order["pk"] for order in orders.values()])
    written = told([order["pk"] for order in orders.values()], at)
    return [_row(one, orders.get(one["order_number"], {}), _Told(steps, written), cases, at) for one in found]


def lines(show: str, *, at: datetime) -> Iterator[str]:
    """Every parcel of one tab as CSV, read and written in pieces; no personal data. Three statements per 500, and one."""
    parcels_of = parcels(show, at=at).values(*COLUMNS).iterator(chunk_size=AT_ONCE)
    pieces = (rows(piece, at=at) for piece in _pieces(parcels_of))
    return sheets.lines(list(EXPORTED), ([getattr(row, name) for name in EXPORTED.values()] for piece in pieces for row in piece))


def _pieces(found: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while piece := list(islice(found, AT_ONCE)):
        yield piece


def _of(show: str, at: datetime) -> Q:
    waiting = Q(carriage__in=WAITING)
    soon = Q(collect_by__lte=at + EXPIRING_BEFORE, collect_by__gt=at) | Q(carriage=Carriage.EXPIRING, collect_by__gt=at)
    return {
        "": waiting & Q(collect_by__gt=at),
        "expiring": waiting & soon,
        "expired": Q(carriage=Carriage.EXPIRED) | waiting & Q(collect_by__lte=at),
        "moved": Q(carriage=Carriage.REDIRECTED) | waiting & ~Q(now_at_point=""),
        "stuck": Q(carriage__in=(Carriage.NOT_TAKEN, Carriage.DELAYED, Carriage.NO_ROOM, Carriage.TOO_BIG, Carriage.UNDELIVERABLE)),
        "no_scan": Q(
            state=ParcelState.MANIFESTED,
            manifested_at__lte=at - NO_SCAN_AFTER,
            handed_over_at__isnull=True,
            carriage__in=("", Carriage.ANNOUNCED),
        ),
        "back": Q(carriage__in=(Carriage.RETURNING, Carriage.RETURNED)),
        "lost": Q(carriage__in=(Carriage.LOST, Carriage.DAMAGED)),
        "way": Q(carriage__in=(Carriage.HANDED_OVER, Carriage.IN_TRANSIT)),
    }[show]


def _cases(ids: Sequence[int]) -> dict[int, int]:
    subject = ContentType.objects.get_for_model(Order)
    open_ones = ExceptionCase.objects.filter(subject_type=subject, subject_id__in=ids, code__in=ON_THE_WAY, state=CaseState.OPEN)
    return dict(open_ones.order_by("-pk").values_list("subject_id", "pk"))


def _steps(numbers: Sequence[str]) -> dict[str, tuple[Milestone, datetime]]:
    """By order, the furthest step that the shop shows, and since when. One statement."""
    keys = {key_of(number, step): (number, step) for step in Milestone for number in numbers}
    done = Intent.objects.filter(kind=KIND, business_id__in=keys, state=Intent.State.DONE, ended_at__isnull=False)
    when = {key: ended_at for key, ended_at in done.values_list("business_id", "ended_at") if ended_at}
    return {number: (step, when[key]) for key, (number, step) in keys.items() if key in when}


class _Told(NamedTuple):
    """What the customers were told: by order, the shop's step and since when; by the order's id, what was written from here."""

    steps: Mapping[str, tuple[Milestone, datetime]]
    written: Mapping[int, str]


def _row(one: dict[str, Any], order: Mapping[str, Any], told_them: _Told, cases: dict[int, int], at: datetime) -> Row:
    parcel = Parcel(**one)
    left, left_tone = _left(parcel, at)
    over = parcel.carriage in WAITING and parcel.collect_by is not None and parcel.collect_by <= at
    carriage = Carriage.EXPIRED if over else Carriage(parcel.carriage)
    moved = parcel.now_at_point not in ("", parcel.point_id)
    return Row(
        number=parcel.order_number,
        tracking=parcel.tracking_number,
        state=carriage.label if is_known(parcel.last_code or "CRE.1001") else f"{carriage.label}; InPost then said {parcel.last_code}",
        tone=_TONES.get(carriage, "warn" if carriage in _TO_DO else "info"),
        since=words.moment(parcel.carriage_at, at) if parcel.carriage_at else "",
        locker=parcel.now_at_point or parcel.point_id,
        chosen=parcel.point_id if moved else "",
        left=left,
        left_tone=left_tone,
        until=words.full(parcel.collect_by) if parcel.collect_by and parcel.carriage in WAITING else "",
        told=_told(parcel, order, told_them, moved, at),
        to_do=_to_do(Carriage.EXPIRING if left_tone == "warn" else carriage, moved),
        case=cases.get(order.get("pk", 0), 0),
        remind=left_tone == "warn" and bool(order),
    )


def _to_do(carriage: Carriage, moved: bool) -> str:
    if moved and carriage == Carriage.IN_LOCKER:
        return "See that the customer knows which locker it is."
    if carriage in (Carriage.NONE, Carriage.ANNOUNCED):
        return "Ask ACS whether it left, and InPost to trace it."
    return _TO_DO.get(carriage, "Nothing: it is on its way.")


def _left(parcel: Parcel, at: datetime) -> tuple[str, str]:
    if parcel.collect_by is None or parcel.carriage not in WAITING:
        return "", ""
    left = parcel.collect_by - at
    if left.total_seconds() <= 0:
        return "none", "bad"
    return words.span(left), "warn" if left <= EXPIRING_BEFORE else "ok"


def _told(parcel: Parcel, order: Mapping[str, Any], told_them: _Told, moved: bool, at: datetime) -> str:
    """What the customer has been sent as far as we know: by the shop on our word, by InPost when it reached a locker, and from here."""
    step, written = told_them.steps.get(parcel.order_number), told_them.written.get(order.get("pk", 0), "")
    told_at = order.get("shop_told_at")
    said = [f"the number {words.moment(told_at, at)}" if isinstance(told_at, datetime) else "not the number yet"]
    if step:
        said.append(f"“{WORDS[step[0]]}” {words.moment(step[1], at)}")
    if parcel.in_locker_at:
        said.append(f"InPost's code {words.moment(parcel.in_locker_at, at)}")
    elif moved:
        said.append("the other locker, by InPost, when it is there")
    return words.capitalised("; ".join(filter(None, [*said, written]))) + "."
