"""Manifest, ACS and InPost: do the three say the same of what left? Where they do not, a case names what each says."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from exceptions_queue import actions as desk
from exceptions_queue import calendars
from exceptions_queue.catalogue import Code
from lockers.models import Parcel
from lockers.states import CARRIAGE_ENDED, LIVE, NOT_YET_GONE, Carriage, ManifestState, ParcelState
from orders.actions.sending import card_of
from orders.models import Order
from orders.rules.matching import Told, mismatch
from orders.states import AcsStatus, Destination, OrderState
from partners import connect
from partners.errors import ABOUT_THE_LINE, PartnerError

UNMATCHED = frozenset({Code.MAN_UNMATCHED})
AFTER = timedelta(hours=6)  # of the closing: the courier has come, ACS has said so, the depot has scanned
LOOKED_BACK = timedelta(days=14)
MOST_ASKED = 50  # shipments that InPost is asked for in one go; the others at the next
ASKED_FOR = timedelta(seconds=30)
_COLUMNS = ("order_number", "state", "carriage", "handed_over_at", "tracking_number", "manifest__state", "manifested_at")


def match_manifests(*, clock: Callable[[], datetime]) -> int:
    """Compare what left lately with what ACS and InPost say of it, and make MAN-UNMATCHED true. Returns how many orders have it.

    InPost is asked only for parcels of which it has said nothing at all, outside any transaction, at most 50 in half a minute;
    a parcel that could not be asked for keeps the case it has.
    """
    known = _ask_inpost(clock)
    at = clock()
    standing = desk.subjects_with_open_case(Order, only=UNMATCHED)
    numbers = _left(at).values("order_number")
    with transaction.atomic():
        orders = list(Order.objects.select_for_update().filter(Q(number__in=numbers) | Q(pk__in=standing)).order_by("pk"))
        if not orders:
            return 0
        parcels = _parcels([order.number for order in orders])
        due = calendars.default_clock(at=at).packed_due(at=at)
        looks = [(order, _look(order, parcels.get(order.number), known, at)) for order in orders]
        findings = [_finding(order, fault, parcels.get(order.number), due) for order, fault in looks if fault is not None]
        desk.reconcile_many(Order, findings, scope=UNMATCHED, at=at)
    return sum(bool(finding.found) for finding in findings)


def _left(at: datetime) -> Any:
    """Parcels of which something may not agree: on a manifest for some hours, gone without one, or gone under a label that is void."""
    waited = Q(state=ParcelState.MANIFESTED, manifested_at__lte=at - AFTER, manifested_at__gt=at - LOOKED_BACK)
    moved = Q(handed_over_at__isnull=False) | ~Q(carriage__in=NOT_YET_GONE)
    despatched = Order.objects.filter(state=OrderState.RELEASED, acs_status=AcsStatus.DESPATCHED).values("number")
    without = Q(state__in=(ParcelState.LABELLED, ParcelState.LABEL_PENDING)) & (moved | Q(order_number__in=despatched))
    to_lockers = despatched.filter(destination=Destination.LOCKER)
    live = Parcel.objects.filter(order_number=OuterRef("order_number"), state__in=LIVE)
    void = Q(state=ParcelState.VOID, void_at__gt=at - LOOKED_BACK) & (moved | Q(~Exists(live), order_number__in=to_lockers))
    return Parcel.objects.filter(waited | without | void).exclude(carriage__in=CARRIAGE_ENDED)


def _ask_inpost(clock: Callable[[], datetime]) -> dict[str, bool]:
    """By number, whether InPost knows the shipment: for those on a manifest of which it never said a word."""
    at = clock()
    silent = _left(at).filter(state=ParcelState.MANIFESTED, carriage=Carriage.NONE, handed_over_at__isnull=True)
    numbers = list(silent.order_by("manifested_at", "pk").values_list("tracking_number", flat=True)[:MOST_ASKED])
    known: dict[str, bool] = {}
    for number in numbers:
        if clock() > at + ASKED_FOR:
            break
        try:
            known[number] = connect.inpost().shipment(number)
        except ABOUT_THE_LINE:  # who is down is asked at the next look
            break
        except PartnerError:  # of one shipment it says nothing that can be read: the others are asked for
            continue
    return known


def _parcels(numbers: list[str]) -> dict[str, dict[str, Any]]:
    """The parcel of each order that is looked at: one that left under a void label before the live one, and that before one at rest."""
    rows = Parcel.objects.filter(order_number__in=numbers).order_by("pk").values(*_COLUMNS)
    return {row["order_number"]: row for row in sorted(rows, key=_weight)}


def _weight(row: Mapping[str, Any]) -> int:
    if row["state"] in LIVE:
        return 1
    return 2 if row["handed_over_at"] or row["carriage"] not in NOT_YET_GONE else 0


def _look(order: Order, parcel: Mapping[str, Any] | None, known: Mapping[str, bool], at: datetime) -> str | None:
    if parcel is None or order.state != OrderState.RELEASED:
        return ""
    if parcel["state"] == ParcelState.MANIFESTED and parcel["manifested_at"] > at - AFTER:
        return ""
    return mismatch(
        Told(
            state=parcel["state"],
            on_closed=parcel["manifest__state"] == ManifestState.CLOSED,
            acs_status=order.acs_status,
            carriage=parcel["carriage"],
            in_hand=parcel["handed_over_at"] is not None,
            known=known.get(parcel["tracking_number"]),
        )
    )


def _finding(order: Order, fault: str, parcel: Mapping[str, Any] | None, due: calendars.Due) -> desk.Finding:
    card = replace(card_of(order), due_at=due.due_at, cutoff_at=due.cutoff_at)
    if not fault or parcel is None:
        return desk.Finding(order.pk, {}, card)
    evidence = {"field": "manifest", "fault": fault, "acs": _acs(order), "inpost": Carriage(parcel["carriage"]).label.lower()}
    return desk.Finding(order.pk, {Code.MAN_UNMATCHED: evidence}, card)


def _acs(order: Order) -> str:
    return AcsStatus(order.acs_status).label.lower() if order.acs_status else "nothing yet"
