"""Labels laid down as files for ACS: one for each format, and beside what is void a note that says so."""

from urllib.parse import quote

from django.utils import timezone

from lockers.models import Parcel
from lockers.states import ParcelState
from partners import outbox
from partners.errors import Rejected, UnknownOutcome
from partners.ports import LabelDrop


def lay_down(parcel: Parcel, drop: LabelDrop) -> outbox.Receipt:
    """Lay down what is not there yet, and withdraw the order's void labels. Raises Unreachable where the folder cannot be used."""
    if receipt := in_folder(parcel, drop):
        _withdraw_void(parcel, drop)
        return receipt
    for name, (content, sha256) in _files(parcel).items():
        if drop.put(name, content) != sha256:
            raise UnknownOutcome("acs", "The label's file is not as it was written.")
    _withdraw_void(parcel, drop)
    return _receipt(parcel)


def in_folder(parcel: Parcel, drop: LabelDrop) -> outbox.Receipt | None:
    """The receipt of what lies there already; None unless every file is there with the label's own hash."""
    files = _files(parcel)
    return _receipt(parcel, already=True) if all(drop.hash_of(name) == sha256 for name, (_, sha256) in files.items()) else None


def file_name(parcel: Parcel, ending: str) -> str:
    """LS-10001-JJD0001.pdf: the order's and the parcel's number, whatever is in them."""
    return f"{quote(parcel.order_number, safe='')}-{quote(parcel.tracking_number, safe='')}.{ending}"


def _files(parcel: Parcel) -> dict[str, tuple[bytes, str]]:
    files = {file_name(parcel, label.format): (bytes(label.content), label.sha256) for label in parcel.labels.order_by("format")}
    if not files:
        raise Rejected("acs", "The label is no longer kept here.")
    return files


def _receipt(parcel: Parcel, *, already: bool = False) -> outbox.Receipt:
    hashes = {name: sha256 for name, (_, sha256) in _files(parcel).items()}
    return outbox.Receipt(remote_id=file_name(parcel, "pdf")[:120], detail={"to": "folder", "files": hashes}, already=already)


def _withdraw_void(parcel: Parcel, drop: LabelDrop) -> None:
    """The labels that this one replaces: taken away, and a note laid beside them for whoever took them already."""
    void = Parcel.objects.filter(order_number=parcel.order_number, state=ParcelState.VOID).exclude(tracking_number="").order_by("revision")
    for old in void:
        for ending in ("pdf", "zpl"):
            drop.remove(file_name(old, ending))
        since = timezone.localtime(old.void_at).strftime("%H:%M on %-d %B %Y") if old.void_at else "before"
        drop.put(file_name(old, "void"), f"Void since {since}. Use {parcel.tracking_number} instead.\n".encode())
