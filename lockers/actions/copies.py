"""Copies of a label: each is a row in a ledger that says who took it, why, and the how manieth it was."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from lockers.actions.outcomes import Refused
from lockers.models import Label, LabelCopy, Parcel
from lockers.states import ParcelState

PRINTABLE = (ParcelState.LABELLED, ParcelState.MANIFESTED)


def print_copy(parcel_id: int, *, form: str, why: str, actor: User, at: datetime) -> tuple[Label, LabelCopy]:
    """Give out a label to a person. From the second copy on they say why: two labels on two parcels are one lost parcel.

    Raises Refused where there is no such label, the parcel is void, or the reason is missing.
    """
    with transaction.atomic():
        parcel = Parcel.objects.select_for_update().filter(pk=parcel_id, state__in=PRINTABLE).first()
        label = Label.objects.filter(parcel=parcel, format=form).first() if parcel else None
        if parcel is None or label is None:
            raise Refused("There is no such label to print.")
        number, reason = parcel.copies.count() + 1, why.strip()[:200]
        if number > 1 and not reason:
            raise Refused(f"This would be copy {number}. Say why another is needed.")
        copy = LabelCopy.objects.create(
            parcel=parcel,
            number=number,
            format=form,
            how=LabelCopy.How.PRINTED,
            by=actor,
            by_text=actor.get_username()[:150],
            why=reason,
            at=at,
        )
    return label, copy
