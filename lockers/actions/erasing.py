"""Take the customer off parcels: their labels go, and what was asked of InPost for them. The parcel and its way stay."""

from collections.abc import Collection
from datetime import datetime

from exceptions_queue.actions.erasing import take_out
from exceptions_queue.audit import Actor
from exceptions_queue.rules.erasing import Traces
from lockers.actions.labels import KIND
from lockers.models import Label, LabelCopy, Parcel
from lockers.queries.handing import business_id_of
from partners import outbox
from partners.models import Intent


def erase(order_numbers: Collection[str], *, traces: Traces, at: datetime, actor: Actor) -> dict[str, int]:
    """Delete the labels of these orders' parcels and empty what was asked for them; return how many of each.

    The ledger of copies stays. Call it inside a transaction, and not while a label is being made. `at` and `actor` are the
    roof's, which writes the one audit row.
    """
    parcels = Parcel.objects.filter(order_number__in=list(order_numbers))
    keys = [business_id_of(parcel) for parcel in parcels.only("order_number", "revision")]
    copies = LabelCopy.objects.filter(parcel__in=parcels).exclude(why="")
    return {
        "labels": Label.objects.filter(parcel__in=parcels).delete()[0],
        "asked_of_inpost": outbox.redact(Intent.objects.filter(kind=KIND, business_id__in=keys, state__in=Intent.ENDED), {}),
        "parcel_texts": take_out(parcels.exclude(void_why=""), ["void_why"], traces) + take_out(copies, ["why"], traces),
    }
