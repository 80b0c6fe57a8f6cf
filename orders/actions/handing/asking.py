"""Which labels ACS is to be told of: an intent for each parcel, and another where a person has it tried again."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django_q.tasks import async_task

from exceptions_queue.audit import Actor, actor_text, record_many
from lockers.models import Label, Parcel
from lockers.queries.copies import PRINTABLE
from lockers.queries.handing import KIND, business_id_of
from lockers.rules.addresses import LONGEST
from orders.actions.outcomes import Refused
from partners import connect, outbox
from partners.models import Intent

RING = "orders.tasks.hand_labels"
SYSTEM = "system:labels"
BATCH = 500


def queue_handovers(*, at: datetime) -> int:
    """Write an intent for each label that ACS has not been told of; return for how many, at most 500. Nothing in observe mode."""
    if not is_told():
        return 0
    parcels = list(_due(at)[:BATCH])
    _put([(parcel, 1) for parcel in parcels], actor=SYSTEM, at=at)
    return len(parcels)


def hand_again(ids: Collection[int], *, actor: Actor, at: datetime) -> int:
    """Have ACS told again of labels of which it could not be told; return of how many. Raises Refused where ACS is not told at all."""
    if not is_told():
        raise Refused("Lockstep does not hand labels to ACS here (LABELS_TO and MODE_ACS say so).")
    with transaction.atomic():
        parcels = list(printable().select_for_update().filter(pk__in=list(ids)[:BATCH]).order_by("pk"))
        last = {intent.business_id: intent for intent in _asked(parcels)}
        again = [(parcel, last[key].revision + 1) for parcel in parcels if (key := business_id_of(parcel)) in last and _may(last[key])]
        _put(again, actor=actor, at=at)
        subjects = [(Parcel, parcel.pk, str(parcel)) for parcel, _ in again]
        record_many("label to be handed to ACS again", subjects, actor=actor, at=at)
    return len(again)


def is_told() -> bool:
    """Is ACS told of labels at all?"""
    return settings.LABELS_TO != "none" and connect.mode("acs") == "live"


def printable() -> QuerySet[Parcel]:
    """Live labels of our own making."""
    return Parcel.objects.filter(state__in=PRINTABLE, made_by=Parcel.MadeBy.LOCKSTEP)


def _due(at: datetime) -> QuerySet[Parcel]:
    """Labels that would still open, and of which nobody has asked ACS to be told."""
    key = Concat(OuterRef("order_number"), Value("/"), Cast(OuterRef("revision"), CharField()))
    asked = Intent.objects.filter(kind=KIND, business_id=key)
    has_label = Label.objects.filter(parcel=OuterRef("pk"))
    return printable().filter(~Exists(asked), Exists(has_label), labelled_at__gt=at - LONGEST).order_by("labelled_at", "pk")


def _asked(parcels: Sequence[Parcel]) -> QuerySet[Intent]:
    return Intent.objects.filter(kind=KIND, business_id__in=[business_id_of(parcel) for parcel in parcels]).order_by("revision")


def _may(intent: Intent) -> bool:
    return intent.state in (Intent.State.DEAD, Intent.State.CANCELLED)


def _put(asked: Sequence[tuple[Parcel, int]], *, actor: Actor, at: datetime) -> None:
    """One intent per parcel and revision: who asks for the same at the same time finds it there. The address is not kept in it."""
    if not asked:
        return
    by = actor_text(actor)[1]
    with transaction.atomic():
        Intent.objects.bulk_create([_intent(parcel, revision, by, at) for parcel, revision in asked], ignore_conflicts=True)
        async_task(RING)


def _intent(parcel: Parcel, revision: int, by: str, at: datetime) -> Intent:
    payload, business_id = {"parcel": parcel.pk, "order": parcel.order_number}, business_id_of(parcel)
    return Intent(
        kind=KIND,
        business_id=business_id,
        revision=revision,
        op_key=f"lockstep:{KIND}:{business_id}:{revision}",
        payload=payload,
        payload_hash=outbox.payload_hash(payload),
        next_at=at,
        created_by=by,
        created_at=at,
    )
