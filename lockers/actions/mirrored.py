"""Where ACS makes the labels: a parcel for each number that it names, already labelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from exceptions_queue.audit import Actor, record_many
from lockers.models import Parcel
from lockers.states import LIVE, ParcelState

ROUNDS = 50


@dataclass(frozen=True, kw_only=True)
class Made:
    """One label that ACS made. `measures` are its packed lengths in mm and weight in g, as far as it says."""

    order_number: str
    point_id: str
    tracking_number: str
    size: str
    measures: Mapping[str, int]


def mirror_labels(made: Sequence[Made], *, actor: Actor, at: datetime) -> int:
    """Make a labelled parcel for each, but where the order has a live one or the number is known. Returns how many were made."""
    for left in reversed(range(ROUNDS)):
        try:
            with transaction.atomic():
                return _mirror({said.order_number: said for said in made}, actor=actor, at=at)
        except IntegrityError:  # somebody was quicker with one of them, and has committed: the next look sees it
            if not left:
                raise
    raise AssertionError("every round returns or raises")  # pragma: no cover


def _mirror(made: Mapping[str, Made], *, actor: Actor, at: datetime) -> int:
    live = set(Parcel.objects.filter(order_number__in=made, state__in=LIVE).values_list("order_number", flat=True))
    numbers = [said.tracking_number for said in made.values()]
    known = set(Parcel.objects.filter(tracking_number__in=numbers).values_list("tracking_number", flat=True))
    new: dict[str, Made] = {}
    for number in sorted(set(made) - live):
        new.setdefault(made[number].tracking_number, made[number])  # one number is one parcel, whatever ACS says
    wanted = [said for tracking, said in new.items() if tracking not in known]
    before = Parcel.objects.filter(order_number__in=[said.order_number for said in wanted]).order_by().values_list("order_number")
    revisions = dict(before.annotate(latest=Max("revision")))
    rows = Parcel.objects.bulk_create([_parcel(said, revisions.get(said.order_number, 0) + 1, at) for said in wanted])
    record_many("label made by ACS", [(Parcel, row.pk, str(row)) for row in rows], actor=actor, at=at)
    return len(rows)


def _parcel(said: Made, revision: int, at: datetime) -> Parcel:
    return Parcel(
        order_number=said.order_number,
        revision=revision,
        state=ParcelState.LABELLED,
        point_id=said.point_id,
        tracking_number=said.tracking_number,
        made_by=Parcel.MadeBy.ACS,
        size=said.size,
        size_from=Parcel.SizeFrom.ACS,
        created_at=at,
        labelled_at=at,
        **said.measures,
    )
