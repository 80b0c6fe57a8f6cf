"""At the cut-off: freeze what stood where for the morning's review, and make a case of every order that missed its collection."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils import timezone

from exceptions_queue import actions as desk
from exceptions_queue import calendars
from exceptions_queue.catalogue import Code
from exceptions_queue.queries import words
from lockers.models import Manifest, Parcel, Pull
from lockers.states import ManifestState, ParcelState
from orders.actions.sending import card_of
from orders.models import Order
from orders.queries import manifests
from orders.rules.manifests import READY
from orders.states import Destination, OrderState

MISSED = frozenset({Code.MAN_MISSED})
FROZEN_WITHIN = timedelta(days=2)  # what nobody looked at by then is no picture of the cut-off
MOST_NAMED = 500


def freeze(*, at: datetime) -> int:
    """Keep what stood in each column when a cut-off passed; a picture once kept is never changed. Returns how many were kept."""
    due = Manifest.objects.filter(cutoff_at__lte=at, cutoff_at__gt=at - FROZEN_WITHIN, snapshot__isnull=True)
    return sum(_freeze(manifest, at) for manifest in due.order_by("pk"))


def _freeze(manifest: Manifest, at: datetime) -> int:
    columns = [
        {"key": column.key, "label": column.label, "count": column.count, "rows": _named(column.key, manifest, at)}
        for column in manifests.columns(at=at)
    ]
    picture = {"at": at.isoformat(), "at_words": words.full(at), "columns": columns}
    return Manifest.objects.filter(pk=manifest.pk, snapshot__isnull=True).update(snapshot=picture)


def _named(show: str, manifest: Manifest, at: datetime) -> list[dict[str, str]]:
    rows = manifests.rows(show, at=at, manifest=manifest, most=MOST_NAMED)
    return [{"number": row.number, "why": row.why} for row in rows]


def find_missed(*, at: datetime) -> int:
    """Make MAN-MISSED true: every locker order that was picked at the last cut-off and is on no closed manifest. Returns how many
    orders have it. A fixed number of statements."""
    last = Manifest.objects.filter(cutoff_at__lte=at).order_by("-cutoff_at", "-pk").first()
    standing = desk.subjects_with_open_case(Order, only=MISSED)
    missed: Any = _missed(last, standing) if last else Order.objects.none()
    with transaction.atomic():
        wanted = Order.objects.filter(Q(pk__in=standing) | Q(pk__in=missed.values("pk")))
        orders = list(wanted.select_for_update().order_by("pk"))
        if not orders or last is None:
            return 0
        still = dict(missed.values_list("pk", "fault"))
        due = calendars.default_clock(at=at).packed_due(at=at)
        findings = [desk.Finding(order.pk, _found(still.get(order.pk), last), _card(order, due)) for order in orders]
        desk.reconcile_many(Order, findings, scope=MISSED, at=at)
    return len(still)


def _missed(last: Manifest, standing: Any) -> Any:
    """With `fault`: how far each had come. Picked after the cut-off is early for the next collection, not late for this one."""
    parcels = Parcel.objects.filter(order_number=OuterRef("number"))
    on_one = parcels.filter(state=ParcelState.MANIFESTED, manifest__state=ManifestState.CLOSED)
    picked = Order.objects.filter(state=OrderState.RELEASED, destination=Destination.LOCKER, acs_status__in=READY)
    picked = picked.filter(~Exists(on_one), store_cancelled_at__isnull=True)
    in_time = Q(acs_status_since__lte=last.cutoff_at) | Q(pk__in=standing)
    pulled = Pull.objects.filter(manifest=last, parcel__order_number=OuterRef("number"))
    labelled = parcels.filter(state=ParcelState.LABELLED)
    far = Case(When(Exists(pulled), then=Value("pulled")), When(Exists(labelled), then=Value("labelled")), default=Value("no_label"))
    return picked.filter(in_time).annotate(fault=far)


def _found(fault: str | None, last: Manifest) -> dict[str, dict[str, Any]]:
    if fault is None:
        return {}
    return {Code.MAN_MISSED: {"field": "manifest", "fault": fault, "collection": words.day(timezone.localtime(last.cutoff_at))}}


def _card(order: Order, due: calendars.Due) -> desk.Card:
    return replace(card_of(order), due_at=due.due_at, cutoff_at=due.cutoff_at)
