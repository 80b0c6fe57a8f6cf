"""Copies of a label: each is a row in a ledger that says who took it, why, and the how manieth it was."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from lockers.actions.outcomes import Refused
from lockers.models import Label, LabelCopy, Parcel
from lockers.queries.copies import MOST, PRINTABLE, number_of_next, warnings_of, why_not
from lockers.rules.copies import needs_reason


class MustConfirm(Refused):
    """It may be printed, once a person has read `warnings` and says so."""

    def __init__(self, warnings: Sequence[str]) -> None:
        super().__init__(" ".join(warnings) + " Confirm that, and print again.")
        self.warnings = warnings


@dataclass(frozen=True)
class Batch:
    """What became of labels printed together: those given out, in order, and per parcel why others were not."""

    labels: list[Label]
    left_out: Mapping[int, str]


def print_copy(parcel_id: int, *, form: str, why: str, actor: User, at: datetime, confirmed: bool = False) -> tuple[Label, LabelCopy]:
    """Give out a label to a person. From the second copy on they say why, and what warns of a copy they confirm.

    Raises Refused where there is no such label, the parcel is void, or the reason is missing; MustConfirm where it warns.
    """
    with transaction.atomic():
        parcel = Parcel.objects.select_for_update(of=("self",)).select_related("manifest").filter(pk=parcel_id, state__in=PRINTABLE).first()
        label = Label.objects.filter(parcel=parcel, format=form).first() if parcel else None
        if parcel is None or label is None:
            raise Refused("There is no such label to print.")
        number, reason = number_of_next(parcel), why.strip()[:200]
        if needs_reason(number) and not reason:
            raise Refused(f"This would be copy {number}. Say why another is needed.")
        if (warnings := warnings_of(parcel, number)) and not confirmed:
            raise MustConfirm(warnings)
        copy = _copy(parcel.pk, number, form, reason, actor, at)
        copy.save(force_insert=True)
    return label, copy


def print_batch(ids: Collection[int], *, form: str, actor: User, at: datetime) -> Batch:
    """Give out the first copy of each of these labels, once, however often it is asked for; four statements whatever their number.

    What has been given out before, or is no longer ours to print, is left out with the reason: a second copy is one person's
    decision about one parcel.
    """
    with transaction.atomic():
        rows = Parcel.objects.select_for_update(of=("self",)).select_related("manifest").filter(pk__in=list(ids)[:MOST]).order_by("pk")
        parcels = {parcel.pk: parcel for parcel in rows}
        labels = {label.parcel_id: label for label in Label.objects.filter(parcel__in=parcels, format=form)}
        made = LabelCopy.objects.filter(parcel__in=parcels).order_by().values_list("parcel_id").annotate(latest=Max("number"))
        left_out = why_not(parcels, labels, dict(made))
        given = [labels[pk] for pk in parcels if pk not in left_out]
        LabelCopy.objects.bulk_create([_copy(label.parcel_id, 1, form, "", actor, at) for label in given])
    return Batch(given, left_out)


def _copy(parcel_id: int, number: int, form: str, why: str, actor: User, at: datetime) -> LabelCopy:
    return LabelCopy(
        parcel_id=parcel_id,
        number=number,
        format=form,
        how=LabelCopy.How.PRINTED,
        by=actor,
        by_text=actor.get_username()[:150],
        why=why,
        at=at,
    )
