"""The address of a label, told to ACS in a spare field of the order."""

from collections.abc import Callable

from django.conf import settings

from lockers.models import Parcel
from lockers.queries.addresses import path_of
from partners import connect, outbox
from partners.acs.records import AcsOrder, differences
from partners.errors import Conflict, Rejected, UnknownOutcome

PATIENCE = 2  # sent, looked up, sent again: what ACS does not show after that it will not show


def tell(parcel: Parcel, *, writing: Callable[[], int]) -> outbox.Receipt:
    """PUT what ACS shows of the order with the label's address beside it, and read back. Already so is done. `writing` is called just
    before the PUT, and says the how manyth it is.

    Raises Rejected where a setting or ACS is in the way, UnknownOutcome while ACS does not show it yet, and every PartnerError.
    """
    address, warehouse = _address(parcel), connect.acs()
    there = warehouse.get_order(parcel.order_number)
    if there is None or there.content.cancelled:
        raise Rejected("acs", "ACS does not have this order, or has cancelled it, so it cannot be told of a label.")
    if there.content.label_url == address:
        return _receipt(there, already=True)
    puts = writing()
    warehouse.put_label(there, address)
    return _read_back(there, warehouse.get_order(parcel.order_number), address, puts=puts)


def shown(parcel: Parcel) -> outbox.Receipt | None:
    """Does ACS show the label's address by now? None when it does not."""
    there = connect.acs().get_order(parcel.order_number)
    return _receipt(there) if there and there.content.label_url == _address(parcel) else None


def _read_back(before: AcsOrder, there: AcsOrder | None, address: str, *, puts: int) -> outbox.Receipt:
    if there is None or there.content.label_url != address:
        if puts < PATIENCE:
            raise UnknownOutcome("acs", "ACS took the label's address but does not show it yet.")
        field = settings.ACS_LABEL_FIELD
        raise Rejected("acs", f"ACS takes the label's address and does not show it in {field}. Agree with ACS on ACS_LABEL_FIELD.")
    if differing := differences(before.content, there):
        fields = {name: ["differs"] for name in differing}
        raise Conflict("acs", "ACS shows the label's address, and something else of the order changed with it.", fields=fields)
    return _receipt(there)


def _receipt(there: AcsOrder, *, already: bool = False) -> outbox.Receipt:
    return outbox.Receipt(remote_id=there.number, detail={"to": "field", "field": settings.ACS_LABEL_FIELD}, already=already)


def _address(parcel: Parcel) -> str:
    """Where ACS fetches the label. Raises Rejected, naming the setting, where it cannot stand in ACS's field."""
    address, field, most = connect.desk_address(path_of(parcel.pk)), settings.ACS_LABEL_FIELD, settings.ACS_LABEL_FIELD_LENGTH
    if not address.startswith("https://") and not (settings.SANDBOX and address):
        raise Rejected("acs", "The label's address opens the label, so it must begin with https://. Set DESK_URL.")
    if field in (settings.ACS_LOCKER_FIELD, settings.ACS_SIZE_FIELD):
        raise Rejected("acs", f"{field} carries the locker or the parcel size already. Set ACS_LABEL_FIELD to another.")
    if len(address) > most:
        sentence = f"The label's address has {len(address)} characters and {field} takes {most}. Set a shorter DESK_URL, or agree with ACS"
        raise Rejected("acs", f"{sentence} on a longer field (ACS_LABEL_FIELD, ACS_LABEL_FIELD_LENGTH).")
    return address
