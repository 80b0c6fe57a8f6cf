"""ACS has picked an order for a locker: the gate looks once more, then a label is asked for. What fails becomes a case."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from exceptions_queue import actions as desk
from exceptions_queue import calendars
from exceptions_queue.audit import Actor
from exceptions_queue.catalogue import Code
from lockers.actions import Made, mirror_labels, request_labels, retry_label
from lockers.actions import Refused as NotNow
from lockers.models import LabelAttempt, Parcel
from lockers.rules import phone, sizes
from lockers.rules.shipments import Customs, CustomsItem, Shipment
from lockers.states import LIVE, AttemptState, ParcelState
from orders.actions.outcomes import Refused
from orders.actions.review import decision_of
from orders.actions.sending import card_of, with_live_intents
from orders.models import GateDecision, Order
from orders.problems import Batch, Line, Verdict, find_many
from orders.problems.packed import as_packed
from orders.rules.address import customs_zone
from orders.rules.packed import is_whole, size_of
from orders.states import AcsStatus, Destination, OrderState
from partners import connect

BATCH = 500
SYSTEM = "system:labelling"
PICKED = GateDecision.Gate.PICKED
READY = (AcsStatus.PICK_CONFIRMED, AcsStatus.PACKED)
LABEL_SCOPE = frozenset({Code.LBL_FAILED})
NORTHERN_IRELAND = "NI"
# What a label needs. Dates, look-alikes and SKUs were judged before the release, and no label cures them.
PICKED_SCOPE = frozenset(
    {
        Code.VAL_MOB_MISSING,
        Code.VAL_MOB_FORMAT,
        Code.VAL_EMAIL,
        Code.VAL_NAME,
        Code.VAL_LOCKER_MISSING,
        Code.VAL_LOCKER_UNKNOWN,
        Code.VAL_DIM_MISSING,
        Code.VAL_OVERSIZE,
        Code.VAL_CUSTOMS,
        Code.LOC_CLOSED,
        Code.LOC_SIZE,
    }
)
_MEASURES = ("length_mm", "width_mm", "height_mm", "weight_g")


def ask_for_labels(*, at: datetime) -> int:
    """Ask for a label for every picked locker order that has none; return for how many. Nothing where ACS makes the labels, or in
    observe mode. A fixed number of statements per 500 orders."""
    if settings.LABELS_BY != "lockstep" or connect.mode("inpost") != "live":
        return 0
    ids = list(_due().values_list("pk", flat=True))
    return sum(_ask(ids[start : start + BATCH], at=at) for start in range(0, len(ids), BATCH))


def _due() -> Any:
    has_one = Parcel.objects.filter(order_number=OuterRef("number"), state__in=LIVE)
    picked = Order.objects.filter(state=OrderState.RELEASED, destination=Destination.LOCKER, acs_status__in=READY, acs_short=[])
    return picked.filter(~Exists(has_one), store_cancelled_at__isnull=True).order_by("pk")


def _ask(ids: Sequence[int], *, at: datetime) -> int:
    """Lock the orders, let the gate look, and ask for those that it lets pass."""
    with transaction.atomic():
        orders = _lock(ids)
        verdicts, batch = find_many(list(orders), at=at)
        found = {verdict.order.id: wrong(verdict, orders[verdict.order.id].acs_packed, batch) for verdict in verdicts}
        findings = [desk.Finding(pk, found[pk], card_of(orders[pk])) for pk in found]
        desk.reconcile_many(Order, findings, scope=PICKED_SCOPE, at=at)
        _note_sizes(verdicts, orders)
        stopping = desk.blocking_codes_many(Order, list(found), blocks="M")
        passed = {pk for pk in found if not found[pk] and not stopping[pk] - LABEL_SCOPE}
        _decide(verdicts, batch, orders, passed, found, at=at)
        wanted = [shipment_of(orders[v.order.id], batch, v.size) for v in verdicts if v.order.id in passed]
        return len(request_labels(wanted, actor=SYSTEM, at=at))


def _note_sizes(verdicts: Sequence[Verdict], orders: Mapping[int, Order]) -> None:
    """The integrity run asks lockers for the size that the last gate reckoned with: for this one, when it reckons otherwise."""
    sizes_now = {v.order.id: _size_of(orders[v.order.id].acs_packed) or v.size for v in verdicts}
    changed = [Order(pk=pk, needs_size=size) for pk, size in sizes_now.items() if orders[pk].needs_size != size]
    Order.objects.bulk_update(changed, ["needs_size"], batch_size=BATCH)


def _size_of(packed: Mapping[str, int]) -> str:
    return size_of(packed) if is_whole(packed) else ""


def _lock(ids: Sequence[int]) -> dict[int, Order]:
    """Lock the orders, and leave out those of which ACS is being asked something: their locker may be about to change."""
    orders = list(Order.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    asked = with_live_intents([order.number for order in orders])
    return {order.pk: order for order in orders if order.number not in asked}


def wrong(verdict: Verdict, packed: Mapping[str, int], batch: Batch) -> dict[str, dict[str, Any]]:
    """What of the gate's verdict forbids a label. What ACS measured counts more than our estimate."""
    return {code: evidence for code, evidence in as_packed(verdict, packed, batch).items() if code in PICKED_SCOPE}


def _decide(
    verdicts: Sequence[Verdict],
    batch: Batch,
    orders: Mapping[int, Order],
    passed: set[int],
    found: Mapping[int, dict[str, dict[str, Any]]],
    *,
    at: datetime,
) -> None:
    """Store what the gate said, where it sees something new; an order seen again unchanged writes nothing."""
    known = set(GateDecision.objects.filter(order_id__in=orders, gate=PICKED).values_list("order_id", "inputs_hash", "passed"))
    fresh = []
    for verdict in verdicts:
        pk = verdict.order.id
        packed = orders[pk].acs_packed
        decision = decision_of(verdict, batch, passed=pk in passed, at=at, gate=PICKED)
        decision.findings, decision.inputs["acs_packed"] = found[pk], packed
        decision.inputs_hash = blake2b((verdict.inputs_hash + json.dumps(packed, sort_keys=True)).encode(), digest_size=16).hexdigest()
        if (pk, decision.inputs_hash, decision.passed) not in known:
            fresh.append(decision)
    GateDecision.objects.bulk_create(fresh, batch_size=BATCH)


def shipment_of(order: Order, batch: Batch, size: str) -> Shipment:
    """The parcel as the order's facts describe it now."""
    lines = batch.lines.get(order.pk, [])
    return Shipment(
        order_number=order.number,
        point_id=order.locker_id,
        first_name=order.first_name,
        last_name=order.last_name,
        email=order.email,
        mobile_e164=phone.judge(order.mobile).e164 or order.mobile,
        customs=_customs(order, lines),
        **_measures(order.acs_packed, lines, size, batch.settings.packing_g),
    )


def _measures(packed: Mapping[str, int], lines: Sequence[Line], size: str, packing_g: int) -> dict[str, Any]:
    """ACS's measures; without them the compartment's own, which our estimate is sure to fit."""
    if is_whole(packed):
        return {
            **{name: packed[name] for name in _MEASURES},
            "size": size_of(packed),
            "size_from": "acs",
        }
    low, middle, high = sizes.SIZES[size]
    weight = sum((line.weight_g or 0) * line.quantity for line in lines) + packing_g
    return {"length_mm": high, "width_mm": middle, "height_mm": low, "weight_g": weight, "size": size, "size_from": "estimate"}


def _customs(order: Order, lines: Sequence[Line]) -> Customs | None:
    """Only to Northern Ireland: one kind of contents per SKU. The value is what the customer said it is worth, shared by garment."""
    if customs_zone(order.postcode, order.country) != NORTHERN_IRELAND:
        return None
    value, garments = order.customs_value_pence or 0, sum(line.quantity for line in lines) or 1
    items = tuple(
        CustomsItem(
            description=order.customs_contents,
            quantity=line.quantity,
            unit_value_pence=value // garments,
            unit_weight_g=line.weight_g,
            origin_country=line.origin_country or "",
        )
        for line in lines[:10]
    )
    return Customs(contents=order.customs_contents, value_pence=value, items=items)


def mirror_acs_labels(*, at: datetime) -> int:
    """Where ACS makes the labels: a parcel for every number that it names and we do not have. Returns how many are new."""
    if settings.LABELS_BY != "acs":
        return 0
    ours = Parcel.objects.filter(order_number=OuterRef("number"), state__in=LIVE)
    known = Parcel.objects.filter(tracking_number=OuterRef("acs_tracking"))
    named = Order.objects.filter(state=OrderState.RELEASED, destination=Destination.LOCKER).exclude(acs_tracking="")
    ids = list(named.filter(~Exists(ours), ~Exists(known)).order_by("pk").values_list("pk", flat=True)[:BATCH])
    with transaction.atomic():
        return mirror_labels([_made(order) for order in _lock(ids).values()], actor=SYSTEM, at=at)


def _made(order: Order) -> Made:
    packed = order.acs_packed
    return Made(
        order_number=order.number,
        point_id=order.locker_id,
        tracking_number=order.acs_tracking,
        size=size_of(packed) if is_whole(packed) else "",
        measures={name: packed[name] for name in _MEASURES if name in packed},
    )


# --- what failed ------------------------------------------------------------------------------------------------------------


def find_failed(*, at: datetime) -> int:
    """Make the cases about failed labels equal what InPost said of the latest attempts. Returns how many orders have one."""
    failing = _failing()
    standing = desk.subjects_with_open_case(Order, only=LABEL_SCOPE)
    ids = set(standing.values_list("subject_id", flat=True)) | set(
        Order.objects.filter(number__in=failing, state=OrderState.RELEASED).values_list("pk", flat=True)
    )
    with transaction.atomic():
        orders = list(Order.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
        due = calendars.default_clock(at=at).packed_due(at=at) if orders else None
        findings = []
        for order in orders:
            attempt = failing.get(order.number) if order.state == OrderState.RELEASED else None
            card = replace(card_of(order), due_at=due.due_at, cutoff_at=due.cutoff_at) if due else card_of(order)
            findings.append(desk.Finding(order.pk, {Code.LBL_FAILED: _evidence(attempt)} if attempt else {}, card))
        desk.reconcile_many(Order, findings, scope=LABEL_SCOPE, at=at)
    return sum(bool(finding.found) for finding in findings)


def _failing() -> dict[str, LabelAttempt]:
    """The latest attempt of every pending parcel of which something is wrong, by order number."""
    later = LabelAttempt.objects.filter(parcel=OuterRef("parcel"), number__gt=OuterRef("number"))
    pending = LabelAttempt.objects.filter(~Exists(later), parcel__state=ParcelState.LABEL_PENDING)
    said = pending.exclude(remedy="").select_related("parcel")
    return {attempt.parcel.order_number: attempt for attempt in said}


def _evidence(attempt: LabelAttempt) -> dict[str, Any]:
    """What InPost said, without a value of the customer's."""
    first = attempt.problems[0] if attempt.problems else {}
    reasons = [str(problem.get("reason", "")) for problem in attempt.problems[:5]]
    sure = attempt.state != AttemptState.UNKNOWN
    return {
        "field": first.get("field", ""),
        "fault": attempt.remedy if sure else "unknown",
        "reasons": reasons,
        "to_do": first.get("to_do", ""),
    }


def waits_for_label(order: Order) -> bool:
    """Has ACS picked it, and is no label made because of what the order says? By the gate's word, or by InPost's."""
    if order.state != OrderState.RELEASED or order.acs_status not in READY:
        return False
    live = Parcel.objects.filter(order_number=order.number, state__in=LIVE).first()
    if live is None:
        return bool(set(desk.open_codes(order)) & PICKED_SCOPE)
    last = live.attempts.order_by("-number").first()
    return not live.tracking_number and last is not None and last.state == AttemptState.REFUSED


def retry_labels(parcels: Iterable[Parcel], *, actor: Actor, at: datetime) -> dict[int, str]:
    """Try each parcel again with what the order says by now. Per parcel "" where it was asked for, or a sentence why not."""
    said: dict[int, str] = {}
    for parcel in parcels:
        try:
            _retry(parcel, actor=actor, at=at)
            said[parcel.pk] = ""
        except (Refused, NotNow) as refused:
            said[parcel.pk] = str(refused)
    return said


def _retry(parcel: Parcel, *, actor: Actor, at: datetime) -> None:
    with transaction.atomic():
        order = Order.objects.select_for_update().filter(number=parcel.order_number, state=OrderState.RELEASED).first()
        if order is None:
            raise Refused("The order is no longer with ACS.")
        verdicts, batch = find_many([order.pk], at=at)
        if not verdicts or wrong(verdicts[0], order.acs_packed, batch):
            raise Refused("The order itself is not right yet. Open it: its cases say what is missing.")
        shipment = shipment_of(order, batch, verdicts[0].size)
        retry_label(parcel, actor=actor, at=at, version=parcel.version, shipment=shipment)
