"""The signed address of one parcel's label: whoever holds it gets that label and nothing else, without a login."""

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from lockers.models import Label

SALT = "lockstep.label"
ROUTES = {Label.Format.PDF.value: "lockers:signed-pdf", Label.Format.ZPL.value: "lockers:signed-zpl"}


def path_of(parcel_id: int, form: str = Label.Format.PDF) -> str:
    """The path of a label, like /labels/12.pX….pdf: short, for it must fit into a spare field."""
    return reverse(ROUTES[str(form)], kwargs={"signed": _signer().sign(str(parcel_id))})


def parcel_of(signed: str) -> int | None:
    """The parcel that a signed address speaks of; None for one that we never gave."""
    try:
        told = _signer().unsign(signed)
    except BadSignature:
        return None
    return int(told) if told.isascii() and told.isdigit() else None


def _signer() -> Signer:
    return Signer(salt=SALT, sep=".")
